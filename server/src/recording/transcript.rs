//! A recording on its way to somebody: rendered piece by piece, as fast as they take it.

use bytes::Bytes;
use tokio::sync::OwnedSemaphorePermit;
use tokio::task::spawn_blocking;

use super::cast::{Cast, MEDIA_TYPE, Version};
use super::event::Timed;
use super::reader::Reader;
use super::text::Text;

/// From how many bytes on a piece is handed on.
const PIECE_BYTES: usize = 64 * 1024;

/// What somebody wants.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Format {
    /// Plain text.
    Text,
    /// asciicast.
    Cast(Version),
}

impl Format {
    /// Media type of it.
    #[must_use]
    pub fn media_type(self) -> &'static str {
        match self {
            Self::Text => "text/plain; charset=utf-8",
            Self::Cast(_) => MEDIA_TYPE,
        }
    }

    /// How names of its files end.
    #[must_use]
    pub fn extension(self) -> &'static str {
        match self {
            Self::Text => "txt",
            Self::Cast(_) => "cast",
        }
    }
}

/// A transcript that is being read.
#[derive(Debug)]
pub struct Transcript {
    reader: Reader,
    form: Form,
    live: bool,
    over: bool,
    /// One of the few that are read at the same time.
    _permit: OwnedSemaphorePermit,
    out: Vec<u8>,
}

#[derive(Debug)]
enum Form {
    Text(Box<Text>),
    Cast(Box<Cast>),
}

impl Form {
    fn event(&mut self, timed: &Timed, out: &mut Vec<u8>) {
        match self {
            Self::Text(text) => text.event(timed, out),
            Self::Cast(cast) => cast.event(timed, out),
        }
    }

    fn mark(&mut self, words: &str, out: &mut Vec<u8>) {
        match self {
            Self::Text(text) => text.mark(words, out),
            Self::Cast(cast) => cast.mark(words, out),
        }
    }

    fn end(&mut self, out: &mut Vec<u8>) {
        match self {
            Self::Text(text) => text.end(out),
            Self::Cast(cast) => cast.end(out),
        }
    }
}

impl Transcript {
    /// What `reader` reads, as `format`. `live` where the session still goes on.
    #[must_use]
    pub fn new(reader: Reader, format: Format, live: bool, permit: OwnedSemaphorePermit) -> Self {
        let mut out = Vec::new();
        let form = match format {
            Format::Text => Form::Text(Box::new(Text::begin(reader.about()))),
            Format::Cast(version) => Form::Cast(Box::new(Cast::begin(reader.about(), version, &mut out))),
        };
        Self { reader, form, live, over: false, _permit: permit, out }
    }

    /// The next piece; `None` behind the last.
    pub async fn next(mut self) -> Option<(Bytes, Self)> {
        if self.over {
            return None;
        }
        let read = spawn_blocking(move || {
            self.read();
            self
        });
        let mut read = read.await.ok()?;
        let piece = std::mem::take(&mut read.out);
        (!piece.is_empty()).then(|| (piece.into(), read))
    }

    fn read(&mut self) {
        while self.out.len() < PIECE_BYTES && !self.over {
            match self.reader.next_block() {
                Ok(Some(events)) => {
                    for event in &events {
                        self.form.event(event, &mut self.out);
                    }
                    continue;
                }
                Ok(None) if self.live || self.reader.ended() => {}
                Ok(None) => self.form.mark("the recording stops here: the server was stopped", &mut self.out),
                Err(error) => {
                    let session = &self.reader.about().session;
                    tracing::error!(session.id = session, %error, "recording damaged");
                    self.form.mark("the rest of the recording is damaged", &mut self.out);
                }
            }
            self.form.end(&mut self.out);
            self.over = true;
        }
    }
}
