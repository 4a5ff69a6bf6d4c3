//! Keys and secrets: what they look like, how they are made and how they are kept from showing.

mod hook;
mod passcode;
mod sealing;
mod secret;
mod service;
mod token;
mod write;

pub use hook::{HOOK_SECRET_PREFIX, HookSecret};
pub use passcode::{hash_passcode, is_passcode};
pub use sealing::SealKey;
pub(crate) use secret::hex;
pub use secret::{Secret, SecretHash};
pub(crate) use service::is_service_key;
pub use service::{SERVICE_KEY_PREFIX, new_service_key};
pub use token::TokenKey;
pub use write::{KeyFiles, write_key_files};

use ring::rand::{SecureRandom, SystemRandom};
use zeroize::Zeroizing;

/// Why a key cannot be made, read or written.
#[derive(Debug, thiserror::Error)]
pub enum KeyError {
    /// The system gave no random bytes.
    #[error("the system gives no random numbers")]
    Random,
    /// The text is not such a key.
    #[error("{0}")]
    Malformed(&'static str),
    /// A file stands in the way and was not to be replaced.
    #[error("{0} exists already; --force replaces it, and with it goes whatever the old key opens")]
    Exists(String),
    /// A file cannot be written.
    #[error("cannot write {path}: {cause}")]
    Write {
        /// The file or directory.
        path: String,
        /// What the system said.
        cause: std::io::Error,
    },
}

/// `N` bytes from the system's source of randomness.
///
/// # Errors
///
/// [`KeyError::Random`] where the system has none to give.
pub fn random<const N: usize>() -> Result<Zeroizing<[u8; N]>, KeyError> {
    let mut bytes = Zeroizing::new([0; N]);
    SystemRandom::new().fill(bytes.as_mut_slice()).map_err(|_| KeyError::Random)?;
    Ok(bytes)
}
