//! The key by which the CI's control plane is known.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;

use super::{KeyError, Secret, random};

/// What every service key begins with, so that scanners for leaked secrets find it.
pub const SERVICE_KEY_PREFIX: &str = "tsk_";

/// A new service key: [`SERVICE_KEY_PREFIX`] and 32 random bytes in base64url (43 characters).
///
/// # Errors
///
/// [`KeyError::Random`].
pub fn new_service_key() -> Result<Secret, KeyError> {
    let bytes = random::<32>()?;
    Ok(Secret::new(format!("{SERVICE_KEY_PREFIX}{}", URL_SAFE_NO_PAD.encode(bytes.as_slice()))))
}

/// Whether `text` has the form of a service key.
pub(crate) fn is_service_key(text: &str) -> bool {
    text.strip_prefix(SERVICE_KEY_PREFIX).is_some_and(|rest| {
        rest.len() == 43 && URL_SAFE_NO_PAD.decode(rest).is_ok_and(|bytes| bytes.len() == 32)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_new_key_has_the_form_and_is_new() {
        let (one, other) = (new_service_key().unwrap(), new_service_key().unwrap());
        assert!(is_service_key(one.expose()) && one.expose().len() == 47);
        assert_ne!(one.expose(), other.expose());
        assert!(!is_service_key("tsk_short") && !is_service_key(&one.expose()[4..]));
    }
}
