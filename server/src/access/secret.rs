//! Secrets that are shown once and kept as hashes: page codes and renewal secrets.

use std::fmt;
use std::hint::black_box;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use ring::digest::{SHA256, digest};
use ring::rand::SecureRandom;
use zeroize::{Zeroize, ZeroizeOnDrop, Zeroizing};

/// 32 random bytes, as text 43 characters of base64url. It never prints.
///
/// So much randomness can't be guessed, which is why a plain hash of it may be stored.
#[derive(Clone, Zeroize, ZeroizeOnDrop)]
pub struct Secret([u8; 32]);

impl Secret {
    /// A new secret.
    ///
    /// # Errors
    /// When there is no randomness.
    pub fn random(random: &dyn SecureRandom) -> Result<Self, ring::error::Unspecified> {
        let mut secret = Self([0; 32]);
        random.fill(&mut secret.0)?;
        Ok(secret)
    }

    /// A secret as somebody sent it; nothing unless it is written exactly as we write it.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let bytes = Zeroizing::new(URL_SAFE_NO_PAD.decode(text).ok()?);
        bytes.as_slice().try_into().ok().map(Self)
    }

    /// The secret as text, for the one whom it was made for.
    #[must_use]
    pub fn reveal(&self) -> Zeroizing<String> {
        Zeroizing::new(URL_SAFE_NO_PAD.encode(self.0))
    }

    /// What may be stored of it.
    #[must_use]
    pub fn hash(&self) -> SecretHash {
        let mut hash = [0; 32];
        hash.copy_from_slice(digest(&SHA256, &self.0).as_ref());
        SecretHash(hash)
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Secret(…)")
    }
}

/// The SHA-256 of a [`Secret`]. It opens nothing.
#[derive(Clone, Copy)]
pub struct SecretHash([u8; 32]);

impl SecretHash {
    /// From what was stored.
    #[must_use]
    pub const fn from_bytes(bytes: [u8; 32]) -> Self {
        Self(bytes)
    }

    /// To be stored.
    #[must_use]
    pub const fn as_bytes(&self) -> &[u8; 32] {
        &self.0
    }

    /// Whether it is the hash of `secret`.
    #[must_use]
    pub fn matches(&self, secret: &Secret) -> bool {
        *self == secret.hash()
    }
}

impl PartialEq for SecretHash {
    /// Takes the same time wherever the two differ.
    fn eq(&self, other: &Self) -> bool {
        let differences = self.0.iter().zip(&other.0);
        black_box(differences.fold(0, |all, (a, b)| black_box(all | (a ^ b)))) == 0
    }
}

impl Eq for SecretHash {}

impl fmt::Debug for SecretHash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("SecretHash(…)")
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use ring::rand::SystemRandom;

    #[test]
    fn a_secret_comes_back_from_its_text_and_matches_its_hash() {
        let secret = Secret::random(&SystemRandom::new()).unwrap();
        let text = secret.reveal();
        assert_eq!(text.len(), 43);
        let again = Secret::parse(&text).unwrap();
        assert!(secret.hash().matches(&again));
        assert_eq!(SecretHash::from_bytes(*secret.hash().as_bytes()), again.hash());
        let other = Secret::random(&SystemRandom::new()).unwrap();
        assert!(!secret.hash().matches(&other));
    }

    #[test]
    fn what_is_not_written_exactly_so_is_no_secret() {
        let text = Secret([0xff; 32]).reveal();
        assert!(Secret::parse(&text).is_some());
        // Too short, too long, padded, of the other alphabet, with bits that mean nothing.
        let bad = [
            String::new(),
            text[..42].to_owned(),
            format!("{}A", *text),
            format!("{}=", *text),
            text.replace('_', "/"),
            format!("{}9", &text[..42]),
            format!(" {}", &text[..42]),
        ];
        for bad in bad {
            assert!(Secret::parse(&bad).is_none(), "{bad}");
        }
    }

    #[test]
    fn every_bit_of_the_hash_counts() {
        let hash = Secret([7; 32]).hash();
        for bit in 0..256 {
            let mut bytes = *hash.as_bytes();
            bytes[bit / 8] ^= 1 << (bit % 8);
            assert_ne!(SecretHash::from_bytes(bytes), hash);
        }
    }

    #[test]
    fn the_hash_is_sha_256_of_the_bytes() {
        let hash = Secret([0; 32]).hash();
        assert_eq!(hash.as_bytes()[..4], [0x66, 0x68, 0x7a, 0xad]);
    }

    #[test]
    fn nothing_of_a_secret_prints() {
        assert_eq!(format!("{:?}", Secret([7; 32])), "Secret(…)");
        assert_eq!(format!("{:?}", Secret([7; 32]).hash()), "SecretHash(…)");
    }
}
