//! What this client says (RFC 6143, section 7.5; rfbproto, section 7.4).

use bytes::{BufMut as _, Bytes, BytesMut};

use super::Rect;
use super::server::{Clipboard, lines};

/// One of the server's screens, or of those that it is to have.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Screen {
    /// The server's name for it.
    pub id: u32,
    /// Its place in the framebuffer.
    pub rect: Rect,
    /// To be sent back as they are.
    pub flags: u32,
}

/// What a rectangle is made of, or says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Encoding {
    /// Pixels.
    Raw,
    /// From elsewhere on the screen.
    CopyRect,
    /// Tiles of 16 by 16, rectangles of one colour.
    Hextile,
    /// Raw, compressed.
    Zlib,
    /// Palettes, gradients, JPEG.
    Tight,
    /// Tiles of 16 by 16.
    Trle,
    /// Tiles of 64 by 64, compressed.
    Zrle,
    /// The size has changed.
    DesktopSize,
    /// No rectangle follows.
    LastRect,
    /// The pointer's picture.
    Cursor,
    /// The same with transparency.
    CursorWithAlpha,
    /// The desktop's name.
    DesktopName,
    /// The size has changed, or can be; screens.
    ExtendedDesktopSize,
    /// Lights of the keyboard.
    LedState,
    /// Scan codes are taken.
    ExtendedKeys,
    /// Fences are known.
    Fence,
    /// Updates without being asked.
    ContinuousUpdates,
    /// Text in UTF-8.
    ExtendedClipboard,
}

const NUMBERS: [(Encoding, i32); 18] = [
    (Encoding::Raw, 0),
    (Encoding::CopyRect, 1),
    (Encoding::Hextile, 5),
    (Encoding::Zlib, 6),
    (Encoding::Tight, 7),
    (Encoding::Trle, 15),
    (Encoding::Zrle, 16),
    (Encoding::DesktopSize, -223),
    (Encoding::LastRect, -224),
    (Encoding::Cursor, -239),
    (Encoding::ExtendedKeys, -258),
    (Encoding::LedState, -261),
    (Encoding::DesktopName, -307),
    (Encoding::ExtendedDesktopSize, -308),
    (Encoding::Fence, -312),
    (Encoding::ContinuousUpdates, -313),
    (Encoding::CursorWithAlpha, -314),
    (Encoding::ExtendedClipboard, -1_063_131_698),
];

/// JPEG's quality 0 to 9 counts from here.
const QUALITY_LOWEST: i32 = -32;
/// Compression 0 to 9 counts from here.
const COMPRESSION_LOWEST: i32 = -256;

impl Encoding {
    /// The one of this number.
    #[must_use]
    pub fn of(number: i32) -> Option<Self> {
        NUMBERS.iter().find(|(_, of)| *of == number).map(|(encoding, _)| *encoding)
    }

    /// Its number.
    #[must_use]
    pub fn number(self) -> i32 {
        NUMBERS.iter().find(|(encoding, _)| *encoding == self).map_or(0, |(_, number)| *number)
    }
}

/// A message to the server.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ClientMessage {
    /// Pixels of four bytes: red, green, blue, and one that means nothing. The only format that is read.
    SetPixelFormat,
    /// What may be sent, the best first.
    SetEncodings {
        /// The encodings.
        encodings: Vec<Encoding>,
        /// JPEG's quality in Tight, 0 to 9; without it no JPEG.
        quality: Option<u8>,
        /// How hard to compress, 0 to 9.
        compression: Option<u8>,
    },
    /// An update is wanted.
    UpdateRequest {
        /// Only what has changed.
        incremental: bool,
        /// Of what.
        rect: Rect,
    },
    /// A key.
    Key {
        /// Whether it is pressed.
        down: bool,
        /// What it means.
        keysym: u32,
    },
    /// A key, where the server has said [`Encoding::ExtendedKeys`].
    ExtendedKey {
        /// Whether it is pressed.
        down: bool,
        /// What it means; 0 where that is not known.
        keysym: u32,
        /// Where it is: an XT scan code, of extended ones bit 7 is set.
        scancode: u32,
    },
    /// The pointer.
    Pointer {
        /// Left, middle, right, wheel up, down, left and right from bit 0 on.
        buttons: u8,
        /// From the left.
        x: u16,
        /// From the top.
        y: u16,
    },
    /// The clipboard in Latin-1; what that has not becomes a question mark.
    CutText(String),
    /// The clipboard by the extension.
    Clipboard(Clipboard),
    /// Updates without being asked.
    ContinuousUpdates {
        /// On or off.
        on: bool,
        /// Of what.
        rect: Rect,
    },
    /// The answer to a fence.
    Fence {
        /// Its flags, without the bit that asks.
        flags: u32,
        /// Its payload.
        payload: Bytes,
    },
    /// Another size.
    SetDesktopSize {
        /// Pixels from left to right.
        width: u16,
        /// Pixels from top to bottom.
        height: u16,
        /// What the screens are to be.
        screens: Vec<Screen>,
    },
}

