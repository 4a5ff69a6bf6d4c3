//! What a server says once the screen is there (RFC 6143, section 7.6; rfbproto, section 7.5).

mod clipboard;
mod event;

use bytes::{Buf as _, Bytes, BytesMut};

pub use clipboard::Clipboard;
pub(super) use clipboard::lines;
pub use event::{Cursor, Event, ResizeOutcome};

use super::client::{Encoding, Screen};
use super::decode::{Body, Streams, read_alpha_cursor, read_cursor};
use super::reader::Reader;
use super::{Framebuffer, Rect, RfbError, text};
use crate::limits;

/// Updates may draw so many screens' worth of pixels, and [`SPARE_PIXELS`] more.
const SCREENS_PER_UPDATE: u64 = 4;
const SPARE_PIXELS: u64 = 16 * 1024 * 1024;
/// An update may change the screen's size so many times.
const RESIZES_PER_UPDATE: u8 = 4;
/// The number of rectangles that means: until one says that it was the last.
const UNTIL_LAST: u16 = u16::MAX;

enum State {
    /// Between messages.
    Message,
    /// Before the first rectangle.
    Begun(Option<u16>),
    /// Between rectangles, of which so many are left; `None`: until the last one.
    Rects(Option<u16>),
    /// Inside of a rectangle.
    Pixels { rect: Rect, body: Body, left: Option<u16> },
    /// Bytes that nobody wants.
    Skip(u64),
}

/// Reads what a server sends, and draws it.
pub struct Decoder {
    state: State,
    streams: Streams,
    /// Pixels that this update may still draw.
    budget: u64,
    resizes_left: u8,
    /// Pixels drawn since the beginning.
    drawn: u64,
}

impl Default for Decoder {
    fn default() -> Self {
        Self::new()
    }
}

impl Decoder {
    /// Begins behind the server's initialisation.
    #[must_use]
    pub fn new() -> Self {
        Self { state: State::Message, streams: Streams::default(), budget: 0, resizes_left: 0, drawn: 0 }
    }

    /// Pixels drawn since the beginning: few bytes can ask for many.
    #[must_use]
    pub fn pixels_drawn(&self) -> u64 {
        self.drawn
    }

    /// Takes bytes from the front of `input` until something has happened; `None`: more bytes are needed.
    ///
    /// # Errors
    /// [`RfbError`] says what is wrong. Nothing can be read after that.
    pub fn advance(
        &mut self,
        input: &mut BytesMut,
        screen: &mut Framebuffer,
    ) -> Result<Option<Event>, RfbError> {
        loop {
            let mut reader = Reader::new(input);
            let went = self.read(&mut reader, screen)?;
            let taken = input.len().saturating_sub(reader.rest().len());
            input.advance(taken);
            match went {
                Went::Told(event) => return Ok(Some(event)),
                Went::On => {}
                Went::Nowhere => return Ok(None),
            }
        }
    }

    fn read(&mut self, input: &mut Reader<'_>, screen: &mut Framebuffer) -> Result<Went, RfbError> {
        match &mut self.state {
            State::Message => {
                let mut reader = *input;
                let went = self.message(&mut reader)?;
                if !matches!(went, Went::Nowhere) {
                    *input = reader;
                }
                Ok(went)
            }
            State::Begun(left) => {
                self.state = State::Rects(*left);
                self.budget = budget(screen);
                self.resizes_left = RESIZES_PER_UPDATE;
                Ok(Went::On)
            }
            State::Rects(Some(0)) => {
                self.state = State::Message;
                Ok(Went::Told(Event::FrameEnd))
            }
            State::Rects(left) => {
                let left = left.map(|left| left.saturating_sub(1));
                let mut reader = *input;
                let went = self.rect(left, &mut reader, screen)?;
                if !matches!(went, Went::Nowhere) {
                    *input = reader;
                }
                Ok(went)
            }
            State::Pixels { rect, body, left } => {
                if !body.advance(input, &mut self.streams, screen)? {
                    return Ok(Went::Nowhere);
                }
                let rect = *rect;
                self.state = State::Rects(*left);
                Ok(if rect.is_empty() { Went::On } else { Went::Told(Event::Drawn(rect)) })
            }
            State::Skip(left) => {
                let skipped = input.take_up_to(usize::try_from(*left).unwrap_or(usize::MAX));
                *left = left.saturating_sub(skipped.len() as u64);
                if *left > 0 {
                    return Ok(Went::Nowhere);
                }
                self.state = State::Message;
                Ok(Went::On)
            }
        }
    }

