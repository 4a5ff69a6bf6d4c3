//! A server as a Mac's: version 003.889, Apple's login with a key exchange, and a picture as ZRLE.
//!
//! From public descriptions: libvncserver's and noVNC's clients, and RFC 6143 for everything else.

use std::io::{ErrorKind, Read as _, Write as _};
use std::net::TcpStream;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use flate2::Compression;
use flate2::write::ZlibEncoder;

use crate::rfb::{RfbServer, server_init, update};

mod login;

const RAW: i32 = 0;
const ZRLE: i32 = 16;
const TILE: usize = 64;
/// What changes at once, in pixels.
const PATCH: (u16, u16) = (640, 400);
/// How long news for a client that says nothing may take.
const PAUSE: Duration = Duration::from_millis(10);

/// What a client did.
#[derive(Debug, Default, Clone)]
pub struct Heard {
    /// User names and passwords, as they were decrypted.
    pub logins: Vec<(String, String)>,
    /// Keysyms that went down and up.
    pub keys: Vec<(bool, u32)>,
    /// Security types that were chosen.
    pub chosen: Vec<u8>,
    /// Texts for its clipboard.
    pub pasted: Vec<String>,
}

/// What happens at the machine itself.
#[derive(Debug, Default)]
struct News {
    /// How often its picture has changed.
    patches: u16,
    /// Texts that were copied there.
    copied: Vec<String>,
}

/// A Mac that runs until dropped.
pub struct Mac {
    /// What listens.
    pub server: RfbServer,
    size: (u16, u16),
    pixels: Arc<Mutex<Vec<[u8; 3]>>>,
    heard: Arc<Mutex<Heard>>,
    news: Arc<Mutex<News>>,
}

impl Mac {
    /// What clients did.
    #[must_use]
    pub fn heard(&self) -> Heard {
        locked(&self.heard).clone()
    }

    /// A part of the picture becomes another.
    pub fn change(&self) {
        let number = locked(&self.news).patches;
        let [left, top, ..] = place(number, self.size);
        let mut pixels = locked(&self.pixels);
        for (row, y) in patch(number).chunks(usize::from(PATCH.0)).zip(usize::from(top)..) {
            let at = y * usize::from(self.size.0) + usize::from(left);
            pixels[at..at + row.len()].copy_from_slice(row);
        }
        locked(&self.news).patches += 1;
    }

    /// A text is copied there.
    pub fn copy(&self, text: &str) {
        locked(&self.news).copied.push(text.to_owned());
    }

    /// What its screen shows, as [`picture`].
    pub fn pixels(&self) -> MutexGuard<'_, Vec<[u8; 3]>> {
        locked(&self.pixels)
    }
}

fn locked<T>(what: &Mutex<T>) -> MutexGuard<'_, T> {
    what.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Where the picture changes for the `number`th time: left, top, width, height.
fn place(number: u16, (width, height): (u16, u16)) -> [u16; 4] {
    let anywhere = |step: u32, end: u16| (u32::from(number + 1) * step % u32::from(end)) as u16;
    [anywhere(997, width - PATCH.0), anywhere(613, height - PATCH.1), PATCH.0, PATCH.1]
}

