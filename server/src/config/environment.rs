//! The environment as far as it concerns Transom: variables that begin with `TRANSOM_`.

use std::collections::BTreeMap;

use crate::keys::Secret;

/// The token signing keys: PEM blocks, the first one signs.
pub(super) const TOKEN_KEY: &str = "TRANSOM_TOKEN_KEY";
/// The sealing keys: base64, separated by commas, the first one seals.
pub(super) const SEAL_KEY: &str = "TRANSOM_SEAL_KEY";
/// The whole address of the store.
pub(super) const STORE_URL: &str = "TRANSOM_STORE_URL";
/// The password of the store.
pub(super) const STORE_PASSWORD: &str = "TRANSOM_STORE_PASSWORD";
/// What the names of service keys' variables begin with.
pub(super) const SERVICE_KEY: &str = "TRANSOM_SERVICE_KEY_";
/// What the names of webhooks' variables begin with.
pub(super) const WEBHOOK_SECRET: &str = "TRANSOM_WEBHOOK_SECRET_";

/// A snapshot of the variables that begin with `TRANSOM_`. Values are secrets.
#[derive(Debug, Clone, Default)]
pub struct Environment(BTreeMap<String, Secret>);

impl Environment {
    /// The environment of this process.
    #[must_use]
    pub fn of_process() -> Self {
        let text = |(name, value): (std::ffi::OsString, std::ffi::OsString)| {
            Some((name.into_string().ok()?, value.into_string().ok()?))
        };
        std::env::vars_os().filter_map(text).collect()
    }

    /// The value of `name`, unless it is missing or empty.
    #[must_use]
    pub fn get(&self, name: &str) -> Option<&Secret> {
        self.0.get(name)
    }

    /// The names there are.
    pub fn names(&self) -> impl Iterator<Item = &str> {
        self.0.keys().map(String::as_str)
    }
}

impl<N: Into<String>, V: Into<String>> FromIterator<(N, V)> for Environment {
    fn from_iter<I: IntoIterator<Item = (N, V)>>(variables: I) -> Self {
        let pairs = variables.into_iter().map(|(name, value)| (name.into(), value.into()));
        let ours = pairs
            .filter(|(name, value): &(String, String)| name.starts_with("TRANSOM_") && !value.is_empty());
        Self(ours.map(|(name, value)| (name, Secret::new(value))).collect())
    }
}
