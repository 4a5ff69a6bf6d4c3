//! Randomness from the system: ids and secrets.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use ring::rand::{SecureRandom, SystemRandom};

/// A new id that nobody guesses and that no other thing has: `prefix`, `_` and 128 bits.
#[must_use]
pub fn id(prefix: &str) -> String {
    format!("{prefix}_{}", text::<16>())
}

/// A new secret of 256 bits, as 43 characters of base64url.
#[must_use]
pub fn secret() -> String {
    text::<32>()
}

fn text<const BYTES: usize>() -> String {
    let mut bytes = [0_u8; BYTES];
    fill(&mut bytes);
    URL_SAFE_NO_PAD.encode(bytes)
}

/// Fills `bytes` with what nobody can guess.
///
/// # Panics
/// Where the system gives no randomness: nothing that is made of it then would be safe.
pub fn fill(bytes: &mut [u8]) {
    SystemRandom::new().fill(bytes).expect("the system gives randomness");
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn secrets_have_256_bits_and_ids_their_prefix() {
        assert_eq!(secret().len(), 43);
        assert_ne!(secret(), secret());
        assert!(id("s").starts_with("s_") && id("s").len() == 24);
    }
}
