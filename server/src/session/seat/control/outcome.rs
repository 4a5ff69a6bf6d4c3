//! What comes of giving control, asking for it, or taking it.

use crate::access::Person;

/// Control that has changed hands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Handed {
    /// Who had it.
    pub from: Option<Person>,
    /// Who has it.
    pub to: Person,
}

impl Handed {
    /// Whether somebody else has it now, and not another tab of the same person.
    #[must_use]
    pub fn is_news(&self) -> bool {
        self.from.as_ref().is_none_or(|from| from.sub != self.to.sub)
    }
}

/// What came of asking for control, or of taking it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Asked {
    /// It has changed hands.
    Handed(Handed),
    /// Nothing needs to be said: they control it already, or ask already.
    Nothing,
    /// Whoever controls it is asked.
    Waits,
}

/// Why control stays where it is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ControlRefusal {
    /// Everybody who may controls it.
    Shared,
    /// There is no such viewer.
    Unknown,
    /// They may look only.
    LooksOnly(String),
    /// Somebody else controls it.
    Theirs(String),
}

impl ControlRefusal {
    /// The same for a person.
    #[must_use]
    pub fn sentence(&self) -> String {
        match self {
            Self::Shared => "Everybody here who may control it does.".to_owned(),
            Self::Unknown => "There is no such viewer any more.".to_owned(),
            Self::LooksOnly(name) => format!("{name} may only look."),
            Self::Theirs(name) => format!("{name} keeps control for now."),
        }
    }
}
