//! SSH keys: one pair per build, made here.

use ring::rand::{SecureRandom, SystemRandom};
use russh::keys::ssh_key::LineEnding;
use russh::keys::ssh_key::private::Ed25519Keypair;
use russh::keys::{Certificate, PrivateKey, PublicKey};
use zeroize::Zeroizing;

/// A new Ed25519 key in OpenSSH's format.
///
/// # Errors
/// Where the system gives no randomness.
pub fn generate(comment: &str) -> Result<Zeroizing<String>, &'static str> {
    let mut seed = Zeroizing::new([0_u8; 32]);
    SystemRandom::new().fill(seed.as_mut()).map_err(|_| "the system gave no randomness")?;
    let mut key = PrivateKey::from(Ed25519Keypair::from_seed(&seed));
    key.set_comment(comment);
    key.to_openssh(LineEnding::LF).map_err(|_| "the key could not be written")
}

/// The public half as a line for `authorized_keys`.
///
/// # Errors
/// Where `pem` is no private key in OpenSSH's format.
pub fn public_key_of(pem: &str) -> Result<String, &'static str> {
    let key = PrivateKey::from_openssh(pem).map_err(|_| "not a private key in OpenSSH's format")?;
    key.public_key().to_openssh().map_err(|_| "the key could not be written")
}

/// Whether `text` is a host key's line or a `SHA256:` fingerprint.
#[must_use]
pub fn is_pin(text: &str) -> bool {
    match text.strip_prefix("SHA256:") {
        Some(hash) => hash.trim_end_matches('=').len() == 43,
        None => PublicKey::from_openssh(text).is_ok(),
    }
}

/// Whether `text` is an OpenSSH certificate's line.
#[must_use]
pub fn is_certificate(text: &str) -> bool {
    Certificate::from_openssh(text).is_ok()
}

/// Whether `text` may be a private key. One with a passphrase shows only when it is used.
#[must_use]
pub fn looks_like_key(text: &str) -> bool {
    text.len() <= 64 * 1024
        && text.trim_start().starts_with("-----BEGIN ")
        && text.contains("PRIVATE KEY-----")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn two_builds_never_share_a_key() {
        let (one, two) = (generate("transom:1").unwrap(), generate("transom:2").unwrap());
        assert_ne!(public_key_of(&one).unwrap(), public_key_of(&two).unwrap());
        let line = public_key_of(&one).unwrap();
        assert!(line.starts_with("ssh-ed25519 AAAA") && line.ends_with(" transom:1"), "{line}");
    }

    #[test]
    fn garbage_is_no_key() {
        assert!(public_key_of("-----BEGIN OPENSSH PRIVATE KEY-----\nAAAA").is_err());
    }
}
