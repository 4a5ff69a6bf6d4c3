//! A desktop's picture on its way to viewers: compared, encoded once, shared. Pure: no I/O, no clock, no threads.

mod blocks;
mod canvas;
mod cells;
mod diff;
mod frame;
mod kinds;
mod lossy;
mod moves;
mod pack;
mod painter;
mod tiles;

pub use canvas::Canvas;
pub use cells::Cells;
pub use frame::{Changes, Frame};
pub use lossy::Step;
pub use moves::Move;
pub use painter::Painter;
