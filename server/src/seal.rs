//! Sealing of what rests in the store: AES-256-GCM, bound to the place where it belongs.
//!
//! A sealed value is text: `v1.<key id>.<base64url of nonce and ciphertext>`. The place (what it is,
//! whose it is) is authenticated with it, so a value that was moved to another row doesn't open.
//! Nonces are random: with one key, 2^32 values may be sealed, far more than builds there will be.

use std::sync::Arc;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use ring::aead::{AES_256_GCM, Aad, LessSafeKey, NONCE_LEN, Nonce, UnboundKey};
use zeroize::Zeroizing;

use crate::keys::{SealKey, random};

const VERSION: &str = "v1";

/// Why a value cannot be sealed or opened.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum SealError {
    /// There is no key at all.
    #[error("there is no sealing key")]
    NoKey,
    /// The system gave no random bytes.
    #[error("the system gives no random numbers")]
    Random,
    /// It was sealed with a key that is not there.
    #[error("sealed with key {0}, which is not configured")]
    UnknownKey(String),
    /// It is not what was sealed, or not for this place.
    #[error("a sealed value was changed or moved")]
    Tampered,
}

/// Seals with its first key and opens with all of them. Cheap to clone.
#[derive(Clone)]
pub struct Sealer(Arc<[(String, LessSafeKey)]>);

impl Sealer {
    /// A sealer with `keys`: the first seals, all open.
    ///
    /// # Errors
    ///
    /// [`SealError::NoKey`] where there are none.
    pub fn new(keys: &[SealKey]) -> Result<Self, SealError> {
        let ready = |key: &SealKey| {
            let unbound = UnboundKey::new(&AES_256_GCM, key.bytes.expose()).map_err(|_| SealError::NoKey)?;
            Ok((key.id.clone(), LessSafeKey::new(unbound)))
        };
        let keys: Arc<[_]> = keys.iter().map(ready).collect::<Result<_, SealError>>()?;
        if keys.is_empty() { Err(SealError::NoKey) } else { Ok(Self(keys)) }
    }

    /// Seals `plain` for `place`, for instance `["secret", build, name]`.
    ///
    /// # Errors
    ///
    /// [`SealError::Random`].
    pub fn seal(&self, place: &[&str], plain: &[u8]) -> Result<String, SealError> {
        let (id, key) = self.0.first().ok_or(SealError::NoKey)?;
        let nonce = *random::<NONCE_LEN>().map_err(|_| SealError::Random)?;
        // The buffer holds the plain text until it is encrypted in place.
        let mut sealed = Zeroizing::new(Vec::with_capacity(NONCE_LEN + plain.len() + AES_256_GCM.tag_len()));
        sealed.extend_from_slice(&nonce);
        sealed.extend_from_slice(plain);
        let (_, text) = sealed.split_at_mut(NONCE_LEN);
        let tag = key
            .seal_in_place_separate_tag(Nonce::assume_unique_for_key(nonce), aad(place), text)
            .map_err(|_| SealError::Tampered)?;
        sealed.extend_from_slice(tag.as_ref());
        Ok(format!("{VERSION}.{id}.{}", URL_SAFE_NO_PAD.encode(sealed.as_slice())))
    }

    /// Opens what was sealed for `place`.
    ///
    /// # Errors
    ///
    /// [`SealError::UnknownKey`] and [`SealError::Tampered`].
    pub fn open(&self, place: &[&str], sealed: &str) -> Result<Zeroizing<Vec<u8>>, SealError> {
        let mut parts = sealed.split('.');
        let (Some(VERSION), Some(id), Some(body), None) =
            (parts.next(), parts.next(), parts.next(), parts.next())
        else {
            return Err(SealError::Tampered);
        };
        let key = self.0.iter().find(|(known, _)| known == id);
        let (_, key) = key.ok_or_else(|| SealError::UnknownKey(id.chars().take(16).collect()))?;
        let mut body = Zeroizing::new(URL_SAFE_NO_PAD.decode(body).map_err(|_| SealError::Tampered)?);
        let (nonce, text) = body.split_at_mut_checked(NONCE_LEN).ok_or(SealError::Tampered)?;
        let nonce = Nonce::try_assume_unique_for_key(nonce).map_err(|_| SealError::Tampered)?;
        let plain = key.open_in_place(nonce, aad(place), text).map_err(|_| SealError::Tampered)?;
        Ok(Zeroizing::new(plain.to_vec()))
    }
}