fn patch(number: u16) -> Vec<[u8; 3]> {
    let pixel = |x: u16, y: u16| {
        let (x, y) = (x.wrapping_mul(number), y.wrapping_add(number));
        [(x / 3) as u8, (y / 2) as u8, if (x ^ y) & 8 == 0 { number as u8 } else { 255 }]
    };
    (0..PATCH.1).flat_map(|y| (0..PATCH.0).map(move |x| pixel(x, y))).collect()
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
pub fn start(width: u16, height: u16, account: (&'static str, &'static str)) -> anyhow::Result<Mac> {
    let (heard, news) = (Arc::new(Mutex::new(Heard::default())), Arc::new(Mutex::new(News::default())));
    let (told, asked) = (Arc::clone(&heard), Arc::clone(&news));
    let pixels = picture(width, height);
    let screen = update([0, 0, width, height], ZRLE, &zrle(&pixels, width, height)?);
    let pixels = Arc::new(Mutex::new(pixels));
    let shown = Arc::clone(&pixels);
    let server = RfbServer::start(move |mut stream| {
        let lets_in = greet(&mut stream, account, &told)?;
        if lets_in { serve(stream, (width, height), &screen, &shown, (&told, &asked)) } else { Ok(()) }
    })?;
    Ok(Mac { server, size: (width, height), pixels, heard, news })
}

/// Whether whoever comes is let in.
fn greet(stream: &mut TcpStream, account: (&str, &str), heard: &Mutex<Heard>) -> std::io::Result<bool> {
    stream.write_all(b"RFB 003.889\n")?;
    stream.read_exact(&mut [0; 12])?;
    stream.write_all(&[4, 30, 33, 36, 35])?;
    let [chosen] = read(stream)?;
    locked(heard).chosen.push(chosen);
    let (user, password) = login::key_exchange(stream)?;
    let lets_in = (user.as_str(), password.as_str()) == account;
    locked(heard).logins.push((user, password));
    if lets_in {
        stream.write_all(&[0; 4])?;
    } else {
        let words = b"Authentication failed";
        stream.write_all(&1_u32.to_be_bytes())?;
        stream.write_all(&(words.len() as u32).to_be_bytes())?;
        stream.write_all(words)?;
    }
    Ok(lets_in)
}

fn serve(
    mut stream: TcpStream,
    size: (u16, u16),
    screen: &[u8],
    pixels: &Mutex<Vec<[u8; 3]>>,
    (heard, news): (&Mutex<Heard>, &Mutex<News>),
) -> std::io::Result<()> {
    let [_shared] = read(&mut stream)?;
    stream.write_all(&server_init(size.0, size.1, b"Mac mini"))?;
    let (mut takes_zrle, mut waits, mut patches) = (false, false, 0);
    let mut copied = locked(news).copied.len();
    loop {
        if waits && patches < locked(news).patches {
            let pixels: Vec<u8> = patch(patches).iter().flat_map(|[r, g, b]| [*r, *g, *b, 0]).collect();
            stream.write_all(&update(place(patches, size), RAW, &pixels))?;
            (waits, patches) = (false, patches + 1);
        }
        let text = locked(news).copied.get(copied).cloned();
        if let Some(text) = text {
            stream.write_all(&cut_text(&text))?;
            copied += 1;
        }
        stream.set_read_timeout(Some(PAUSE))?;
        let kind = match read(&mut stream) {
            Ok([kind]) => kind,
            Err(error) if matches!(error.kind(), ErrorKind::WouldBlock | ErrorKind::TimedOut) => continue,
            Err(error) => return Err(error),
        };
        stream.set_read_timeout(None)?;
        match kind {
            0 => drop(read::<19>(&mut stream)?),
            2 => {
                let [_, high, low] = read(&mut stream)?;
                for _ in 0..u16::from_be_bytes([high, low]) {
                    takes_zrle |= i32::from_be_bytes(read(&mut stream)?) == ZRLE;
                }
            }
            3 => {
                let [incremental, place @ ..] = read::<9>(&mut stream)?;
                let mut sides = place.as_chunks().0.iter().map(|side| u16::from_be_bytes(*side));
                let place = [(); 4].map(|()| sides.next().unwrap_or_default());
                if incremental == 1 {
                    waits = true;
                } else if place == [0, 0, size.0, size.1] && takes_zrle {
                    stream.write_all(screen)?;
                    // A second one would have to go on with the connection's one zlib stream.
                    takes_zrle = false;
                } else {
                    let part = part(&locked(pixels), size.0, place);
                    stream.write_all(&update(place, RAW, &part))?;
                }
            }
            4 => {
                let [down, _, _, a, b, c, d] = read(&mut stream)?;
                locked(heard).keys.push((down == 1, u32::from_be_bytes([a, b, c, d])));
            }
            5 => drop(read::<5>(&mut stream)?),
            6 => {
                let [_, _, _, a, b, c, d] = read(&mut stream)?;
                let mut text = Vec::new();
                (&mut stream).take(u64::from(u32::from_be_bytes([a, b, c, d]))).read_to_end(&mut text)?;
                locked(heard).pasted.push(text.into_iter().map(char::from).collect());
            }
            other => return Err(std::io::Error::other(format!("message {other}"))),
        }
    }
}

/// A part of the picture as raw pixels.
fn part(pixels: &[[u8; 3]], width: u16, [left, top, across, down]: [u16; 4]) -> Vec<u8> {
    let [width, left, across] = [width, left, across].map(usize::from);
    let rows = pixels.chunks(width).skip(usize::from(top)).take(usize::from(down));
    rows.flat_map(|row| row.iter().skip(left).take(across)).flat_map(|[r, g, b]| [*r, *g, *b, 0]).collect()
}

/// RFC 6143, section 7.6.4: a text of Latin-1.
fn cut_text(text: &str) -> Vec<u8> {
    let text: Vec<u8> = text.chars().map(|c| u8::try_from(c).unwrap_or(b'?')).collect();
    [&[3, 0, 0, 0], &(text.len() as u32).to_be_bytes()[..], &text].concat()
}

fn read<const N: usize>(stream: &mut TcpStream) -> std::io::Result<[u8; N]> {
    let mut bytes = [0; N];
    stream.read_exact(&mut bytes)?;
    Ok(bytes)
}

/// Tiles of one colour, or of raw pixels, in one zlib stream.
fn zrle(pixels: &[[u8; 3]], width: u16, height: u16) -> std::io::Result<Vec<u8>> {
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
