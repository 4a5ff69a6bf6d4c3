//! Colours that the program changed: the palette (OSC 4), text, background and cursor (OSC 10 to 12).

use std::collections::BTreeMap;

pub(super) type Rgb = [u8; 3];

#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Colors {
    pub(super) palette: BTreeMap<u8, Rgb>,
    /// Text, background, cursor.
    pub(super) special: [Option<Rgb>; 3],
}

impl Colors {
    /// OSC 4.
    pub(super) fn set_palette(&mut self, data: &str) {
        let mut slots = data.split(';');
        while let (Some(index), Some(color)) = (slots.next(), slots.next()) {
            if let (Some(index), Some(color)) = (index_of(index), parse(color)) {
                self.palette.insert(index, color);
            }
        }
    }

    /// OSC 104.
    pub(super) fn reset_palette(&mut self, data: &str) {
        if data.is_empty() {
            self.palette.clear();
        }
        for index in data.split(';').filter_map(index_of) {
            self.palette.remove(&index);
        }
    }

    /// OSC 10, 11, 12: `first` is 0, 1, 2, and further colours are for the next ones.
    pub(super) fn set_special(&mut self, first: usize, data: &str) {
        for (slot, color) in self.special.iter_mut().skip(first).zip(data.split(';')) {
            if let Some(color) = parse(color) {
                *slot = Some(color);
            }
        }
    }
}

fn index_of(text: &str) -> Option<u8> {
    if text.is_empty() || !text.bytes().all(|b| b.is_ascii_digit()) {
        return None;
    }
    text.trim_start_matches('0').parse().ok().or_else(|| text.bytes().all(|b| b == b'0').then_some(0))
}

/// `rgb:r/g/b` with one to four digits each, or `#` and three, six, nine or twelve digits.
fn parse(text: &str) -> Option<Rgb> {
    let hex = |part: &str| {
        let digits = part.bytes().all(|b| b.is_ascii_hexdigit());
        if digits { u32::from_str_radix(part, 16).ok() } else { None }
    };
    let lower = text.to_ascii_lowercase();
    if let Some(parts) = lower.strip_prefix("rgb:") {
        let parts: Vec<&str> = parts.split('/').collect();
        let [r, g, b] = parts[..] else { return None };
        if !(1..=4).contains(&r.len()) || g.len() != r.len() || b.len() != r.len() {
            return None;
        }
        let most = (1u32 << (4 * r.len())) - 1;
        let scaled = |part| hex(part).map(|value| ((value * 255 * 2 + most) / (most * 2)) as u8);
        return Some([scaled(r)?, scaled(g)?, scaled(b)?]);
    }
    let digits = lower.strip_prefix('#')?;
    if ![3, 6, 9, 12].contains(&digits.len()) || !digits.is_ascii() {
        return None;
    }
    let each = digits.len() / 3;
    let part = |n: usize| {
        let value = hex(&digits[n * each..(n + 1) * each])?;
        Some(if each == 1 { value << 4 } else { value >> (4 * (each - 2)) } as u8)
    };
    Some([part(0)?, part(1)?, part(2)?])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn colours_are_read_as_xterm_reads_them() {
        assert_eq!(parse("rgb:f/0/8"), Some([255, 0, 136]));
        assert_eq!(parse("rgb:ff/80/00"), Some([255, 128, 0]));
        assert_eq!(parse("rgb:ffff/8000/0000"), Some([255, 128, 0]));
        assert_eq!(parse("#abc"), Some([0xa0, 0xb0, 0xc0]));
        assert_eq!(parse("#A1B2C3"), Some([0xa1, 0xb2, 0xc3]));
        assert_eq!(parse("#aaa1bbb2ccc3"), Some([0xaa, 0xbb, 0xcc]));
        for bad in ["", "?", "red", "rgb:ff/f/ff", "rgb:/ff/ff", "#abcd", "#ggg", "#äöü"] {
            assert_eq!(parse(bad), None, "{bad}");
        }
    }
}
