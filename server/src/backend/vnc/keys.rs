//! Keys on their way to a VNC server; those that are down are remembered, so that none stays down.

use transom_protocol::rfb::ClientMessage;
use transom_protocol::wire::desktop::Key;

/// Upper byte of an extended key's scan code, and RFB's own mark of one.
const EXTENDED: u16 = 0xe0;
const EXTENDED_BIT: u32 = 0x80;
/// More keys than anybody has fingers for.
const HELD_MAX: usize = 32;
/// Shift, left and right.
const SHIFT: [u32; 2] = [0xffe1, 0xffe2];

/// A keyboard, as far as the server knows.
#[derive(Debug, Default)]
pub(super) struct Keyboard {
    /// Whether the server takes scan codes.
    pub takes_codes: bool,
    /// Whether it is QEMU's, which knows where a US keyboard has a character, and leaves Shift to its client.
    is_qemu: bool,
    /// Whether it is a Mac's.
    is_mac: bool,
    held: Vec<Key>,
}

impl Keyboard {
    /// A keyboard with no key pressed.
    pub fn new(is_mac: bool, is_qemu: bool) -> Self {
        Self { is_mac, is_qemu, ..Self::default() }
    }

    /// What the server is told of `key`; nothing where it has no name for it, or it is up already. A character that
    /// goes down only with Shift, and comes without, takes it along.
    pub fn keys(&mut self, key: Key) -> Vec<ClientMessage> {
        let wants_shift = self.wants_shift(key);
        let shift = |down| wants_shift.then_some(ClientMessage::Key { down, keysym: SHIFT[0] });
        let Some(message) = self.key(key) else { return Vec::new() };
        [shift(true), Some(message), shift(false)].into_iter().flatten().collect()
    }

    fn key(&mut self, key: Key) -> Option<ClientMessage> {
        let is_same =
            |held: &Key| if key.code == 0 { held.keysym == key.keysym } else { held.code == key.code };
        let at = self.held.iter().position(is_same);
        if !key.down {
            // It goes up as what it went down as: Shift may have gone up before it.
            let held = self.held.swap_remove(at?);
            return self.message(Key { down: false, ..held });
        }
        // A key that repeats is what it went down as.
        if let Some(held) = at.and_then(|at| self.held.get(at)) {
            return self.message(*held);
        }
        let message = self.message(key).filter(|_| self.held.len() < HELD_MAX)?;
        self.held.push(key);
        Some(message)
    }

