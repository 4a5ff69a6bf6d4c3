//! The sealed stream of the RSA-AES security types: messages under AES in EAX mode (rfbproto, section 7.2.5).
//!
//! ```text
//!  length (2 bytes) │ that many bytes, encrypted │ MAC (16 bytes)
//! ```
//!
//! The length is authenticated too. The nonce is the message's number, counted from 0 on each side, so a message that
//! is left out, repeated or moved does not open.

use aes::{Aes128, Aes256};
use bytes::{Buf as _, BytesMut};
use eax::Eax;
use eax::aead::{AeadInOut as _, KeyInit as _};

use super::RfbError;
use crate::limits;

const LENGTH_BYTES: usize = 2;
const MAC_BYTES: usize = 16;

/// Seals what goes one way.
pub struct Sealer(Messages);

/// Opens what comes the other way.
pub struct Opener(Messages);

impl Sealer {
    /// With a key of 128 bits.
    #[must_use]
    pub fn aes128(key: &[u8; 16]) -> Self {
        Self(Messages::aes128(key))
    }

    /// With a key of 256 bits.
    #[must_use]
    pub fn aes256(key: &[u8; 32]) -> Self {
        Self(Messages::aes256(key))
    }

    /// Adds `plain` to `out`, in as few messages as may be.
    pub fn seal(&mut self, plain: &[u8], out: &mut BytesMut) {
        out.reserve(plain.len());
        for piece in plain.chunks(limits::RFB_SEALED_BYTES) {
            let length = u16::try_from(piece.len()).unwrap_or(u16::MAX).to_be_bytes();
            let mut body = BytesMut::from(piece);
            let mac = self.0.encrypt(length, &mut body);
            for part in [&length[..], &body, &mac] {
                out.extend_from_slice(part);
            }
        }
    }
}

impl Opener {
    /// With a key of 128 bits.
    #[must_use]
    pub fn aes128(key: &[u8; 16]) -> Self {
        Self(Messages::aes128(key))
    }

    /// With a key of 256 bits.
    #[must_use]
    pub fn aes256(key: &[u8; 32]) -> Self {
        Self(Messages::aes256(key))
    }

    /// The next message, taken from the front of `input`; `None` means that not all of it is there yet.
    ///
    /// # Errors
    /// [`RfbError::Seal`] where it is not what the other side sealed. Nothing behind it opens either.
    pub fn open(&mut self, input: &mut BytesMut) -> Result<Option<BytesMut>, RfbError> {
        let Some(length) = input.first_chunk::<LENGTH_BYTES>().copied() else { return Ok(None) };
        let bytes = usize::from(u16::from_be_bytes(length));
        let whole = bytes.saturating_add(LENGTH_BYTES).saturating_add(MAC_BYTES);
        if input.len() < whole {
            return Ok(None);
        }
        input.advance(LENGTH_BYTES);
        let mut body = input.split_to(bytes);
        let mac = input.first_chunk::<MAC_BYTES>().copied().unwrap_or_default();
        input.advance(MAC_BYTES);
        if self.0.decrypt(length, &mut body, mac) { Ok(Some(body)) } else { Err(RfbError::Seal) }
    }
}

/// The messages of one direction.
struct Messages {
    cipher: Cipher,
    /// The next one's number.
    number: u128,
}

enum Cipher {
    Aes128(Eax<Aes128>),
    Aes256(Eax<Aes256>),
}

impl Messages {
    fn aes128(key: &[u8; 16]) -> Self {
        Self { cipher: Cipher::Aes128(Eax::new(key.into())), number: 0 }
    }

    fn aes256(key: &[u8; 32]) -> Self {
        Self { cipher: Cipher::Aes256(Eax::new(key.into())), number: 0 }
    }

    fn nonce(&mut self) -> [u8; 16] {
        let nonce = self.number.to_le_bytes();
        self.number = self.number.wrapping_add(1);
        nonce
    }

    fn encrypt(&mut self, length: [u8; LENGTH_BYTES], body: &mut [u8]) -> [u8; MAC_BYTES] {
        let nonce = &self.nonce().into();
        let mac = match &self.cipher {
            Cipher::Aes128(cipher) => cipher.encrypt_inout_detached(nonce, &length, body.into()),
            Cipher::Aes256(cipher) => cipher.encrypt_inout_detached(nonce, &length, body.into()),
        };
        // Only many gigabytes at once are refused.
        mac.map(Into::into).unwrap_or_default()
    }

    fn decrypt(&mut self, length: [u8; LENGTH_BYTES], body: &mut [u8], mac: [u8; MAC_BYTES]) -> bool {
        let nonce = &self.nonce().into();
        let opened = match &self.cipher {
            Cipher::Aes128(cipher) => cipher.decrypt_inout_detached(nonce, &length, body.into(), &mac.into()),
            Cipher::Aes256(cipher) => cipher.decrypt_inout_detached(nonce, &length, body.into(), &mac.into()),
        };
        opened.is_ok()
    }
}
