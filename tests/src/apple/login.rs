//! Security type 30, the server's side.

use std::io::Write as _;
use std::net::TcpStream;

use aes::Aes128;
use aes::cipher::{BlockCipherDecrypt as _, KeyInit as _};
use crypto_bigint::modular::{BoxedMontyForm, BoxedMontyParams};
use crypto_bigint::{BoxedUint, Odd};
use md5::{Digest as _, Md5};

use super::read;

/// RFC 2409, section 6.2: a prime of 1024 bits; its generator is 2.
const PRIME: &str = concat!(
    "ffffffffffffffffc90fdaa22168c234c4c6628b80dc1cd129024e088a67cc74020bbea63b139b22514a08798e3404dd",
    "ef9519b3cd3a431b302b0a6df25f14374fe1356d6d51c245e485b576625e7ec6f44c42e9a637ed6b0bff5cb6f406b7ed",
    "ee386bfb5a899fa5ae9f24117c4b1fe649286651ece65381ffffffffffffffff",
);
const KEY_BYTES: usize = 128;

/// The server's half of a Diffie-Hellman exchange, then name and password under AES.
pub(super) fn key_exchange(stream: &mut TcpStream) -> std::io::Result<(String, String)> {
    let bad = |_| std::io::Error::other("bad number");
    let bits = KEY_BYTES as u32 * 8;
    let prime = BoxedUint::from_be_hex(PRIME, bits).into_option().ok_or_else(|| bad(()))?;
    let secret = BoxedUint::from_be_slice(&[0x5a; KEY_BYTES], bits).map_err(|_| bad(()))?;
    let odd = Odd::new(prime.clone()).into_option().ok_or_else(|| bad(()))?;
    let field = BoxedMontyParams::new(odd);
    let power = |base: BoxedUint| BoxedMontyForm::new(base, &field).pow(&secret).retrieve();
    let generator = BoxedUint::from_be_slice(&padded(&[2]), bits).map_err(|_| bad(()))?;
    stream.write_all(&[0, 2])?;
    stream.write_all(&(KEY_BYTES as u16).to_be_bytes())?;
    stream.write_all(&prime.to_be_bytes())?;
    stream.write_all(&power(generator).to_be_bytes())?;
    let mut credentials: [u8; 128] = read(stream)?;
    let theirs: [u8; KEY_BYTES] = read(stream)?;
    let theirs = BoxedUint::from_be_slice(&theirs, bits).map_err(|_| bad(()))?;
    let key = Md5::digest(power(theirs).to_be_bytes());
    let cipher = Aes128::new(&key);
    for block in credentials.as_chunks_mut::<16>().0 {
        cipher.decrypt_block(block.into());
    }
    let text = |bytes: &[u8]| {
        let end = bytes.iter().position(|b| *b == 0).unwrap_or(bytes.len());
        String::from_utf8_lossy(&bytes[..end]).into_owned()
    };
    Ok((text(&credentials[..64]), text(&credentials[64..])))
}

fn padded(bytes: &[u8]) -> [u8; KEY_BYTES] {
    let mut out = [0; KEY_BYTES];
    out[KEY_BYTES - bytes.len()..].copy_from_slice(bytes);
    out
}
