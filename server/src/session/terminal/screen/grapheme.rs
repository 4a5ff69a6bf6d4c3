//! Which characters join into one cell and how wide they are, as the page's
//! `@xterm/addon-unicode-graphemes` decides it ("15-graphemes").

use std::sync::LazyLock;

const PREPEND: u8 = 1;
const EXTEND: u8 = 2;
const REGIONAL: u8 = 3;
const SPACING: u8 = 4;
const HANGUL_L: u8 = 5;
const HANGUL_V: u8 = 6;
const HANGUL_T: u8 = 7;
const HANGUL_LV: u8 = 8;
const HANGUL_LVT: u8 = 9;
const ZWJ: u8 = 10;
const PICTOGRAPH: u8 = 11;

const WIDE: u8 = 16;
/// Planes 0 and 1 are looked up directly.
const DIRECT: usize = 0x2_0000;

/// Made by `scripts/graphemes.mjs`.
static RUNS: &[u8] = include_bytes!("graphemes.bin");
static TABLE: LazyLock<Table> = LazyLock::new(Table::new);

struct Table {
    direct: Vec<u8>,
    /// First character and value of each run.
    runs: Vec<(u32, u8)>,
}

impl Table {
    fn new() -> Self {
        let (mut direct, mut runs) = (Vec::with_capacity(DIRECT), Vec::new());
        let (mut start, mut length, mut shift) = (0u32, 0u32, 0);
        let mut bytes = RUNS.iter().copied();
        while let Some(byte) = bytes.next() {
            length |= u32::from(byte & 127) << shift;
            shift += 7;
            if byte & 128 == 0 {
                let value = bytes.next().unwrap_or(0);
                runs.push((start, value));
                let end = (start + length) as usize;
                direct.resize(end.clamp(direct.len(), DIRECT), value);
                (start, length, shift) = (start + length, 0, 0);
            }
        }
        Self { direct, runs }
    }

    fn get(&self, code: u32) -> u8 {
        self.direct.get(code as usize).copied().unwrap_or_else(|| {
            let at = self.runs.partition_point(|(start, _)| *start <= code);
            at.checked_sub(1).map_or(0, |at| self.runs[at].1)
        })
    }
}

/// The cluster that was printed last, as far as the next character asks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Cluster {
    kind: u8,
    pub(super) width: u32,
}

impl Cluster {
    /// Any ASCII character.
    pub(super) const ASCII: Self = Self { kind: 0, width: 1 };

    /// Whether ASCII begins a cluster of its own behind it.
    pub(super) fn ends_before_ascii(self) -> bool {
        self.kind != PREPEND && self.kind != ZWJ
    }
}

/// `code` behind `before`: the cluster then, and whether it joins that one.
pub(super) fn next(before: Option<Cluster>, code: u32) -> (Cluster, bool) {
    let value = TABLE.get(code);
    let (kind, width) = (value & 15, if value & WIDE == 0 { 1 } else { 2 });
    match before {
        Some(before) if joins(before.kind, kind) => {
            if kind == REGIONAL {
                // A pair: wide, and the next indicator begins a new one.
                return (Cluster { kind: 0, width: before.width.max(2) }, true);
            }
            (Cluster { kind, width: width.max(before.width) }, true)
        }
        _ => (Cluster { kind, width }, false),
    }
}

/// UAX 29, rules GB6 to GB13.
fn joins(before: u8, after: u8) -> bool {
    matches!(
        (before, after),
        (HANGUL_L, HANGUL_L | HANGUL_V | HANGUL_LV | HANGUL_LVT)
            | (HANGUL_LV | HANGUL_V, HANGUL_V | HANGUL_T)
            | (HANGUL_LVT | HANGUL_T, HANGUL_T)
            | (_, EXTEND | ZWJ | SPACING)
            | (PREPEND, _)
            | (ZWJ, PICTOGRAPH)
            | (REGIONAL, REGIONAL)
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    fn widths(text: &str) -> (u32, usize) {
        let (mut before, mut clusters) = (None, Vec::new());
        for c in text.chars() {
            let (cluster, joined) = next(before, c as u32);
            if joined {
                clusters.pop();
            }
            clusters.push(cluster.width);
            before = Some(cluster);
        }
        (clusters.iter().sum(), clusters.len())
    }

    #[test]
    fn clusters_are_as_wide_as_the_page_shows_them() {
        assert_eq!(widths("abc"), (3, 3));
        assert_eq!(widths("e\u{301}"), (1, 1));
        assert_eq!(widths("漢字"), (4, 2));
        assert_eq!(widths("👩\u{200d}👩\u{200d}👧\u{200d}👦"), (2, 1));
        assert_eq!(widths("🇩🇪🇫🇷"), (4, 2));
        assert_eq!(widths("❤\u{fe0f}"), (2, 1));
        assert_eq!(widths("\u{2f800}"), (2, 1));
        assert_eq!(widths("각"), (2, 1));
    }
}