    /// The head of a message, or all of a short one.
    fn message(&mut self, reader: &mut Reader<'_>) -> Result<Went, RfbError> {
        let Some(kind) = reader.u8() else { return Ok(Went::Nowhere) };
        let went = match kind {
            0 => (|| {
                reader.u8()?;
                let count = reader.u16()?;
                self.state = State::Begun((count != UNTIL_LAST).then_some(count));
                Some(Went::Told(Event::UpdateBegins))
            })(),
            // A colour map; pixels with colours of their own were asked for.
            1 => (|| {
                reader.take(3)?;
                let count = reader.u16()?;
                self.state = State::Skip(u64::from(count).saturating_mul(6));
                Some(Went::On)
            })(),
            2 => Some(Went::Told(Event::Bell)),
            3 => return self.cut_text(reader),
            150 => Some(Went::Told(Event::ContinuousUpdates)),
            248 => return fence(reader),
            _ => return Err(RfbError::UnknownMessage(kind)),
        };
        Ok(went.unwrap_or(Went::Nowhere))
    }

    fn cut_text(&mut self, reader: &mut Reader<'_>) -> Result<Went, RfbError> {
        let Some(length) = (|| {
            reader.take(3)?;
            reader.i32()
        })() else {
            return Ok(Went::Nowhere);
        };
        let bytes = u64::from(length.unsigned_abs());
        if bytes > limits::CLIPBOARD_BYTES as u64 {
            self.state = State::Skip(bytes);
            return Ok(Went::Told(Event::Clipboard(Clipboard::TooLong(bytes))));
        }
        let Some(content) = usize::try_from(bytes).ok().and_then(|bytes| reader.take(bytes)) else {
            return Ok(Went::Nowhere);
        };
        let clipboard =
            if length < 0 { Clipboard::extended(content)? } else { Some(Clipboard::plain(content)) };
        Ok(clipboard.map_or(Went::On, |clipboard| Went::Told(Event::Clipboard(clipboard))))
    }

    /// The head of a rectangle, or all of one that is none; `left` come behind it.
    fn rect(
        &mut self,
        left: Option<u16>,
        reader: &mut Reader<'_>,
        screen: &mut Framebuffer,
    ) -> Result<Went, RfbError> {
        let head = (|| {
            let rect =
                Rect { x: reader.u16()?, y: reader.u16()?, width: reader.u16()?, height: reader.u16()? };
            Some((rect, reader.i32()?))
        })();
        let Some((rect, number)) = head else { return Ok(Went::Nowhere) };
        let encoding = Encoding::of(number).ok_or(RfbError::UnknownEncoding(number))?;
        let body = match encoding {
            Encoding::Raw => Body::raw(rect),
            Encoding::Hextile => Body::hextile(rect),
            Encoding::Zlib => Body::zlib(rect),
            Encoding::Tight => Body::TightHead(rect),
            Encoding::Trle => Body::trle(rect),
            Encoding::Zrle => Body::zrle(rect),
            Encoding::CopyRect => {
                let Some(from) = (|| Some((reader.u16()?, reader.u16()?)))() else {
                    return Ok(Went::Nowhere);
                };
                self.spend(rect, screen)?;
                if !screen.contains(Rect { x: from.0, y: from.1, ..rect }) {
                    return Err(RfbError::Outside);
                }
                screen.copy(rect, from);
                self.state = State::Rects(left);
                return Ok(if rect.is_empty() {
                    Went::On
                } else {
                    Went::Told(Event::Copied { to: rect, from })
                });
            }
            other => {
                let event = self.pseudo(other, rect, reader, screen)?;
                if !matches!(event, Went::Nowhere) {
                    self.state = State::Rects(if other == Encoding::LastRect { Some(0) } else { left });
                }
                return Ok(event);
            }
        };
        self.spend(rect, screen)?;
        self.state = State::Pixels { rect, body, left };
        Ok(Went::On)
    }

