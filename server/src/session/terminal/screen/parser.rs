//! From bytes to characters, controls and sequences: the state machine of the VT500 series
//! (<https://vt100.net/emu/dec_ansi_parser>) on Unicode, with the transitions of xterm.js.

mod table;

use super::params::Params;
use table::{
    CLEAR, COLLECT, CSI_DISPATCH, DCS, DCS_END, DCS_HOOK, ESC_DISPATCH, EXECUTE, GROUND, OSC, OSC_END, OTHER,
    PARAM, PRINT, PUT, TABLE,
};

/// Bytes of one unfinished sequence that are kept; what is longer is swallowed without effect.
pub(super) const SEQUENCE_BYTES: usize = 64 * 1024;
/// Room that stays for the next sequence.
const SEQUENCE_KEPT_BYTES: usize = 256;

/// What the parser has found.
pub(super) trait Perform {
    /// A run of printable ASCII.
    fn print_ascii(&mut self, run: &[u8]);
    /// A character from U+00A0 up.
    fn print(&mut self, code: u32);
    /// A C0 or C1 control.
    fn execute(&mut self, code: u8);
    /// `ident` is the last byte, below it the intermediate ones, below them the prefix.
    fn csi(&mut self, ident: u32, params: &Params);
    fn esc(&mut self, ident: u32);
    /// `payload` is what stands between the introducer and the end.
    fn osc(&mut self, payload: &[u8]);
    /// The end of a device control string.
    fn dcs_end(&mut self);
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Parser {
    state: u8,
    params: Params,
    collect: u32,
    /// The unfinished sequence, without the controls within it that have been executed.
    sequence: Vec<u8>,
    /// It was longer than is kept.
    overflown: bool,
    /// The unfinished character.
    partial: [u8; 4],
    partial_len: usize,
}

impl Parser {
    pub(super) fn new() -> Self {
        Self {
            state: GROUND,
            params: Params::new(),
            collect: 0,
            sequence: Vec::new(),
            overflown: false,
            partial: [0; 4],
            partial_len: 0,
        }
    }

    /// Between sequences and between characters.
    pub(super) fn is_at_rest(&self) -> bool {
        self.state == GROUND && self.partial_len == 0
    }

    /// Bytes that bring a fresh parser to where this one is.
    pub(super) fn unfinished(&self) -> Vec<u8> {
        let mut bytes = match self.state {
            GROUND => Vec::new(),
            // An unknown one of either kind, which swallows the rest.
            OSC if self.overflown => b"\x1b]x".to_vec(),
            DCS if self.overflown => b"\x1bP!|".to_vec(),
            _ => self.sequence.clone(),
        };
        bytes.extend_from_slice(&self.partial[..self.partial_len]);
        bytes
    }

    pub(super) fn advance(&mut self, bytes: &[u8], to: &mut impl Perform) {
        let mut at = 0;
        while let Some(&byte) = bytes.get(at) {
            if self.partial_len > 0 {
                if byte & 0xc0 == 0x80 {
                    self.partial[self.partial_len] = byte;
                    self.partial_len += 1;
                    at += 1;
                    self.finish_character(to);
                } else {
                    self.partial_len = 0;
                }
            } else if self.state == GROUND && (0x20..0x7f).contains(&byte) {
                let run =
                    bytes[at..].iter().position(|b| !(0x20..0x7f).contains(b)).unwrap_or(bytes.len() - at);
                to.print_ascii(&bytes[at..at + run]);
                at += run;
            } else if self.state == GROUND && byte < 0x20 {
                let sequence = if byte == 0x1b { self.plain_sequence(&bytes[at..], to) } else { 0 };
                at += sequence.max(1);
                if byte != 0x1b {
                    to.execute(byte);
                } else if sequence == 0 {
                    self.step(0x1b, &[byte], to);
                }
            } else {
                at += 1;
                match byte {
                    0..0x80 => self.step(u32::from(byte), &[byte], to),
                    0xc0..0xf8 => {
                        self.partial[0] = byte;
                        self.partial_len = 1;
                    }
                    _ => {}
                }
            }
        }
    }

