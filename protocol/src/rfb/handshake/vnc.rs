//! VNC authentication: a challenge encrypted with the password (RFC 6143, section 7.2.2).

use des::Des;
use des::cipher::{BlockCipherEncrypt as _, KeyInit as _};
use zeroize::Zeroizing;

/// The answer to a challenge. A password counts to its eighth byte.
pub(super) fn response(challenge: [u8; 16], password: &str) -> [u8; 16] {
    // VNC reads a key's bits from the other end.
    let mut key = Zeroizing::new([0_u8; 8]);
    for (to, from) in key.iter_mut().zip(password.bytes()) {
        *to = from.reverse_bits();
    }
    let cipher = Des::new((&*key).into());
    let mut response = challenge;
    for block in response.as_chunks_mut::<8>().0 {
        cipher.encrypt_block(block.into());
    }
    response
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Made by a real Xtigervnc's own `vncpasswd` and its check.
    #[test]
    fn a_long_password_counts_to_its_eighth_byte() {
        let challenge = *b"0123456789abcdef";
        assert_eq!(response(challenge, "password"), response(challenge, "password and more"));
        assert_ne!(response(challenge, "password"), response(challenge, "passwor"));
    }
}
