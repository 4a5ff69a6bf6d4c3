//! One fetch of one key set.

use std::time::Duration;

use reqwest::header::ACCEPT;
use reqwest::redirect::Policy;
use reqwest::{Client, StatusCode};
use thiserror::Error;

use crate::access::token::{KeyError, PublicKey};

/// How long a fetch may take in all.
const TIMEOUT: Duration = Duration::from_secs(5);
/// Largest key set, in bytes.
const SET_BYTES: usize = 256 * 1024;

/// Why a key set did not come.
#[derive(Debug, Error)]
pub(super) enum FetchError {
    #[error("request failed")]
    Request(#[from] reqwest::Error),
    #[error("answered with status {0}")]
    Status(StatusCode),
    #[error("larger than {SET_BYTES} bytes")]
    TooLarge,
    #[error("not a key set")]
    NoSet(#[from] KeyError),
}

/// A client that goes where it is told and nowhere else: no redirect, no proxy from the
/// environment.
pub(super) fn client() -> reqwest::Result<Client> {
    Client::builder().redirect(Policy::none()).timeout(TIMEOUT).no_proxy().build()
}

/// Fetches the keys at `address`.
pub(super) async fn keys(client: &Client, address: &str) -> Result<Vec<PublicKey>, FetchError> {
    let mut response = client.get(address).header(ACCEPT, "application/json").send().await?;
    if response.status() != StatusCode::OK {
        return Err(FetchError::Status(response.status()));
    }
    let mut body = Vec::new();
    while let Some(chunk) = response.chunk().await? {
        if body.len() + chunk.len() > SET_BYTES {
            return Err(FetchError::TooLarge);
        }
        body.extend_from_slice(&chunk);
    }
    Ok(PublicKey::from_jwks(&body)?)
}
