//! Character sets that replace ASCII (ISO 2022): the line drawing set and the national ones.

/// A set other than US-ASCII, by the byte that designates it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Charset(u8);

/// Sets as (designators, characters replaced, what replaces them).
const SETS: &[(&[u8], &str, &str)] = &[
    (b"0", "`abcdefghijklmnopqrstuvwxyz{|}~", "◆▒␉␌␍␊°±␤␋┘┐┌└┼⎺⎻─⎼⎽├┤┴┬│≤≥π≠£·"),
    (b"A", "#", "£"),
    // xterm.js takes only the first letter of this set's "ij".
    (b"4", "#@[\\]{|}~", "£¾i½|¨f¼´"),
    (b"C5", "[\\]^`{|}~", "ÄÖÅÜéäöåü"),
    (b"R", "#@[\\]{|}~", "£à°ç§éùè¨"),
    (b"Q", "@[\\]^`{|}~", "àâçêîôéùèû"),
    (b"K", "@[\\]{|}~", "§ÄÖÜäöüß"),
    (b"Y", "#@[\\]`{|}~", "£§°çéùàòèì"),
    (b"E6", "@[\\]^`{|}~", "ÄÆØÅÜäæøåü"),
    (b"Z", "#@[\\]{|}", "£§¡Ñ¿°ñç"),
    (b"H7", "@[\\]^`{|}~", "ÉÄÖÅÜéäöåü"),
    (b"=", "#@[\\]^_`{|}~", "ùàéçêîèôäöüû"),
];

impl Charset {
    /// `None` where the byte designates no set; `Some(None)` is US-ASCII.
    pub(super) fn designated(by: u8) -> Option<Option<Self>> {
        if by == b'B' {
            return Some(None);
        }
        let set = SETS.iter().find(|(names, ..)| names.contains(&by))?;
        Some(set.0.first().map(|name| Self(*name)))
    }

    /// The byte that designates it.
    pub(super) fn name(self) -> u8 {
        self.0
    }

    pub(super) fn map(self, code: u32) -> u32 {
        let set = SETS.iter().find(|(names, ..)| names.contains(&self.0));
        let replaced =
            set.and_then(|(_, from, to)| from.chars().zip(to.chars()).find(|(c, _)| *c as u32 == code));
        replaced.map_or(code, |(_, to)| to as u32)
    }
}

/// The four sets, and which one is in use.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) struct Charsets {
    pub(super) sets: [Option<Charset>; 4],
    pub(super) level: usize,
    /// In use; DECRC can make it another than the one of `level`.
    pub(super) active: Option<Charset>,
}

impl Charsets {
    pub(super) fn shift(&mut self, level: usize) {
        self.level = level;
        self.active = self.sets.get(level).copied().flatten();
    }

    pub(super) fn designate(&mut self, level: usize, set: Option<Charset>) {
        if let Some(slot) = self.sets.get_mut(level) {
            *slot = set;
        }
        if self.level == level {
            self.active = set;
        }
    }
}
