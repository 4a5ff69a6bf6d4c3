use std::process::Command;

use super::*;

#[test]
fn dump() {
    std::fs::write("/tmp/env-cmd", launcher("s1", "b1", "/tmp/envt/build", Manner::User)).unwrap();
    std::fs::write("/tmp/env-cmd-bare", launcher("s1", "b1", "/tmp/envt/build", Manner::Bare)).unwrap();
}
