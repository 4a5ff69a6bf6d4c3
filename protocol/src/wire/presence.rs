//! Who is here: viewers, who of them controls, who asks for it, and where they point.

use serde::{Deserialize, Serialize};
use ts_rs::TS;

use super::Role;

/// How many people's input reaches a machine at the same time.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
#[ts(export)]
pub enum ControlMode {
    /// One person's, in all of their tabs; others ask for it.
    #[default]
    One,
    /// That of everybody who may control.
    Shared,
}

/// Somebody who looks at a session.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[ts(export)]
pub struct ViewerInfo {
    /// The viewer's id; it is no secret and opens nothing.
    pub id: String,
    /// The name from the token.
    pub name: String,
    /// Which person of this session it is: viewers of one person have the same number.
    pub person: u32,
    /// What it may do now: control is one person's, unless it is shared.
    pub role: Role,
    /// Whether it could be given control.
    pub may_control: bool,
    /// Whether it came by a share link.
    pub guest: bool,
    /// Whether whoever is told this may remove it.
    pub removable: bool,
    /// When it came, RFC 3339.
    pub since: String,
}

/// Who controls a session.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, TS)]
#[ts(export)]
pub struct ControlInfo {
    /// Whether it is one person at a time.
    pub mode: ControlMode,
    /// That person, as in [`ViewerInfo::person`].
    pub person: Option<u32>,
    /// Their name: they may be away for a moment, and among no viewers.
    pub name: Option<String>,
    /// Whether whoever is told this may take it without asking.
    pub may_take: bool,
    /// The viewers that ask for it, the first one first.
    pub asking: Vec<String>,
}

/// Where a viewer of a desktop points, in pixels of the picture.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[ts(export)]
pub struct PointerInfo {
    /// The viewer.
    pub viewer: String,
    /// From the left.
    pub x: u16,
    /// From the top.
    pub y: u16,
}
