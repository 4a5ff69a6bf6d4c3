//! The key that seals what rests in the store.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use ring::digest::{Context, SHA256};
use serde::Serialize;
use zeroize::Zeroizing;

use super::secret::hex;
use super::{KeyError, Secret, random};

/// A sealing key: 32 random bytes for AES-256-GCM.
#[derive(Debug, Clone, Serialize)]
pub struct SealKey {
    /// Names the key in what it sealed: the first 8 hexadecimal digits of a hash over it.
    pub id: String,
    /// The 32 bytes.
    pub bytes: Secret<[u8; 32]>,
}

impl SealKey {
    /// A new key.
    ///
    /// # Errors
    ///
    /// [`KeyError::Random`].
    pub fn generate() -> Result<Self, KeyError> {
        Ok(Self::from_bytes(*random()?))
    }

    /// Takes a key from its text form: 32 bytes in base64.
    ///
    /// # Errors
    ///
    /// [`KeyError::Malformed`] where it is not that.
    pub fn parse(text: &str) -> Result<Self, KeyError> {
        let bytes = STANDARD.decode(text.trim()).map(Zeroizing::new).ok();
        let bytes = bytes.and_then(|bytes| <[u8; 32]>::try_from(bytes.as_slice()).ok());
        bytes.map(Self::from_bytes).ok_or(KeyError::Malformed("a sealing key has 32 bytes in base64"))
    }

    /// The text form, with a line end.
    #[must_use]
    pub fn to_text(&self) -> Zeroizing<String> {
        Zeroizing::new(STANDARD.encode(self.bytes.expose()) + "\n")
    }

    fn from_bytes(bytes: [u8; 32]) -> Self {
        let mut hash = Context::new(&SHA256);
        hash.update(b"transom sealing key id");
        hash.update(&bytes);
        Self { id: hex(&hash.finish().as_ref()[..4]), bytes: Secret::new(bytes) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_survives_its_text_form_and_keeps_its_id() {
        let key = SealKey::generate().unwrap();
        let again = SealKey::parse(&key.to_text()).unwrap();
        assert_eq!((again.bytes.expose(), &again.id), (key.bytes.expose(), &key.id));
        assert_eq!(key.id.len(), 8);
    }

    #[test]
    fn what_is_no_key_is_refused_without_being_repeated() {
        for text in ["", "c2hvcnQ=", "not base64 at all"] {
            let error = SealKey::parse(text).unwrap_err().to_string();
            assert_eq!(error, "a sealing key has 32 bytes in base64");
        }
    }
}