    /// Whether a character that comes without a key of its own goes down only with Shift.
    fn wants_shift(&self, key: Key) -> bool {
        let is_shifted = char::from_u32(key.keysym)
            .is_some_and(|c| c.is_ascii_uppercase() || r#"~!@#$%^&*()_+{}|:"<>?"#.contains(c));
        let has_shift = self.held.iter().any(|held| SHIFT.contains(&held.keysym));
        self.is_qemu && key.down && key.code == 0 && is_shifted && !has_shift
    }

    /// Every key goes up, the last one first.
    pub fn release(&mut self) -> Vec<ClientMessage> {
        let held = std::mem::take(&mut self.held);
        held.into_iter().rev().filter_map(|key| self.message(Key { down: false, ..key })).collect()
    }

    fn message(&self, Key { down, code, keysym }: Key) -> Option<ClientMessage> {
        let keysym = if self.is_mac { on_mac(keysym) } else { keysym };
        if self.takes_codes && code != 0 {
            let extended = if code >> 8 == EXTENDED { EXTENDED_BIT } else { 0 };
            return Some(ClientMessage::ExtendedKey {
                down,
                keysym,
                scancode: u32::from(code & 0x7f) | extended,
            });
        }
        (keysym != 0).then_some(ClientMessage::Key { down, keysym })
    }
}

/// What a Mac's server takes for the key that people mean: Alt is its Command, and Meta its Option. AltGr has done its
/// part once the character is known, and would be an Option too many.
fn on_mac(keysym: u32) -> u32 {
    const ALT: [u32; 2] = [0xffe9, 0xffea];
    const META: [u32; 2] = [0xffe7, 0xffe8];
    const SUPER: [u32; 2] = [0xffeb, 0xffec];
    const ALT_GR: u32 = 0xfe03;
    match keysym {
        keysym if keysym == SUPER[0] || keysym == META[0] => ALT[0],
        keysym if keysym == SUPER[1] || keysym == META[1] => ALT[1],
        keysym if keysym == ALT[0] => META[0],
        keysym if keysym == ALT[1] => META[1],
        ALT_GR => 0,
        other => other,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn key(down: bool, code: u16, keysym: u32) -> Key {
        Key { down, code, keysym }
    }

    #[test]
    fn a_key_goes_up_as_what_it_went_down_as() {
        let mut keyboard = Keyboard::default();
        let down = keyboard.key(key(true, 0x1e, u32::from(b'A')));
        assert_eq!(down, Some(ClientMessage::Key { down: true, keysym: u32::from(b'A') }));
        let up = keyboard.key(key(false, 0x1e, u32::from(b'a')));
        assert_eq!(up, Some(ClientMessage::Key { down: false, keysym: u32::from(b'A') }));
        assert_eq!(keyboard.key(key(false, 0x1e, u32::from(b'a'))), None, "it is up already");
    }

    #[test]
    fn on_a_mac_command_is_command_and_option_is_option() {
        let mut keyboard = Keyboard::new(true, false);
        for (sent, heard) in [(0xffeb, 0xffe9), (0xffec, 0xffea), (0xffe9, 0xffe7), (0xffea, 0xffe8)] {
            let down = keyboard.key(key(true, 0, sent));
            assert_eq!(down, Some(ClientMessage::Key { down: true, keysym: heard }));
            let up = keyboard.key(key(false, 0, sent));
            assert_eq!(up, Some(ClientMessage::Key { down: false, keysym: heard }));
        }
        assert_eq!(keyboard.key(key(true, 0xe038, 0xfe03)), None, "the character says it all");
        assert!(keyboard.key(key(true, 0x10, u32::from(b'@'))).is_some());
    }

    #[test]
    fn a_key_that_repeats_as_something_else_leaves_nothing_down() {
        let mut keyboard = Keyboard::default();
        let a = |down| Some(ClientMessage::Key { down, keysym: u32::from(b'a') });
        assert_eq!(keyboard.key(key(true, 0x1e, u32::from(b'a'))), a(true));
        assert_eq!(keyboard.key(key(true, 0x1e, u32::from(b'A'))), a(true));
        assert_eq!(keyboard.release(), [a(false).unwrap()]);
    }

    #[test]
    fn a_character_without_a_key_of_its_own_takes_shift_along_to_qemu() {
        let told = |keyboard: &mut Keyboard, down, code, letter| {
            let told = keyboard.keys(key(down, code, u32::from(letter))).into_iter();
            told.map(|message| match message {
                ClientMessage::Key { down, keysym: 0xffe1 } => {
                    if down {
                        '⇧'
                    } else {
                        '⇩'
                    }
                }
                _ => letter,
            })
            .collect::<String>()
        };
        let mut keyboard = Keyboard { takes_codes: true, is_qemu: true, ..Keyboard::default() };
        for letter in "A!~\"?".chars() {
            assert_eq!(told(&mut keyboard, true, 0, letter), format!("⇧{letter}⇩"));
            assert_eq!(told(&mut keyboard, false, 0, letter), letter.to_string(), "it goes up alone");
        }
        for letter in "a1`'/ ä".chars() {
            assert_eq!(told(&mut keyboard, true, 0, letter), letter.to_string());
            told(&mut keyboard, false, 0, letter);
        }
        assert_eq!(told(&mut keyboard, true, 0x1e, 'A'), "A", "a key has its own");
        assert_eq!(keyboard.keys(key(true, 0x2a, SHIFT[0])).len(), 1);
        assert_eq!(told(&mut keyboard, true, 0, 'B'), "B", "it is held already");
        assert_eq!(told(&mut Keyboard::default(), true, 0, 'A'), "A", "others press it themselves");
    }

    #[test]
    fn more_keys_than_anybody_has_fingers_for_do_not_go_down() {
        let mut keyboard = Keyboard::default();
        let down = (0..100).filter(|n| keyboard.key(key(true, 0, 0x61 + n)).is_some()).count();
        assert_eq!((down, keyboard.release().len()), (HELD_MAX, HELD_MAX));
    }

    #[test]
    fn what_is_held_is_let_go_in_turn() {
        let mut keyboard = Keyboard { takes_codes: true, ..Keyboard::default() };
        for (code, keysym) in [(0x1d, 0xffe3), (0xe038, 0xfe03), (0, 0x20ac), (0x1d, 0xffe3)] {
            assert!(keyboard.key(key(true, code, keysym)).is_some());
        }
        assert_eq!(
            keyboard.release(),
            [
                ClientMessage::Key { down: false, keysym: 0x20ac },
                ClientMessage::ExtendedKey { down: false, keysym: 0xfe03, scancode: 0xb8 },
                ClientMessage::ExtendedKey { down: false, keysym: 0xffe3, scancode: 0x1d },
            ]
        );
        assert_eq!(keyboard.release(), []);
        assert_eq!(keyboard.key(key(true, 0, 0)), None, "a key without a name");
    }
}
