//! A server as a Mac's: version 003.889, Apple's login with a key exchange, and a picture as ZRLE.
//!
//! From public descriptions: libvncserver's and noVNC's clients, and RFC 6143 for everything else.

use std::io::{Read as _, Write as _};
use std::net::TcpStream;
use std::sync::{Arc, Mutex, PoisonError};

use aes::Aes128;
use aes::cipher::{BlockCipherDecrypt as _, KeyInit as _};
use crypto_bigint::modular::{BoxedMontyForm, BoxedMontyParams};
use crypto_bigint::{BoxedUint, Odd};
use flate2::Compression;
use flate2::write::ZlibEncoder;
use md5::{Digest as _, Md5};

use crate::rfb::{RfbServer, server_init, update};

/// RFC 2409, section 6.2: a prime of 1024 bits; its generator is 2.
const PRIME: &str = concat!(
    "ffffffffffffffffc90fdaa22168c234c4c6628b80dc1cd129024e088a67cc74020bbea63b139b22514a08798e3404dd",
    "ef9519b3cd3a431b302b0a6df25f14374fe1356d6d51c245e485b576625e7ec6f44c42e9a637ed6b0bff5cb6f406b7ed",
    "ee386bfb5a899fa5ae9f24117c4b1fe649286651ece65381ffffffffffffffff",
);
const KEY_BYTES: usize = 128;
const ZRLE: i32 = 16;
const TILE: usize = 64;

/// What a client did.
#[derive(Debug, Default, Clone)]
pub struct Heard {
    /// User names and passwords, as they were decrypted.
    pub logins: Vec<(String, String)>,
    /// Keysyms that went down and up.
    pub keys: Vec<(bool, u32)>,
    /// Security types that were chosen.
    pub chosen: Vec<u8>,
}

/// A picture of this size that is different everywhere, as red, green, blue, row by row.
#[must_use]
pub fn picture(width: u16, height: u16) -> Vec<[u8; 3]> {
    let pixel = |x: u32, y: u32| {
        let tile = (x / 160 + y / 90 * 7) as u8;
        // Flat areas, lines and a weave: as screens are.
        if x.is_multiple_of(160) || y.is_multiple_of(90) {
            [255, 255, 255]
        } else if tile.is_multiple_of(5) {
            if (x / 3 + y / 5).is_multiple_of(2) { [tile, 200, 90] } else { [20, 30, tile] }
        } else {
            [tile.wrapping_mul(37), tile.wrapping_mul(91), 80]
        }
    };
    (0..u32::from(height)).flat_map(|y| (0..u32::from(width)).map(move |x| pixel(x, y))).collect()
}

/// Starts one with a screen of this size that lets in one account.
///
/// # Errors
/// Where there is no port.
pub fn start(
    width: u16,
    height: u16,
    account: (&'static str, &'static str),
) -> anyhow::Result<(RfbServer, Arc<Mutex<Heard>>)> {
    let heard = Arc::new(Mutex::new(Heard::default()));
    let told = Arc::clone(&heard);
    let screen = update([0, 0, width, height], ZRLE, &zrle(width, height)?);
    let server = RfbServer::start(move |stream| serve(stream, (width, height), &screen, account, &told))?;
    Ok((server, heard))
}

fn serve(
    mut stream: TcpStream,
    (width, height): (u16, u16),
    screen: &[u8],
    account: (&str, &str),
    heard: &Mutex<Heard>,
) -> std::io::Result<()> {
    let tell = |act: &dyn Fn(&mut Heard)| act(&mut heard.lock().unwrap_or_else(PoisonError::into_inner));
    stream.write_all(b"RFB 003.889\n")?;
    stream.read_exact(&mut [0; 12])?;
    stream.write_all(&[4, 30, 33, 36, 35])?;
    let [chosen] = read(&mut stream)?;
    tell(&|heard| heard.chosen.push(chosen));
    let (user, password) = key_exchange(&mut stream)?;
    let lets_in = (user.as_str(), password.as_str()) == account;
    tell(&|heard| heard.logins.push((user.clone(), password.clone())));
    if !lets_in {
        let words = b"Authentication failed";
        stream.write_all(&1_u32.to_be_bytes())?;
        stream.write_all(&(words.len() as u32).to_be_bytes())?;
        return stream.write_all(words);
    }
    stream.write_all(&[0; 4])?;
    let [_shared] = read(&mut stream)?;
    stream.write_all(&server_init(width, height, b"Mac mini"))?;
    let mut offered = Vec::new();
    loop {
        let [kind] = read(&mut stream)?;
        match kind {
            0 => drop(read::<19>(&mut stream)?),
            2 => {
                let [_, high, low] = read(&mut stream)?;
                offered = (0..u16::from_be_bytes([high, low]))
                    .map(|_| read(&mut stream).map(i32::from_be_bytes))
                    .collect::<Result<_, _>>()?;
            }
            3 => {
                let [incremental, ..] = read::<9>(&mut stream)?;
                if incremental == 0 && offered.contains(&ZRLE) {
                    stream.write_all(screen)?;
                }
            }
            4 => {
                let [down, _, _, a, b, c, d] = read(&mut stream)?;
                tell(&|heard| heard.keys.push((down == 1, u32::from_be_bytes([a, b, c, d]))));
            }
            5 => drop(read::<5>(&mut stream)?),
            6 => {
                let [_, _, _, a, b, c, d] = read(&mut stream)?;
                let length = u64::from(u32::from_be_bytes([a, b, c, d]));
                std::io::copy(&mut (&mut stream).take(length), &mut std::io::sink())?;
            }
            other => return Err(std::io::Error::other(format!("message {other}"))),
        }
    }
}

fn read<const N: usize>(stream: &mut TcpStream) -> std::io::Result<[u8; N]> {
    let mut bytes = [0; N];
    stream.read_exact(&mut bytes)?;
    Ok(bytes)
}

/// Security type 30: the server's half of a Diffie-Hellman exchange, then name and password under AES.
fn key_exchange(stream: &mut TcpStream) -> std::io::Result<(String, String)> {
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

/// Tiles of one colour, or of raw pixels, in one zlib stream.
fn zrle(width: u16, height: u16) -> std::io::Result<Vec<u8>> {
    let pixels = picture(width, height);
    let (width, height) = (usize::from(width), usize::from(height));
    let mut encoder = ZlibEncoder::new(Vec::new(), Compression::fast());
    for top in (0..height).step_by(TILE) {
        for left in (0..width).step_by(TILE) {
            let rows = (top..height.min(top + TILE)).map(|y| y * width);
            let tile: Vec<[u8; 3]> = rows
                .flat_map(|row| pixels[row + left..row + width.min(left + TILE)].iter().copied())
                .collect();
            let first = tile[0];
            if tile.iter().all(|pixel| *pixel == first) {
                encoder.write_all(&[1])?;
                encoder.write_all(&first)?;
            } else {
                encoder.write_all(&[0])?;
                encoder.write_all(tile.as_flattened())?;
            }
        }
    }
    encoder.flush()?;
    let compressed = encoder.get_ref();
    Ok([&(compressed.len() as u32).to_be_bytes()[..], compressed].concat())
}
