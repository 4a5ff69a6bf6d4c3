//! Apple's security type 30 (macOS Screen Sharing; rfbproto, section 7.2.11): Diffie-Hellman, then user name and
//! password under AES-128 in ECB mode with the MD5 of the shared secret as key.

use aes::Aes128;
use aes::cipher::{BlockCipherEncrypt as _, KeyInit as _};
use crypto_bigint::modular::{BoxedMontyForm, BoxedMontyParams};
use crypto_bigint::{BoxedUint, Odd};
use md5::{Digest as _, Md5};
use zeroize::Zeroizing;

use super::{Random, RfbError};
use crate::limits;
use crate::rfb::reader::Reader;

/// Each of user name and password has half of it, with a zero behind it.
const CREDENTIALS_BYTES: usize = 128;
const FEWEST_KEY_BYTES: usize = 64;

/// What the server sends: generator, prime and its public key.
pub(super) struct Keys<'a> {
    generator: u16,
    prime: &'a [u8],
    public: &'a [u8],
}

impl<'a> Keys<'a> {
    pub(super) fn read(reader: &mut Reader<'a>) -> Result<Option<Self>, RfbError> {
        let Some((generator, length)) = (|| Some((reader.u16()?, usize::from(reader.u16()?))))() else {
            return Ok(None);
        };
        if length > limits::RFB_KEY_BYTES {
            return Err(RfbError::TooLong { what: "a key", bytes: length as u64 });
        }
        if length < FEWEST_KEY_BYTES {
            return Err(RfbError::Weak("key length"));
        }
        Ok((|| Some(Self { generator, prime: reader.take(length)?, public: reader.take(length)? }))())
    }

    /// Credentials and this side's public key.
    pub(super) fn answer(
        &self,
        user: &str,
        password: &str,
        random: &Random,
    ) -> Result<Zeroizing<Vec<u8>>, RfbError> {
        let bits = u32::try_from(self.prime.len().saturating_mul(8)).unwrap_or(u32::MAX);
        let number =
            |bytes: &[u8]| BoxedUint::from_be_slice(bytes, bits).map_err(|_| RfbError::Weak("key length"));
        let prime = number(self.prime)?;
        let one = BoxedUint::one_with_precision(bits);
        let public = number(self.public)?;
        // 0, 1 and the prime less 1 give a secret that anybody knows.
        let last = prime.wrapping_sub(&one);
        if public <= one || public >= last || self.generator < 2 {
            return Err(RfbError::Weak("public key"));
        }
        let Some(modulus) = Odd::new(prime).into_option() else { return Err(RfbError::Weak("prime")) };
        let parameters = BoxedMontyParams::new(modulus);
        let (secret, padding) =
            random.0.split_at_checked(self.prime.len()).ok_or(RfbError::Weak("key length"))?;
        let private = number(secret)?;
        let raised =
            |base: BoxedUint| BoxedMontyForm::new(base, &parameters).pow(&private).retrieve().to_be_bytes();
        let ours = raised(number(&self.generator.to_be_bytes())?);
        let shared = Zeroizing::new(raised(public));
        let key = Zeroizing::new(<[u8; 16]>::from(Md5::digest(fitted(&shared, self.prime.len()))));
        let mut credentials = Zeroizing::new([0_u8; CREDENTIALS_BYTES]);
        for (to, from) in credentials.iter_mut().zip(padding) {
            *to = *from;
        }
        let (first, second) = credentials.split_at_mut(CREDENTIALS_BYTES / 2);
        place(first, user)?;
        place(second, password)?;
        let cipher = Aes128::new((&*key).into());
        for block in credentials.as_chunks_mut::<16>().0 {
            cipher.encrypt_block(block.into());
        }
        Ok(Zeroizing::new([&credentials[..], fitted(&ours, self.prime.len())].concat()))
    }
}

/// The last `length` bytes: numbers come with zeros before them.
fn fitted(bytes: &[u8], length: usize) -> &[u8] {
    bytes.get(bytes.len().saturating_sub(length)..).unwrap_or_default()
}

fn place(half: &mut [u8], text: &str) -> Result<(), RfbError> {
    // One is left for the zero at its end.
    if text.len() >= half.len() {
        return Err(RfbError::TooLong { what: "the user name or password", bytes: text.len() as u64 });
    }
    for (to, from) in half.iter_mut().zip(text.bytes().chain([0])) {
        *to = from;
    }
    Ok(())
}
