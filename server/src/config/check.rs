//! What `transom check` says beyond "valid": settings that work but are likely not meant.

use std::net::{IpAddr, Ipv4Addr};
use std::os::unix::fs::PermissionsExt as _;
use std::path::Path;

use super::environment::{SEAL_KEY, SERVICE_KEY, STORE_PASSWORD, STORE_URL, TOKEN_KEY};
use super::{Config, Environment};

/// The effective configuration as TOML, with every secret hidden.
///
/// # Errors
///
/// Where a value has no form in TOML.
pub fn effective(config: &Config) -> Result<String, toml::ser::Error> {
    toml::to_string(config)
}

/// What the operator should look at, one sentence each.
#[must_use]
pub fn warnings(config: &Config, environment: &Environment) -> Vec<String> {
    let mut warnings = Vec::new();
    let mut warn = |warning: String| warnings.push(warning);
    if !config.public_url.is_https() && !config.public_url.is_loopback() {
        warn(format!(
            "public_url {} has no TLS: tokens and terminals cross the network in the clear",
            config.public_url
        ));
    }
    if config.listen.tls.is_none()
        && !config.listen.address.ip().is_loopback()
        && config.listen.trusted_proxies.is_empty()
    {
        warn(format!(
            "listen.address {} is open without TLS, and no proxy is trusted",
            config.listen.address
        ));
    }
    if config.machines.networks.networks().is_empty() {
        warn("machines.networks is empty: no machine can be reached".to_owned());
    }
    for (what, address) in GUARDED {
        if config.machines.networks.allows(address) {
            warn(format!("machines.networks includes {what} ({address})"));
        }
    }
    if config.service_keys.is_empty() {
        warn("there is no service key: no CI can report builds".to_owned());
    }
    let tls = config.listen.tls.iter();
    let secrets = config.webhooks.iter().flat_map(|hook| &hook.secret_files);
    for file in tls.clone().map(|tls| &tls.key).chain(&config.keys.files).chain(secrets) {
        key_file(file, &mut warn);
    }
    for file in tls.map(|tls| &tls.certificate) {
        if let Err(cause) = std::fs::File::open(file) {
            warn(format!("{} cannot be read: {cause}", file.display()));
        }
    }
    if let Some(path) = config.store.url.strip_prefix("sqlite:").filter(|path| *path != ":memory:") {
        store_file(Path::new(path), &mut warn);
    }
    if config.store.url.starts_with("sqlite:") && config.store.url.ends_with(":memory:") {
        warn("the store is in memory: whatever it holds is lost when the server stops".to_owned());
    }
    let recordings = &config.recordings;
    let place = recordings.directory.ancestors().find(|place| place.exists());
    if recordings.enabled && place.is_none_or(|p| p.metadata().is_ok_and(|m| m.permissions().readonly())) {
        warn(format!("recordings cannot be written to {}", recordings.directory.display()));
    }
    let known = [TOKEN_KEY, SEAL_KEY, STORE_URL, STORE_PASSWORD];
    let named = config.webhooks.iter().filter_map(|hook| hook.env.as_deref());
    let known: Vec<_> = known.into_iter().chain(named).collect();
    for name in environment.names().filter(|name| !known.contains(name) && !name.starts_with(SERVICE_KEY)) {
        warn(format!("environment variable {name} means nothing to Transom"));
    }
    warnings
}

const GUARDED: [(&str, IpAddr); 2] = [
    ("the loopback", IpAddr::V4(Ipv4Addr::LOCALHOST)),
    ("the cloud's metadata", IpAddr::V4(Ipv4Addr::new(169, 254, 169, 254))),
];

fn key_file(path: &Path, warn: &mut impl FnMut(String)) {
    match std::fs::File::open(path).and_then(|file| file.metadata()) {
        Ok(metadata) if metadata.permissions().mode() & 0o077 != 0 => {
            warn(format!("{} can be read by others: chmod 600", path.display()));
        }
        Ok(_) => {}
        Err(cause) => warn(format!("{} cannot be read: {cause}", path.display())),
    }
}

/// Opens without making or changing anything; a file that is still to be made needs its directory.
fn store_file(path: &Path, warn: &mut impl FnMut(String)) {
    let directory = path.parent().unwrap_or(Path::new("/"));
    if path.exists() {
        if let Err(cause) = std::fs::OpenOptions::new().append(true).open(path) {
            warn(format!("the store {} cannot be written: {cause}", path.display()));
        }
    } else if !directory.is_dir() {
        warn(format!("the store's directory {} does not exist", directory.display()));
    } else if directory.metadata().is_ok_and(|metadata| metadata.permissions().readonly()) {
        warn(format!("the store's directory {} cannot be written", directory.display()));
    }
}
