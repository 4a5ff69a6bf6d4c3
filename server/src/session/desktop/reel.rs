//! The last few frames of a desktop, for viewers that are in step or nearly so.

use std::collections::VecDeque;
use std::sync::Arc;

use bytes::Bytes;
use transom_protocol::limits;
use transom_protocol::wire::desktop::DesktopServerFrame;

use crate::picture::Frame;

/// Frames that are kept: whoever is further behind has them put together.
const FRAMES: usize = 8;
/// Bytes of them; the newest is kept however large it is.
const BYTES: usize = 2 * 1024 * 1024;

/// Where a viewer is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Place {
    /// The frame that it has, and all before it; 0 for none.
    pub has: u32,
    /// Whether it can read what is streamed.
    pub in_step: bool,
}

/// What changes a picture, as it goes to viewers.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Shown {
    /// Number of the frame that they have then.
    pub number: u32,
    /// The messages that bring them there.
    pub messages: Arc<[Bytes]>,
    /// What is in them, in bytes.
    pub bytes: usize,
}

impl Shown {
    /// Cuts operations into messages.
    #[must_use]
    pub fn new(number: u32, mut ops: Bytes) -> Self {
        let bytes = ops.len();
        let mut messages = Vec::with_capacity(bytes / limits::DESKTOP_PIECE_BYTES + 1);
        while messages.is_empty() || !ops.is_empty() {
            let piece = ops.split_to(ops.len().min(limits::DESKTOP_PIECE_BYTES));
            let is_last = ops.is_empty();
            messages.push(DesktopServerFrame::Picture { number, is_last, ops: piece }.encode());
        }
        Self { number, messages: messages.into(), bytes }
    }
}

/// What a viewer gets next.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Next {
    /// It has everything.
    UpToDate,
    /// The next frame.
    Frame(Shown),
    /// Frames that it lacks are gone, or it cannot read them: it needs the parts that have changed.
    Behind,
}

/// The last few frames.
#[derive(Debug, Default)]
pub struct Reel {
    frames: VecDeque<Kept>,
    bytes: usize,
    /// The newest; 0 before the first.
    head: u32,
}

#[derive(Debug)]
struct Kept {
    shown: Shown,
    restarts: bool,
    is_streamed: bool,
}

impl Reel {
    /// Number of the newest frame; 0 before the first.
    #[must_use]
    pub fn head(&self) -> u32 {
        self.head
    }

    /// Appends the next frame.
    pub fn push(&mut self, frame: Frame) {
        self.head = frame.number;
        self.bytes += frame.ops.len();
        let Frame { number, restarts, is_streamed, ops } = frame;
        self.frames.push_back(Kept { shown: Shown::new(number, ops), restarts, is_streamed });
        while self.frames.len() > FRAMES || (self.bytes > BYTES && self.frames.len() > 1) {
            self.bytes -= self.frames.pop_front().map_or(0, |kept| kept.shown.bytes);
        }
    }

    /// What a viewer at `place` gets next; its place moves behind that. Right for any place, however old.
    pub fn next(&self, place: &mut Place) -> Next {
        // A frame that was just painted is in what a viewer catches up with, and not here yet.
        if place.has >= self.head {
            return Next::UpToDate;
        }
        let next = self.frames.iter().find(|kept| kept.shown.number == place.has + 1);
        let Some(kept) = next.filter(|kept| place.in_step || kept.restarts || !kept.is_streamed) else {
            place.in_step = false;
            return Next::Behind;
        };
        place.in_step |= kept.restarts;
        place.has = kept.shown.number;
        Next::Frame(kept.shown.clone())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn frame(number: u32, restarts: bool, bytes: usize) -> Frame {
        Frame { number, restarts, is_streamed: true, ops: Bytes::from(vec![number as u8; bytes]) }
    }

    #[test]
    fn who_keeps_up_gets_each_frame_and_who_does_not_is_told_so() {
        let mut reel = Reel::default();
        let (mut quick, mut slow) = (Place::default(), Place::default());
        assert_eq!(reel.next(&mut quick), Next::UpToDate);
        for number in 1..=20 {
            reel.push(frame(number, number == 1 || number == 15, 10));
            assert_eq!(
                reel.next(&mut quick),
                Next::Frame(Shown::new(number, Bytes::from(vec![number as u8; 10])))
            );
            if number == 1 {
                assert!(matches!(reel.next(&mut slow), Next::Frame(_)) && slow.in_step);
            }
        }
        assert_eq!(reel.next(&mut slow), Next::Behind);
        // It was given what it lacked up to frame 14, and the next one begins the stream anew.
        slow.has = 14;
        assert!(matches!(reel.next(&mut slow), Next::Frame(_)));
        assert_eq!(slow, Place { has: 15, in_step: true });
        slow = Place { has: 16, in_step: false };
        assert_eq!(reel.next(&mut slow), Next::Behind, "the stream has begun without it");
    }

    #[test]
    fn large_frames_push_others_out_but_never_themselves() {
        let mut reel = Reel::default();
        (1..=3).for_each(|number| reel.push(frame(number, false, BYTES / 2 + 1)));
        assert_eq!((reel.frames.len(), reel.bytes), (1, BYTES / 2 + 1));
        reel.push(frame(4, false, BYTES * 2));
        assert_eq!(reel.frames.len(), 1);
        let mut place = Place { has: 3, in_step: true };
        assert!(matches!(reel.next(&mut place), Next::Frame(_)));
    }

    #[test]
    fn operations_are_cut_into_messages_and_only_the_last_says_so() {
        let ops = Bytes::from(vec![7; limits::DESKTOP_PIECE_BYTES * 2 + 5]);
        let shown = Shown::new(3, ops.clone());
        let parse = |message: &Bytes| DesktopServerFrame::parse(message.clone()).unwrap();
        let mut together = Vec::new();
        for (i, message) in shown.messages.iter().enumerate() {
            let DesktopServerFrame::Picture { number: 3, is_last, ops } = parse(message) else {
                panic!("{message:?}")
            };
            assert_eq!(is_last, i == 2);
            together.extend_from_slice(&ops);
        }
        assert_eq!((together, shown.bytes), (ops.to_vec(), ops.len()));
        assert_eq!(Shown::new(1, Bytes::new()).messages.len(), 1, "a picture always ends");
    }
}
