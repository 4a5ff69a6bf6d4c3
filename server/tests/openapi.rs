//! The description of the API that is checked in says what the code says.
//!
//! `UPDATE_OPENAPI=1 cargo test -p transom-server --test openapi` writes it anew.

#![allow(clippy::disallowed_methods, reason = "reads the one variable that says whether to write")]

use std::path::Path;

#[test]
fn the_checked_in_description_is_the_servers_own() {
    let wanted = transom_server::api::document().to_pretty_json().unwrap() + "\n";
    let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("../deploy/openapi.json");
    if std::env::var_os("UPDATE_OPENAPI").is_some() {
        std::fs::create_dir_all(file.parent().unwrap()).unwrap();
        std::fs::write(&file, &wanted).unwrap();
    }
    let found = std::fs::read_to_string(&file).unwrap_or_default();
    assert!(
        found == wanted,
        "deploy/openapi.json is stale: run UPDATE_OPENAPI=1 cargo test -p transom-server --test openapi"
    );
}
