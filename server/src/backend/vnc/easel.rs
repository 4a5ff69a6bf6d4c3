//! Where a machine's picture is drawn: a thread that decodes what the VNC server sends.

use std::thread;

use bytes::BytesMut;
use tokio::sync::mpsc;
use tokio::time::Instant;
use transom_protocol::rfb::{Decoder, Event, Framebuffer, RfbError, Screen};

use super::taste::Effort;
use crate::backend::BackendError;
use crate::clock::tick;
use crate::picture::{Canvas, Move};

/// Pieces of what the server sends that wait to be decoded.
const PIECES: usize = 4;
/// Things that the server said and nobody has heard yet.
const WORDS: usize = 16;

/// What comes out of decoding.
#[derive(Debug)]
pub(super) enum Said {
    /// A picture is begun, and will be drawn.
    Begun,
    /// It is complete, and took this.
    Picture(Box<Canvas>, Effort),
    /// The screen has this size; what the server says of its screens.
    Resized { width: u16, height: u16, screens: Vec<Screen> },
    /// Something else.
    Other(Event),
    /// Nothing more can be read.
    Failed(RfbError),
}

/// The two ends of the thread. It ends when they are dropped.
pub(super) struct Easel {
    /// What the server sends.
    pub bytes: mpsc::Sender<BytesMut>,
    /// The canvas, to be drawn on.
    pub canvas: mpsc::Sender<Box<Canvas>>,
    /// What it was.
    pub said: mpsc::Receiver<Said>,
}

impl Easel {
    /// Starts the thread, with a canvas of this size.
    pub fn start(width: u16, height: u16) -> Result<Self, BackendError> {
        let (bytes, pieces) = mpsc::channel(PIECES);
        let (canvas, canvases) = mpsc::channel(1);
        let (says, said) = mpsc::channel(WORDS);
        let (begun, effort, received) = (tick(), Effort::default(), 0);
        let drawing = Drawing { pieces, canvases, says, canvas: None, begun, effort, received };
        thread::Builder::new()
            .name("desktop".into())
            .spawn(move || drawing.draw(width, height))
            .map_err(|_| BackendError::Session("no thread is left to draw it".into()))?;
        Ok(Self { bytes, canvas, said })
    }
}

struct Drawing {
    pieces: mpsc::Receiver<BytesMut>,
    canvases: mpsc::Receiver<Box<Canvas>>,
    says: mpsc::Sender<Said>,
    canvas: Option<Box<Canvas>>,
    /// When the update began.
    begun: Instant,
    /// What it has taken so far; `bytes` are those that had been read when it began.
    effort: Effort,
    /// Bytes that have come.
    received: u64,
}

/// Whoever wanted the picture has gone.
struct Gone;

impl Drawing {
    fn draw(mut self, width: u16, height: u16) {
        match Canvas::new(width, height) {
            Ok(canvas) => self.canvas = Some(Box::new(canvas)),
            Err(error) => {
                let _ = self.says.blocking_send(Said::Failed(error));
                return;
            }
        }
        let (mut decoder, mut input) = (Decoder::new(), BytesMut::new());
        while let Some(piece) = self.pieces.blocking_recv() {
            self.received += piece.len() as u64;
            // Pieces of one read lie behind each other: nothing is copied.
            input.unsplit(piece);
            match self.decode(&mut decoder, &mut input) {
                Ok(Ok(())) => {}
                Ok(Err(error)) => {
                    let _ = self.says.blocking_send(Said::Failed(error));
                    return;
                }
                Err(Gone) => return,
            }
        }
    }

    /// All that has come.
    fn decode(&mut self, decoder: &mut Decoder, input: &mut BytesMut) -> Result<Result<(), RfbError>, Gone> {
        // Between pictures nothing is drawn, and nothing to draw on is needed.
        let Ok(mut nothing) = Framebuffer::new(1, 1) else { return Ok(Ok(())) };
        loop {
            let screen = self.canvas.as_mut().map_or(&mut nothing, |canvas| &mut canvas.screen);
            let event = match decoder.advance(input, screen) {
                Ok(Some(event)) => event,
                Ok(None) => return Ok(Ok(())),
                Err(error) => return Ok(Err(error)),
            };
            if matches!(event, Event::UpdateBegins) && self.canvas.is_none() {
                self.canvas = Some(self.canvases.blocking_recv().ok_or(Gone)?);
            }
            let read = self.received - input.len() as u64;
            if let Some(said) = self.heard(event, read) {
                self.says.blocking_send(said).map_err(|_| Gone)?;
            }
        }
    }

    /// What is said of an event; `read` bytes were needed so far.
    fn heard(&mut self, event: Event, read: u64) -> Option<Said> {
        let Some(canvas) = &mut self.canvas else { return Some(Said::Other(event)) };
        match event {
            Event::UpdateBegins => {
                (self.begun, self.effort) = (tick(), Effort { bytes: read, ..Effort::default() });
                return Some(Said::Begun);
            }
            Event::Drawn(rect) => {
                self.effort.pixels += rect.area();
                canvas.drawn(rect);
            }
            Event::Copied { to, from } => canvas.moved(Move { to, from }),
            Event::Cursor(pointer) => canvas.pointer = Some(pointer),
            Event::FrameEnd if canvas.is_new() => {
                let Effort { pixels, bytes: before, .. } = self.effort;
                let effort = Effort { pixels, bytes: read - before, took: self.begun.elapsed() };
                return self.canvas.take().map(|canvas| Said::Picture(canvas, effort));
            }
            Event::FrameEnd => {}
            Event::Resized { screens, .. } => {
                canvas.resized();
                let (width, height) = (canvas.screen.width(), canvas.screen.height());
                return Some(Said::Resized { width, height, screens });
            }
            other => return Some(Said::Other(other)),
        }
        None
    }
}
