//! A value that never prints, and the hash by which a secret is known again.

use std::fmt;

use ring::digest::{SHA256, digest};
use serde::{Serialize, Serializer};
use zeroize::{Zeroize, Zeroizing};

/// A secret: wiped when dropped, shown as `***` by `Debug` and `Serialize`.
///
/// It has no `Display`, so that it cannot get into a message by accident.
#[derive(Clone)]
pub struct Secret<T: Zeroize = String>(Zeroizing<T>);

impl<T: Zeroize> Secret<T> {
    /// Keeps `value` from showing.
    pub fn new(value: T) -> Self {
        Self(Zeroizing::new(value))
    }

    /// The value itself, for the one place that needs it.
    #[must_use]
    pub fn expose(&self) -> &T {
        &self.0
    }
}

impl<T: Zeroize> fmt::Debug for Secret<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("***")
    }
}

impl<T: Zeroize> Serialize for Secret<T> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str("***")
    }
}

/// SHA-256 of a secret with 256 bits of its own, in 64 lower-case hexadecimal digits.
///
/// What is stored in the place of service keys, page codes and renewal secrets. Equality takes the
/// same time wherever two hashes differ.
#[derive(Debug, Clone, Eq)]
pub struct SecretHash(String);

impl SecretHash {
    /// The hash of `secret`.
    #[must_use]
    pub fn of(secret: &str) -> Self {
        Self(hex(digest(&SHA256, secret.as_bytes()).as_ref()))
    }

    /// Takes a hash that was written down.
    ///
    /// # Errors
    ///
    /// Where `text` is not 64 hexadecimal digits.
    pub fn parse(text: &str) -> Result<Self, &'static str> {
        if text.len() == 64 && text.bytes().all(|b| b.is_ascii_hexdigit()) {
            Ok(Self(text.to_ascii_lowercase()))
        } else {
            Err("a SHA-256 hash has 64 hexadecimal digits")
        }
    }

    /// The digits.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl PartialEq for SecretHash {
    fn eq(&self, other: &Self) -> bool {
        let difference = |sum: u8, (a, b): (u8, u8)| sum | (a ^ b);
        self.0.len() == other.0.len()
            && std::hint::black_box(self.0.bytes().zip(other.0.bytes()).fold(0, difference)) == 0
    }
}

impl Serialize for SecretHash {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&self.0)
    }
}

/// `bytes` in lower-case hexadecimal digits.
pub(crate) fn hex(bytes: &[u8]) -> String {
    bytes.iter().fold(String::with_capacity(bytes.len() * 2), |mut text, byte| {
        for nibble in [byte >> 4, byte & 15] {
            text.extend(char::from_digit(nibble.into(), 16));
        }
        text
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_secret_shows_nowhere() {
        let secret = Secret::new(String::from("tsk_hidden"));
        assert_eq!(format!("{secret:?} {:?}", Some(&secret)), "*** Some(***)");
        assert_eq!(serde_json::to_string(&secret).unwrap(), "\"***\"");
        assert_eq!(secret.expose(), "tsk_hidden");
    }

    #[test]
    fn a_hash_is_the_known_sha256_and_survives_being_written_down() {
        let hash = SecretHash::of("abc");
        assert_eq!(hash.as_str(), "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
        assert_eq!(SecretHash::parse(&hash.as_str().to_uppercase()).unwrap(), hash);
        assert_ne!(SecretHash::of("abd"), hash);
        assert!(SecretHash::parse("ba78").is_err());
        assert!(SecretHash::parse(&"g".repeat(64)).is_err());
    }
}