impl std::fmt::Debug for Sealer {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_list().entries(self.0.iter().map(|(id, _)| id)).finish()
    }
}

/// Every part with its length before it: no two places have the same bytes.
fn aad(place: &[&str]) -> Aad<Vec<u8>> {
    let part = |part: &&str| [&(part.len() as u64).to_be_bytes(), part.as_bytes()].concat();
    Aad::from(place.iter().flat_map(part).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    const PLACE: [&str; 3] = ["secret", "build-1", "ssh_key"];

    fn sealer() -> (SealKey, Sealer) {
        let key = SealKey::generate().unwrap();
        let sealer = Sealer::new(std::slice::from_ref(&key)).unwrap();
        (key, sealer)
    }

    #[test]
    fn what_was_sealed_opens_at_its_place_and_shows_nothing() {
        let (key, sealer) = sealer();
        let sealed = sealer.seal(&PLACE, b"hunter2").unwrap();
        assert!(sealed.starts_with(&format!("v1.{}.", key.id)) && !sealed.contains("hunter2"));
        assert_eq!(*sealer.open(&PLACE, &sealed).unwrap(), b"hunter2");
        assert_eq!(*sealer.open(&PLACE, &sealer.seal(&PLACE, b"").unwrap()).unwrap(), b"");
        assert_ne!(sealer.seal(&PLACE, b"hunter2").unwrap(), sealed, "every value has its own nonce");
        assert_eq!(format!("{sealer:?}"), format!("[{:?}]", key.id));
    }

    #[test]
    fn a_value_moved_to_another_place_does_not_open() {
        let (_, sealer) = sealer();
        let sealed = sealer.seal(&PLACE, b"hunter2").unwrap();
        for place in [
            ["secret", "build-2", "ssh_key"],
            ["secret", "build-1s", "sh_key"],
            ["login", "build-1", "ssh_key"],
        ] {
            assert_eq!(sealer.open(&place, &sealed), Err(SealError::Tampered), "{place:?}");
        }
        assert_eq!(sealer.open(&[], &sealed), Err(SealError::Tampered));
    }

    #[test]
    fn no_changed_value_opens() {
        let (key, sealer) = sealer();
        let sealed = sealer.seal(&PLACE, b"hunter2").unwrap();
        let head = format!("v1.{}.", key.id).len();
        let body = URL_SAFE_NO_PAD.decode(&sealed[head..]).unwrap();
        for at in 0..body.len() {
            let mut changed = body.clone();
            changed[at] ^= 1;
            let changed = format!("{}{}", &sealed[..head], URL_SAFE_NO_PAD.encode(changed));
            assert_eq!(sealer.open(&PLACE, &changed), Err(SealError::Tampered), "byte {at}");
        }
        for end in 0..sealed.len() {
            assert!(sealer.open(&PLACE, &sealed[..end]).is_err(), "cut at {end}");
        }
        assert!(sealer.open(&PLACE, &format!("{sealed}.x")).is_err());
        assert!(sealer.open(&PLACE, &sealed.replacen("v1", "v2", 1)).is_err());
    }

    #[test]
    fn after_a_rotation_new_values_take_the_new_key_and_old_ones_still_open() {
        let (old, before) = sealer();
        let (new, _) = sealer();
        let after = Sealer::new(&[new.clone(), old.clone()]).unwrap();
        let sealed = before.seal(&PLACE, b"hunter2").unwrap();
        assert_eq!(*after.open(&PLACE, &sealed).unwrap(), b"hunter2");
        assert!(after.seal(&PLACE, b"").unwrap().starts_with(&format!("v1.{}.", new.id)));
        let without = Sealer::new(&[new]).unwrap();
        assert_eq!(without.open(&PLACE, &sealed), Err(SealError::UnknownKey(old.id)));
        assert_eq!(Sealer::new(&[]).unwrap_err(), SealError::NoKey);
    }
}
