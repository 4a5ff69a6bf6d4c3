//! Recordings: what a session showed, on disk, to be read again as text or asciicast.
//!
//! A recording holds output, sizes and the end; never input. Secret values of its build are replaced
//! before anything is written ([`masker`]). It is one file of sealed, compressed blocks ([`file`]),
//! appended to by a [`writer::Writer`] and read block by block, so neither needs more memory than a
//! block. All of it is plain, blocking code; [`shelf::Shelf`] runs it where blocking does no harm.

pub mod block;
pub mod cast;
pub mod event;
pub mod file;
pub mod forms;
pub mod masker;
pub mod masks;
pub mod reader;
pub mod shelf;
pub mod text;
pub mod transcript;
mod utf8;
pub mod writer;

pub use event::{End, Event, Gap, Timed};
pub use masks::{MaskError, Masks};
pub use reader::{ReadError, Reader};
pub use shelf::{Figures, Recording, Shelf, Subject};
pub use transcript::{Format, Transcript};