impl ClientMessage {
    /// Writes the message.
    #[must_use]
    pub fn encode(&self) -> Bytes {
        let mut out = BytesMut::with_capacity(32);
        match self {
            Self::SetPixelFormat => {
                // 32 bits a pixel, 24 of them used, little endian, true colour; maxima and shifts of the colours.
                out.put_slice(&[0, 0, 0, 0, 32, 24, 0, 1, 0, 255, 0, 255, 0, 255, 0, 8, 16, 0, 0, 0]);
            }
            Self::SetEncodings { encodings, quality, compression } => {
                let level = |level: &Option<u8>, lowest: i32| {
                    level.map(|level| lowest.saturating_add(level.min(9).into()))
                };
                let numbers = encodings.iter().map(|encoding| encoding.number());
                let levels = [level(quality, QUALITY_LOWEST), level(compression, COMPRESSION_LOWEST)];
                let numbers: Vec<i32> = numbers.chain(levels.into_iter().flatten()).collect();
                out.put_slice(&[2, 0]);
                out.put_u16(u16::try_from(numbers.len()).unwrap_or(u16::MAX));
                numbers.iter().for_each(|number| out.put_i32(*number));
            }
            Self::UpdateRequest { incremental, rect } => {
                out.put_slice(&[3, u8::from(*incremental)]);
                put_rect(&mut out, *rect);
            }
            Self::Key { down, keysym } => {
                out.put_slice(&[4, u8::from(*down), 0, 0]);
                out.put_u32(*keysym);
            }
            Self::ExtendedKey { down, keysym, scancode } => {
                out.put_slice(&[255, 0]);
                out.put_u16(u16::from(*down));
                out.put_u32(*keysym);
                out.put_u32(*scancode);
            }
            Self::Pointer { buttons, x, y } => {
                out.put_slice(&[5, *buttons]);
                out.put_u16(*x);
                out.put_u16(*y);
            }
            Self::CutText(text) => {
                let latin: Vec<u8> = lines(text).chars().map(|c| u8::try_from(c).unwrap_or(b'?')).collect();
                out.put_slice(&[6, 0, 0, 0]);
                out.put_u32(u32::try_from(latin.len()).unwrap_or(u32::MAX));
                out.put_slice(&latin);
            }
            Self::Clipboard(clipboard) => {
                let content = clipboard.encode();
                // A length below 0 tells it from Latin-1.
                let length = i32::try_from(content.len()).unwrap_or(i32::MAX).saturating_neg();
                out.put_slice(&[6, 0, 0, 0]);
                out.put_i32(length);
                out.put_slice(&content);
            }
            Self::ContinuousUpdates { on, rect } => {
                out.put_slice(&[150, u8::from(*on)]);
                put_rect(&mut out, *rect);
            }
            Self::Fence { flags, payload } => {
                out.put_slice(&[248, 0, 0, 0]);
                out.put_u32(*flags);
                out.put_u8(u8::try_from(payload.len()).unwrap_or(u8::MAX));
                out.put_slice(payload);
            }
            Self::SetDesktopSize { width, height, screens } => {
                out.put_slice(&[251, 0]);
                out.put_u16(*width);
                out.put_u16(*height);
                out.put_slice(&[u8::try_from(screens.len()).unwrap_or(u8::MAX), 0]);
                for screen in screens {
                    out.put_u32(screen.id);
                    put_rect(&mut out, screen.rect);
                    out.put_u32(screen.flags);
                }
            }
        }
        out.freeze()
    }
}

fn put_rect(out: &mut BytesMut, rect: Rect) {
    for part in [rect.x, rect.y, rect.width, rect.height] {
        out.put_u16(part);
    }
}
