//! The clipboard: Latin-1 as it was first, or any text by the extension (rfbproto, section 7.7.27).

use bytes::{BufMut as _, BytesMut};
use flate2::{Compress, Compression, FlushCompress};

use crate::limits;
use crate::rfb::RfbError;
use crate::rfb::decode::inflated;
use crate::rfb::reader::Reader;

const TEXT: u32 = 1;
const FORMATS: u32 = 0xffff;
const CAPS: u32 = 1 << 24;
const REQUEST: u32 = 1 << 25;
const PEEK: u32 = 1 << 26;
const NOTIFY: u32 = 1 << 27;
const PROVIDE: u32 = 1 << 28;

/// A clipboard's content, or something about it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Clipboard {
    /// Text, with line feeds at the ends of its lines.
    Text(String),
    /// The other side can do more than Latin-1.
    Extended {
        /// Whether it takes notice of a text that there is, and asks for it; otherwise it is to be given.
        asks: bool,
    },
    /// The other side wants the text.
    Request,
    /// The other side wants to know whether there is text.
    Peek,
    /// Whether the other side has text.
    Notify(bool),
    /// A text over the limit, of so many bytes; it is not taken.
    TooLong(u64),
}

impl Clipboard {
    /// Latin-1.
    pub(super) fn plain(content: &[u8]) -> Self {
        Self::Text(lines(&content.iter().map(|byte| char::from(*byte)).collect::<String>()))
    }

    /// The extension's message; `None` where it is about other things than text.
    pub(super) fn extended(content: &[u8]) -> Result<Option<Self>, RfbError> {
        let mut reader = Reader::new(content);
        let flags = reader.u32().ok_or(RfbError::Malformed("clipboard"))?;
        let has_text = flags & TEXT != 0;
        // One action in a message; caps name the others beside their own.
        if flags & CAPS != 0 {
            return Ok(Some(Self::Extended { asks: flags & NOTIFY != 0 }));
        }
        Ok(match flags & !FORMATS {
            REQUEST => has_text.then_some(Self::Request),
            PEEK => Some(Self::Peek),
            NOTIFY => Some(Self::Notify(has_text)),
            PROVIDE if has_text => Some(provided(reader.rest())?),
            _ => None,
        })
    }

    /// The extension's message, without the head that it shares with Latin-1's.
    #[must_use]
    pub(in crate::rfb) fn encode(&self) -> BytesMut {
        let mut message = BytesMut::new();
        match self {
            Self::Text(text) => {
                message.put_u32(PROVIDE | TEXT);
                let text = lines(text).replace('\n', "\r\n");
                let length = u32::try_from(text.len()).unwrap_or(u32::MAX).saturating_add(1);
                let plain = [&length.to_be_bytes()[..], text.as_bytes(), &[0]].concat();
                message.put_slice(&deflated(&plain));
            }
            Self::Extended { .. } => {
                message.put_u32(CAPS | REQUEST | PEEK | NOTIFY | PROVIDE | TEXT);
                // Text up to this length may come without having been asked for.
                message.put_u32(u32::try_from(limits::CLIPBOARD_BYTES).unwrap_or(u32::MAX));
            }
            Self::Request => message.put_u32(REQUEST | TEXT),
            Self::Peek => message.put_u32(PEEK),
            Self::Notify(has_text) => message.put_u32(NOTIFY | if *has_text { TEXT } else { 0 }),
            Self::TooLong(_) => {}
        }
        message
    }
}

fn provided(compressed: &[u8]) -> Result<Clipboard, RfbError> {
    let plain = match inflated(compressed, limits::CLIPBOARD_BYTES) {
        Ok(plain) => plain,
        Err(RfbError::TooLong { bytes, .. }) => return Ok(Clipboard::TooLong(bytes)),
        Err(error) => return Err(error),
    };
    let mut reader = Reader::new(&plain);
    let length = reader.u32().ok_or(RfbError::Malformed("clipboard"))?;
    let text = reader.take_up_to(usize::try_from(length).unwrap_or(usize::MAX));
    let text = text.strip_suffix(&[0]).unwrap_or(text);
    Ok(Clipboard::Text(lines(&String::from_utf8_lossy(text))))
}

/// Every line ends in a line feed.
pub(in crate::rfb) fn lines(text: &str) -> String {
    text.replace("\r\n", "\n").replace('\r', "\n")
}

/// All of `plain` as a zlib stream that could go on: LibVNCServer takes the end of one for an error.
fn deflated(plain: &[u8]) -> Vec<u8> {
    let mut zlib = Compress::new(Compression::fast(), true);
    // What does not compress grows by a few bytes in a thousand, and a head.
    let room = plain.len().saturating_add(plain.len() / 256).saturating_add(64);
    let mut out = Vec::with_capacity(room);
    // Into memory that is large enough it cannot fail.
    let _ = zlib.compress_vec(plain, &mut out, FlushCompress::Sync);
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_the_other_side_can_do_is_in_its_first_message() {
        let caps = |flags: u32| Clipboard::extended(&[flags.to_be_bytes(), [0, 16, 0, 0]].concat()).unwrap();
        let tigervnc = CAPS | REQUEST | PEEK | NOTIFY | PROVIDE | TEXT;
        assert_eq!(caps(tigervnc), Some(Clipboard::Extended { asks: true }));
        assert_eq!(caps(tigervnc & !NOTIFY), Some(Clipboard::Extended { asks: false }), "LibVNCServer");
    }

    #[test]
    fn lines_end_in_one_way_whatever_they_came_with() {
        let text = |text: &str| Clipboard::Text(text.to_owned());
        for said in ["a\nb\n", "a\r\nb\r\n", "a\rb\r"] {
            let message = text(said).encode();
            let plain = inflated(&message[4..], limits::CLIPBOARD_BYTES).unwrap();
            assert_eq!(plain, b"\0\0\0\x07a\r\nb\r\n\0", "{said:?}");
            assert_eq!(Clipboard::extended(&message).unwrap(), Some(text("a\nb\n")));
            assert_eq!(Clipboard::plain(said.as_bytes()), text("a\nb\n"));
        }
    }
}
