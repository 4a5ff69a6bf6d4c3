//! The secret values of a build, ready to be found.

use std::collections::BTreeSet;

use aho_corasick::{AhoCorasick, AhoCorasickKind, MatchKind};

use super::forms::{SHORTEST, forms};

/// Most values of a build.
pub const VALUES: usize = 256;
/// Longest value, in bytes.
pub const VALUE_BYTES: usize = 8 * 1024;
/// All values of a build together, in bytes.
pub const ALL_BYTES: usize = 64 * 1024;

/// Why values cannot be masked. Says nothing about them.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum MaskError {
    /// More values than allowed.
    #[error("there are more than {VALUES} values")]
    Many,
    /// A value is too long.
    #[error("a value is longer than {VALUE_BYTES} bytes")]
    Long,
    /// All of them are too long.
    #[error("the values have more than {ALL_BYTES} bytes together")]
    Much,
    /// A value has control characters that no text has.
    #[error("a value has control characters other than tabs and line ends")]
    Control,
    /// They cannot be searched for.
    #[error("the values cannot be searched for")]
    Unsearchable,
}

/// What is looked for, and what stands in its place.
pub struct Masks {
    pub(super) find: AhoCorasick,
    /// In order, to look prefixes up.
    patterns: Vec<Vec<u8>>,
    /// Whether a pattern begins with this byte.
    first: [bool; 256],
    longest: usize,
    stand_in: Vec<u8>,
}

impl Masks {
    /// Masks for `values`; `None` where nothing is to be masked. Values of less than six bytes are
    /// left out: see [`Masks::too_short`].
    ///
    /// # Errors
    /// [`MaskError`] for more than can be searched for.
    pub fn new(values: &[String]) -> Result<Option<Self>, MaskError> {
        if values.len() > VALUES {
            return Err(MaskError::Many);
        }
        if values.iter().any(|v| v.len() > VALUE_BYTES) {
            return Err(MaskError::Long);
        }
        if values.iter().map(String::len).sum::<usize>() > ALL_BYTES {
            return Err(MaskError::Much);
        }
        let odd = |c: char| c.is_ascii_control() && !matches!(c, '\t' | '\n' | '\r');
        if values.iter().any(|v| v.contains(odd)) {
            return Err(MaskError::Control);
        }
        let patterns: BTreeSet<Vec<u8>> =
            values.iter().filter(|v| !Self::too_short(v)).flat_map(|v| forms(v)).collect();
        if patterns.is_empty() {
            return Ok(None);
        }
        let patterns: Vec<Vec<u8>> = patterns.into_iter().collect();
        let find = AhoCorasick::builder()
            .match_kind(MatchKind::Standard)
            .kind(Some(AhoCorasickKind::ContiguousNFA))
            .build(&patterns)
            .map_err(|_| MaskError::Unsearchable)?;
        let mut first = [false; 256];
        for byte in patterns.iter().filter_map(|p| p.first()) {
            first[usize::from(*byte)] = true;
        }
        let longest = patterns.iter().map(Vec::len).max().unwrap_or(0);
        let stand_in = stand_in(&patterns);
        Ok(Some(Self { find, patterns, first, longest, stand_in }))
    }

    /// Whether a value is too short to be masked.
    #[must_use]
    pub fn too_short(value: &str) -> bool {
        value.len() < SHORTEST
    }

    /// What stands in the place of a value.
    #[must_use]
    pub fn stand_in(&self) -> &[u8] {
        &self.stand_in
    }

    /// Where the longest end of `text` begins that may be the beginning of a value.
    pub(super) fn begun(&self, text: &[u8]) -> usize {
        let from = text.len().saturating_sub(self.longest.saturating_sub(1));
        let may_begin = |at: &usize| {
            let end = &text[*at..];
            let known = end.first().is_some_and(|b| self.first[usize::from(*b)]);
            known && {
                let behind = self.patterns.partition_point(|p| p.as_slice() <= end);
                self.patterns.get(behind).is_some_and(|p| p.starts_with(end))
            }
        };
        (from..text.len()).find(may_begin).unwrap_or(text.len())
    }
}

impl std::fmt::Debug for Masks {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Masks({} patterns)", self.patterns.len())
    }
}

/// Three times a character that no pattern has: so no pattern arises where it is put. The last one is a
/// control character, which values never have.
fn stand_in(patterns: &[Vec<u8>]) -> Vec<u8> {
    let free = |byte: &u8| patterns.iter().all(|p| !p.contains(byte));
    let byte = b"*#?.".iter().copied().chain(b'!'..=b'~').find(free).unwrap_or(0x1a);
    vec![byte; 3]
}

#[cfg(test)]
mod tests {
    use super::*;

    fn masks(values: &[&str]) -> Masks {
        Masks::new(&values.iter().map(|v| (*v).to_owned()).collect::<Vec<_>>()).unwrap().unwrap()
    }

    #[test]
    fn the_stand_in_has_nothing_of_a_value() {
        assert_eq!(masks(&["hunter2"]).stand_in(), b"***");
        assert_eq!(masks(&["hunter*"]).stand_in(), b"###");
    }

    #[test]
    fn what_may_be_a_beginning_is_found() {
        let masks = masks(&["secret-one", "cretaceous"]);
        assert_eq!(masks.begun(b"xx secret-o"), 3);
        assert_eq!(masks.begun(b"xx secre"), 3);
        assert_eq!(masks.begun(b"xx cret"), 3);
        assert_eq!(masks.begun(b"xx secret-one"), 13, "a whole one is found otherwise");
        assert_eq!(masks.begun(b"nothing at all."), 15);
        assert_eq!(masks.begun(b""), 0);
    }

    #[test]
    fn too_much_is_refused_and_short_ones_are_left() {
        let error = |values: Vec<String>| Masks::new(&values).unwrap_err();
        assert_eq!(error(vec!["x".repeat(9000)]), MaskError::Long);
        assert_eq!(error(vec!["value".into(); 257]), MaskError::Many);
        assert_eq!(error(vec!["x".repeat(8000); 9]), MaskError::Much);
        assert_eq!(error(vec!["with\u{1b}escape".into()]), MaskError::Control);
        assert!(Masks::new(&["true".into(), "".into()]).unwrap().is_none());
    }

    #[test]
    fn as_many_values_as_allowed_can_be_searched_for() {
        let values: Vec<String> = (0..256).map(|i| format!("{i:0>240}")).collect();
        let masks = Masks::new(&values).unwrap().unwrap();
        assert!(masks.find.is_match(values[255].as_bytes()));
        assert!(masks.find.memory_usage() < 64 << 20, "{}", masks.find.memory_usage());
    }
}
