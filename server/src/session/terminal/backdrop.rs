//! The screen behind the scrollback: an emulator's state exactly at the log's oldest byte.
//!
//! It trails: it takes in what the log is about to forget, and only that, so a session that has
//! printed less than the log holds never runs an emulator, and none stands between the machine and its
//! viewers. Whoever needs a screen gets a copy that is led on through the log. Both compute and
//! run on threads where nothing waits for them.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use bytes::Bytes;
use tokio::task::{JoinHandle, spawn_blocking};
use transom_protocol::wire::Size;

use super::TerminalSurface;
use super::screen::Screen;
use super::scrollback::{Cursor, Horizon, Piece, Stretch};
use crate::shard::Background;

/// Blocks due to be forgotten that are worth the emulator's while.
pub(super) const WORTH_TRAILING: usize = 4;
/// Blocks due to be forgotten at which the machine waits for the emulator.
pub(super) const FAR_BEHIND: usize = 8;

/// The screen at the log's oldest byte; `None` while nothing was forgotten.
#[derive(Debug, Default)]
pub(super) struct Backdrop(Mutex<Option<Screen>>);

/// A screen, and where in the log it is.
#[derive(Debug)]
pub(super) struct Painted {
    /// Where a viewer is that has it.
    pub cursor: Cursor,
    /// The same as an offset.
    pub offset: u64,
    /// The terminal's size there.
    pub size: Size,
    /// Output that restores it.
    pub screen: Bytes,
}

impl TerminalSurface {
    /// Leads the backdrop on through what the log is due to forget, and lets the log forget it.
    pub(super) fn trail(self: &Arc<Self>, background: &Background) -> JoinHandle<()> {
        let surface = Arc::clone(self);
        background.run(move || {
            let mut backdrop = surface.backdrop();
            let due = surface.scrollback().due_stretch();
            let screen = backdrop.take().unwrap_or_else(|| Screen::new(due.size));
            *backdrop = Some(led(screen, &due));
            let until = due.until;
            // The log takes its blocks back only where nobody has them.
            drop(due);
            surface.scrollback().forget(until);
        })
    }

    /// The screen at `horizon`.
    pub(super) fn paint(self: &Arc<Self>, horizon: Horizon) -> JoinHandle<Painted> {
        let surface = Arc::clone(self);
        spawn_blocking(move || {
            let (screen, stretch) = {
                // Held so that the log's oldest byte and the screen stay together.
                let backdrop = surface.backdrop();
                (backdrop.clone(), surface.scrollback().stretch_to(horizon))
            };
            let screen = led(screen.unwrap_or_else(|| Screen::new(stretch.size)), &stretch);
            Painted {
                cursor: stretch.end,
                offset: stretch.until,
                size: stretch.end_size,
                screen: or_else(|| screen.snapshot().into(), Bytes::new),
            }
        })
    }

    fn backdrop(&self) -> MutexGuard<'_, Option<Screen>> {
        self.backdrop.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// `screen`, led through `stretch`. Should a machine find output that breaks the emulator, the screen is
/// empty from there on; the session and its viewers go on.
fn led(mut screen: Screen, stretch: &Stretch) -> Screen {
    or_else(
        move || {
            lead(&mut screen, stretch);
            screen
        },
        || Screen::new(stretch.end_size),
    )
}

/// What `work` makes, or `otherwise` where it panics.
fn or_else<T>(work: impl FnOnce() -> T, otherwise: impl FnOnce() -> T) -> T {
    // What it has half changed is dropped with it.
    catch_unwind(AssertUnwindSafe(work)).unwrap_or_else(|_| {
        tracing::error!("the emulator failed on a machine's output");
        otherwise()
    })
}

/// Leads `screen` through `stretch`.
fn lead(screen: &mut Screen, stretch: &Stretch) {
    let mut run: Vec<&[u8]> = Vec::new();
    for piece in &stretch.pieces {
        match piece {
            Piece::Output(bytes) => run.push(bytes),
            Piece::Size(size) => {
                screen.skim(&run);
                run.clear();
                screen.resize(*size);
            }
        }
    }
    screen.skim(&run);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_emulator_that_fails_leaves_an_empty_screen() {
        let size = Size { cols: 20, rows: 5 };
        let screen = or_else(|| panic!("hostile output"), || Screen::new(size));
        assert_eq!(screen, Screen::new(size));
    }
}
