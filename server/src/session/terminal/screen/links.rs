//! Hyperlinks (OSC 8) that cells refer to, bounded.

/// Links on a screen; further ones are shown as plain text.
pub(super) const LINKS: usize = 1024;
/// Bytes of an address; longer ones are shown as plain text.
pub(super) const ADDRESS_BYTES: usize = 2048;
/// While there is no room unused ones are looked for this seldom, for it takes a look at every cell.
const REFUSALS: usize = 64;
/// Bytes of an id.
const ID_BYTES: usize = 256;

/// One link.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Link {
    /// Links with the same id and address are one.
    pub(super) id: Option<Box<str>>,
    pub(super) address: Box<str>,
}

/// Links by number, from 1.
#[derive(Debug, Clone, Default)]
pub(super) struct Links {
    links: Vec<Option<Link>>,
    taken: usize,
    /// How often there was no room.
    refused: usize,
}

impl Links {
    #[cfg(test)]
    pub(super) fn len(&self) -> usize {
        self.taken
    }

    pub(super) fn get(&self, number: u16) -> Option<&Link> {
        self.links.get(usize::from(number)).and_then(Option::as_ref)
    }

    /// Whether unused ones should be dropped first.
    pub(super) fn is_full(&self) -> bool {
        self.taken >= LINKS && self.refused.is_multiple_of(REFUSALS)
    }

    /// A link's number; 0 where it is too long or there are too many.
    pub(super) fn add(&mut self, link: Link) -> u16 {
        let known = link.id.as_ref().and_then(|_| self.links.iter().position(|l| l.as_ref() == Some(&link)));
        if let Some(known) = known {
            return known as u16;
        }
        let long =
            link.address.len() > ADDRESS_BYTES || link.id.as_ref().is_some_and(|id| id.len() > ID_BYTES);
        if self.taken >= LINKS || long {
            self.refused += 1;
            return 0;
        }
        if self.links.is_empty() {
            self.links.push(None);
        }
        self.taken += 1;
        let free = self.links.iter().skip(1).position(Option::is_none).map(|at| at + 1);
        let number = free.unwrap_or(self.links.len());
        if number == self.links.len() {
            self.links.push(None);
        }
        self.links[number] = Some(link);
        number as u16
    }

    pub(super) fn none_used(&self) -> Vec<bool> {
        vec![false; self.links.len()]
    }

    pub(super) fn keep(&mut self, used: &[bool]) {
        for (number, _) in used.iter().enumerate().filter(|(_, used)| !**used) {
            if self.links[number].take().is_some() {
                self.taken -= 1;
            }
        }
        self.refused += 1;
    }
}

// Numbers depend on the history of a screen, its state does not.
impl PartialEq for Links {
    fn eq(&self, _: &Self) -> bool {
        true
    }
}

impl Eq for Links {}