    /// A rectangle that says something else.
    fn pseudo(
        &mut self,
        encoding: Encoding,
        rect: Rect,
        reader: &mut Reader<'_>,
        screen: &mut Framebuffer,
    ) -> Result<Went, RfbError> {
        let told = |event: Option<Event>| event.map_or(Went::Nowhere, Went::Told);
        Ok(match encoding {
            Encoding::LastRect => Went::On,
            Encoding::DesktopSize => {
                self.resize(rect, screen)?;
                Went::Told(Event::Resized { outcome: ResizeOutcome::Changed, screens: Vec::new() })
            }
            Encoding::ExtendedDesktopSize => {
                let Some(screens) = read_screens(reader) else { return Ok(Went::Nowhere) };
                // The place says who asked for it and what became of it.
                let outcome = match (rect.x, rect.y) {
                    (1, 0) => ResizeOutcome::Granted,
                    (1, status) => ResizeOutcome::Refused(status),
                    _ => ResizeOutcome::Changed,
                };
                if !matches!(outcome, ResizeOutcome::Refused(_)) {
                    self.resize(rect, screen)?;
                }
                Went::Told(Event::Resized { outcome, screens })
            }
            Encoding::Cursor => told(read_cursor(rect, reader)?.map(Event::Cursor)),
            Encoding::CursorWithAlpha => told(read_alpha_cursor(rect, reader)?.map(Event::Cursor)),
            Encoding::LedState => told(reader.u8().map(|leds| Event::Leds(leds & 7))),
            Encoding::ExtendedKeys => Went::Told(Event::ExtendedKeys),
            Encoding::DesktopName => {
                let Some(length) = reader.u32() else { return Ok(Went::Nowhere) };
                let length = usize::try_from(length).unwrap_or(usize::MAX);
                if length > limits::RFB_STRING_BYTES {
                    return Err(RfbError::TooLong { what: "the desktop's name", bytes: length as u64 });
                }
                told(reader.take(length).map(|name| Event::Name(text(name))))
            }
            _ => return Err(RfbError::UnknownEncoding(encoding.number())),
        })
    }

    fn resize(&mut self, rect: Rect, screen: &mut Framebuffer) -> Result<(), RfbError> {
        if (rect.width, rect.height) == (screen.width(), screen.height()) {
            return Ok(());
        }
        self.resizes_left = self.resizes_left.checked_sub(1).ok_or(RfbError::Flood)?;
        screen.resize(rect.width, rect.height)?;
        self.drawn = self.drawn.saturating_add(rect.area());
        self.budget = self.budget.max(budget(screen));
        Ok(())
    }

    fn spend(&mut self, rect: Rect, screen: &Framebuffer) -> Result<(), RfbError> {
        if !screen.contains(rect) {
            return Err(RfbError::Outside);
        }
        self.budget = self.budget.checked_sub(rect.area()).ok_or(RfbError::Flood)?;
        self.drawn = self.drawn.saturating_add(rect.area());
        Ok(())
    }
}

/// How far one step got.
enum Went {
    /// Something has happened.
    Told(Event),
    /// On to the next step.
    On,
    /// More bytes are needed; none was taken.
    Nowhere,
}

fn budget(screen: &Framebuffer) -> u64 {
    screen.bounds().area().saturating_mul(SCREENS_PER_UPDATE).saturating_add(SPARE_PIXELS)
}

fn read_screens(reader: &mut Reader<'_>) -> Option<Vec<Screen>> {
    let count = reader.u8()?;
    reader.take(3)?;
    (0..count)
        .map(|_| {
            let id = reader.u32()?;
            let rect =
                Rect { x: reader.u16()?, y: reader.u16()?, width: reader.u16()?, height: reader.u16()? };
            Some(Screen { id, rect, flags: reader.u32()? })
        })
        .collect()
}

fn fence(reader: &mut Reader<'_>) -> Result<Went, RfbError> {
    let Some((flags, length)) = (|| {
        reader.take(3)?;
        Some((reader.u32()?, reader.u8()?))
    })() else {
        return Ok(Went::Nowhere);
    };
    if length > 64 {
        return Err(RfbError::TooLong { what: "a fence", bytes: length.into() });
    }
    let payload = reader.take(length.into()).map(Bytes::copy_from_slice);
    Ok(payload.map_or(Went::Nowhere, |payload| Went::Told(Event::Fence { flags, payload })))
}
