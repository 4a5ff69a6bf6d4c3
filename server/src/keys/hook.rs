//! The secret with which a webhook is signed (Standard Webhooks).

use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, STANDARD_NO_PAD};
use serde::{Serialize, Serializer};
use zeroize::Zeroizing;

use super::{KeyError, Secret, random};

/// What every such secret begins with.
pub const HOOK_SECRET_PREFIX: &str = "whsec_";

/// A secret for HMAC-SHA256: [`HOOK_SECRET_PREFIX`] and 24 to 64 bytes in base64.
#[derive(Debug, Clone)]
pub struct HookSecret(Secret<Vec<u8>>);

impl HookSecret {
    /// A new secret of 32 bytes.
    ///
    /// # Errors
    ///
    /// [`KeyError::Random`].
    pub fn generate() -> Result<Self, KeyError> {
        Ok(Self(Secret::new(random::<32>()?.to_vec())))
    }

    /// Takes a secret from its text form.
    ///
    /// # Errors
    ///
    /// [`KeyError::Malformed`] where it is not that.
    pub fn parse(text: &str) -> Result<Self, KeyError> {
        let encoded = text.trim().strip_prefix(HOOK_SECRET_PREFIX).map(|rest| rest.trim_end_matches('='));
        let bytes = encoded.and_then(|encoded| STANDARD_NO_PAD.decode(encoded).ok().map(Zeroizing::new));
        let bytes = bytes.filter(|bytes| (24..=64).contains(&bytes.len()));
        bytes
            .map(|bytes| Self(Secret::new(bytes.to_vec())))
            .ok_or(KeyError::Malformed("a webhook's secret is whsec_ and 24 to 64 bytes in base64"))
    }

    /// Takes several, separated by commas, spaces or line ends.
    ///
    /// # Errors
    ///
    /// [`KeyError::Malformed`] where one is not a secret, or there is none.
    pub fn parse_all(text: &str) -> Result<Vec<Self>, KeyError> {
        let words = text.split([',', ' ', '\r', '\n']).filter(|word| !word.is_empty());
        let secrets = words.map(Self::parse).collect::<Result<Vec<_>, _>>()?;
        if secrets.is_empty() { Err(KeyError::Malformed("there is no secret in it")) } else { Ok(secrets) }
    }

    /// The text form, to be shown once.
    #[must_use]
    pub fn to_text(&self) -> Zeroizing<String> {
        Zeroizing::new(format!("{HOOK_SECRET_PREFIX}{}", STANDARD.encode(self.0.expose())))
    }

    /// The bytes with which is signed.
    #[must_use]
    pub fn bytes(&self) -> &[u8] {
        self.0.expose()
    }
}

impl Serialize for HookSecret {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        self.0.serialize(serializer)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_secret_survives_its_text_form_and_shows_nowhere() {
        let secret = HookSecret::generate().unwrap();
        let text = secret.to_text();
        assert_eq!(HookSecret::parse(&text).unwrap().bytes(), secret.bytes());
        assert_eq!(HookSecret::parse(text.trim_end_matches('=')).unwrap().bytes(), secret.bytes());
        assert_eq!(serde_json::to_string(&secret).unwrap(), "\"***\"");
        assert!(!format!("{secret:?}").contains(&text[8..]));
    }

    #[test]
    fn several_may_stand_in_one_text_and_what_is_none_is_refused() {
        let (one, other) = (HookSecret::generate().unwrap(), HookSecret::generate().unwrap());
        let text = format!("{}\n{},", *one.to_text(), *other.to_text());
        let read = HookSecret::parse_all(&text).unwrap();
        assert_eq!(read.iter().map(HookSecret::bytes).collect::<Vec<_>>(), [one.bytes(), other.bytes()]);
        for text in ["", "whsec_", "whsec_c2hvcnQ=", "no-secret", &one.to_text()[6..]] {
            let error = HookSecret::parse_all(text).unwrap_err().to_string();
            let alone = error == "there is no secret in it" && text.is_empty();
            assert!(alone || error == "a webhook's secret is whsec_ and 24 to 64 bytes in base64", "{error}");
        }
    }
}