    /// The short way for what most sequences are, CSI with nothing but digits and `;`, where all of it
    /// is there. Its length, or 0.
    fn plain_sequence(&mut self, bytes: &[u8], to: &mut impl Perform) -> usize {
        const MOST: usize = 64;
        let [_, b'[', rest @ ..] = bytes else { return 0 };
        let digits = rest.iter().take(MOST).take_while(|b| (b'0'..=b';').contains(b)).count();
        let Some(last @ 0x40..=0x7e) = rest.get(digits).copied() else { return 0 };
        self.params.reset();
        rest[..digits].iter().for_each(|byte| self.params.put(*byte));
        to.csi(u32::from(last), &self.params);
        digits + 3
    }

    /// Decodes the character once its bytes are there, as xterm.js does: an overlong form, a
    /// surrogate and the byte order mark are nothing.
    fn finish_character(&mut self, to: &mut impl Perform) {
        let [first, second, third, fourth] = self.partial.map(u32::from);
        let (length, code, least) = match first {
            0..0xe0 => (2, (first & 0x1f) << 6 | second & 0x3f, 0x80),
            0xe0..0xf0 => (3, (first & 0x0f) << 12 | (second & 0x3f) << 6 | third & 0x3f, 0x800),
            _ => (
                4,
                (first & 0x07) << 18 | (second & 0x3f) << 12 | (third & 0x3f) << 6 | fourth & 0x3f,
                0x1_0000,
            ),
        };
        if self.partial_len < length {
            return;
        }
        self.partial_len = 0;
        if code < least || code == 0xfeff || char::from_u32(code).is_none() {
            return;
        }
        let raw = self.partial;
        self.step(code, &raw[..length], to);
    }

    fn step(&mut self, code: u32, raw: &[u8], to: &mut impl Perform) {
        let was = self.state;
        let entry = TABLE[usize::from(was)][(code as usize).min(OTHER)];
        let (action, next) = (entry >> 4, entry & 15);
        self.state = next;
        let byte = code as u8;
        match action {
            PRINT => to.print(code),
            EXECUTE => to.execute(byte),
            CLEAR => {
                self.params.reset();
                self.collect = 0;
            }
            PARAM => self.params.put(byte),
            COLLECT => self.collect = self.collect << 8 | code,
            CSI_DISPATCH => to.csi(self.collect << 8 | code, &self.params),
            ESC_DISPATCH => to.esc(self.collect << 8 | code),
            OSC_END => {
                let from = if self.sequence.first() == Some(&0x1b) { b"\x1b]".len() } else { "\u{9d}".len() };
                let cancelled = code == 0x18 || code == 0x1a || self.overflown;
                to.osc(if cancelled { &[] } else { self.sequence.get(from..).unwrap_or(&[]) });
            }
            DCS_END => to.dcs_end(),
            _ => {}
        }
        if matches!(action, OSC_END | DCS_END) {
            self.params.reset();
            self.collect = 0;
        }
        self.remember(was, action, code, raw);
    }

    /// Keeps the raw bytes of a sequence for [`Self::unfinished`].
    fn remember(&mut self, was: u8, action: u8, code: u32, raw: &[u8]) {
        let put = matches!(action, PARAM | COLLECT | PUT | DCS_HOOK);
        if self.state == GROUND {
            if was != GROUND {
                self.sequence.clear();
                self.sequence.shrink_to(SEQUENCE_KEPT_BYTES);
                self.overflown = false;
            }
        } else if code == 0x1b || (0x80..0xa0).contains(&code) {
            self.sequence.clear();
            self.sequence.extend_from_slice(raw);
            self.overflown = false;
        } else if put || was != self.state {
            if self.sequence.len() + raw.len() <= SEQUENCE_BYTES {
                self.sequence.extend_from_slice(raw);
            } else {
                self.overflown = true;
            }
        }
    }
}
