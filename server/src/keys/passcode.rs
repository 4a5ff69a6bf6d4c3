//! Passcodes: short secrets that people make up, so their hash has to be slow (Argon2id).

use argon2::password_hash::phc::PasswordHash;
use argon2::{Algorithm, Argon2, Params, PasswordHasher as _, PasswordVerifier as _, Version};

use super::{KeyError, random};

/// Memory of one hash, in KiB, and passes over it: the least that OWASP recommends, for servers are small.
const MEMORY_KIB: u32 = 19 * 1024;
const PASSES: u32 = 2;

/// The hash of a passcode with a salt of its own, as text (PHC). Takes tens of milliseconds and 19 MiB: not on
/// a thread that others wait for.
///
/// # Errors
/// [`KeyError::Random`] where the system gives no salt.
pub fn hash_passcode(passcode: &str) -> Result<String, KeyError> {
    let salt = random::<16>()?;
    let hash = hasher()?.hash_password_with_salt(passcode.as_bytes(), salt.as_slice());
    hash.map(|hash| hash.to_string()).map_err(|_| KeyError::Malformed("a passcode cannot be hashed"))
}

/// Whether `passcode` is the one whose hash this is. As slow as hashing it.
#[must_use]
pub fn is_passcode(passcode: &str, hash: &str) -> bool {
    let Ok(hash) = PasswordHash::new(hash) else { return false };
    hasher().is_ok_and(|hasher| hasher.verify_password(passcode.as_bytes(), &hash).is_ok())
}

fn hasher() -> Result<Argon2<'static>, KeyError> {
    let params = Params::new(MEMORY_KIB, PASSES, 1, None);
    let params = params.map_err(|_| KeyError::Malformed("a passcode cannot be hashed"))?;
    Ok(Argon2::new(Algorithm::Argon2id, Version::V0x13, params))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_passcode_is_known_by_its_hash_and_no_other_is() {
        let hash = hash_passcode("2468").unwrap();
        assert!(hash.starts_with("$argon2id$v=19$m=19456,t=2,p=1$"), "{hash}");
        assert!(is_passcode("2468", &hash) && !is_passcode("2469", &hash) && !is_passcode("", &hash));
        assert_ne!(hash_passcode("2468").unwrap(), hash, "each has a salt of its own");
        assert!(!is_passcode("2468", "") && !is_passcode("2468", "2468"));
    }
}
