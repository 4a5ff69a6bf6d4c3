//! Cells with more than one character: their texts, each kept once, bounded.

use std::collections::HashMap;

/// Characters that one cell holds; more are dropped.
pub(super) const CLUSTER_CHARS: usize = 24;
/// Different clusters on a screen; more lose their combining characters.
pub(super) const CLUSTERS: usize = 16 * 1024;
/// Clusters from which on unused ones are looked for.
const FEW: usize = 256;
/// While there is no room unused ones are looked for this seldom, for it takes a look at every cell.
const REFUSALS: usize = 4096;

/// Texts by number.
#[derive(Debug, Clone, Default)]
pub(super) struct Clusters {
    texts: Vec<Option<Box<[u32]>>>,
    numbers: HashMap<Box<[u32]>, usize>,
    free: Vec<usize>,
    /// As many may come in before unused ones are dropped.
    room: usize,
    /// How often there was no room.
    refused: usize,
}

impl Clusters {
    /// Whether unused ones should be dropped first.
    pub(super) fn is_full(&self) -> bool {
        let len = self.numbers.len();
        len >= self.room.max(FEW) || (len >= CLUSTERS && self.refused.is_multiple_of(REFUSALS))
    }

    #[cfg(test)]
    pub(super) fn len(&self) -> usize {
        self.texts.len().max(self.numbers.len())
    }

    pub(super) fn get(&self, number: usize) -> &[u32] {
        self.texts.get(number).and_then(|t| t.as_deref()).unwrap_or(&[])
    }

    /// The number of a text; `None` while there are too many, or it is too long.
    pub(super) fn number(&mut self, text: &[u32]) -> Option<usize> {
        if let Some(number) = self.numbers.get(text) {
            return Some(*number);
        }
        if text.len() > CLUSTER_CHARS {
            return None;
        }
        if self.numbers.len() >= CLUSTERS {
            self.refused += 1;
            return None;
        }
        let number = self.free.pop().unwrap_or(self.texts.len());
        if number == self.texts.len() {
            self.texts.push(None);
        }
        self.texts[number] = Some(text.into());
        self.numbers.insert(text.into(), number);
        Some(number)
    }

    pub(super) fn none_used(&self) -> Vec<bool> {
        vec![false; self.texts.len()]
    }

    pub(super) fn keep(&mut self, used: &[bool]) {
        for (number, _) in used.iter().enumerate().filter(|(_, used)| !**used) {
            if let Some(text) = self.texts[number].take() {
                self.numbers.remove(&text);
                self.free.push(number);
            }
        }
        self.room = self.numbers.len() * 2;
        self.refused += 1;
    }
}

// Numbers depend on the history of a screen, its state does not.
impl PartialEq for Clusters {
    fn eq(&self, _: &Self) -> bool {
        true
    }
}

impl Eq for Clusters {}
