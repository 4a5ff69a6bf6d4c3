//! The pointer on its way to a VNC server, whose wheel is four buttons.

use transom_protocol::rfb::ClientMessage;

const NOTCH: i32 = 120;
/// Notches of one turn at most.
const NOTCHES_MAX: i32 = 16;
const UP: u8 = 1 << 3;
const DOWN: u8 = 1 << 4;
const LEFT: u8 = 1 << 5;
const RIGHT: u8 = 1 << 6;
const BACK: u8 = 1 << 7;

/// A pointer, as far as the server knows.
#[derive(Debug, Default)]
pub(super) struct Pointer {
    x: u16,
    y: u16,
    /// As RFB has them.
    buttons: u8,
    /// Turned and not told yet, in 120ths of a notch.
    right: i32,
    down: i32,
}

impl Pointer {
    /// It is here, with these buttons: left, middle, right, back and forward from bit 0 on. RFB has no fifth.
    pub fn at(&mut self, buttons: u8, x: u16, y: u16) -> ClientMessage {
        self.buttons = (buttons & 7) | if buttons & 8 == 0 { 0 } else { BACK };
        (self.x, self.y) = (x, y);
        self.with(0)
    }

    /// The wheel was turned: a press and a release for each whole notch.
    pub fn turned(&mut self, x: u16, y: u16, right: i16, down: i16) -> Vec<ClientMessage> {
        (self.x, self.y) = (x, y);
        let mut messages = Vec::new();
        let (right, down) = (notches(&mut self.right, right), notches(&mut self.down, down));
        for (count, less, more) in [(down, UP, DOWN), (right, LEFT, RIGHT)] {
            let button = if count < 0 { less } else { more };
            (0..count.abs()).for_each(|_| messages.extend([self.with(button), self.with(0)]));
        }
        messages
    }

    /// Every button goes up.
    pub fn release(&mut self) -> Option<ClientMessage> {
        (std::mem::take(&mut self.buttons) != 0).then(|| self.with(0))
    }

    fn with(&self, wheel: u8) -> ClientMessage {
        ClientMessage::Pointer { buttons: self.buttons | wheel, x: self.x, y: self.y }
    }
}

/// Whole notches; the rest is kept for later.
fn notches(kept: &mut i32, turned: i16) -> i32 {
    *kept += i32::from(turned);
    let whole = *kept / NOTCH;
    *kept %= NOTCH;
    whole.clamp(-NOTCHES_MAX, NOTCHES_MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn masks(messages: Vec<ClientMessage>) -> Vec<u8> {
        let mask =
            |message| if let ClientMessage::Pointer { buttons, .. } = message { buttons } else { 0xff };
        messages.into_iter().map(mask).collect()
    }

    #[test]
    fn the_wheel_is_pressed_for_each_whole_notch_beside_what_is_held() {
        let mut pointer = Pointer::default();
        assert_eq!(pointer.at(0b1001, 3, 4), ClientMessage::Pointer { buttons: 0b1000_0001, x: 3, y: 4 });
        pointer.at(1, 3, 4);
        assert!(masks(pointer.turned(3, 4, 0, 60)).is_empty());
        assert_eq!(masks(pointer.turned(3, 4, -130, 60)), [1 | DOWN, 1, 1 | LEFT, 1]);
        assert_eq!(masks(pointer.turned(3, 4, i16::MIN, 0)).len(), 32);
        assert_eq!(pointer.release(), Some(ClientMessage::Pointer { buttons: 0, x: 3, y: 4 }));
        assert_eq!(pointer.release(), None);
    }
}
