//! What a viewer sees and does, whichever surface the session has.

mod desktop;
mod terminal;

use axum::extract::ws::Message;
use bytes::Bytes;
use transom_protocol::problem::Problem;
use transom_protocol::wire::{Family, Role, ServerMessage, Size, Welcome};

use super::leave::Leave;
use crate::access::{Capabilities, Capability};
use crate::session::seat::{Parting, Standing};
use crate::session::{Ending, Presence};
pub(super) use desktop::DesktopView;
pub(super) use terminal::TerminalView;

/// What comes next for a browser.
pub(super) enum Seen {
    /// These messages.
    Messages(Vec<Message>),
    /// The session is over.
    Ended(Ending),
    /// The same viewer came in again elsewhere.
    TakenOver,
}

/// A viewer and its surface.
pub(super) enum View {
    /// Of a terminal.
    Terminal(TerminalView),
    /// Of a desktop.
    Desktop(DesktopView),
}

macro_rules! each {
    ($view:expr, $it:ident => $call:expr) => {
        match $view {
            View::Terminal($it) => $call,
            View::Desktop($it) => $call,
        }
    };
}

impl View {
    /// The viewer's id.
    pub(super) fn id(&self) -> &str {
        each!(self, it => it.viewer.id())
    }

    /// Which of its seat's connections it is.
    pub(super) fn generation(&self) -> u64 {
        each!(self, it => it.viewer.generation())
    }

    /// What it may do now.
    pub(super) fn role(&self) -> Role {
        each!(self, it => it.viewer.role())
    }

    /// The grant changed while connected.
    pub(super) fn set_standing(&mut self, standing: Standing) {
        each!(self, it => it.viewer.set_standing(standing));
    }

    /// The grant changed: what else it allows.
    pub(super) fn set_capabilities(&mut self, capabilities: Capabilities) {
        if let Self::Desktop(desktop) = self {
            desktop.set_capabilities(capabilities);
        }
    }

    /// Says how the viewer goes.
    pub(super) fn part(&mut self, parting: Parting) {
        each!(self, it => it.viewer.part(parting));
    }

    /// What it is told first; the conversation fills in what is its own.
    pub(super) fn welcome(&self, welcome: Welcome) -> Welcome {
        each!(self, it => it.welcome(welcome))
    }

    /// What comes next. Where `through` is not set the browser has not taken what came before: only what may
    /// overtake that comes. Dropping the future loses nothing.
    pub(super) async fn next(&mut self, through: bool) -> Seen {
        each!(self, it => it.next(through).await)
    }

    /// A binary message from the browser.
    pub(super) fn heard(&mut self, message: Bytes) -> Result<(), Leave> {
        each!(self, it => it.heard(message))
    }

    /// Whether somebody did something with it: that ends idleness.
    pub(super) fn is_input(message: &[u8]) -> bool {
        use transom_protocol::wire::{desktop, kind};
        const ACTS: [u8; 5] = [
            kind::INPUT,
            desktop::kind::KEY,
            desktop::kind::POINTER,
            desktop::kind::WHEEL,
            desktop::kind::CLIPBOARD,
        ];
        message.first().is_some_and(|kind| ACTS.contains(kind))
    }

    /// The others of a desktop are shown where it points.
    pub(super) fn points(&self, x: u16, y: u16) -> Result<(), Problem> {
        match self {
            Self::Terminal(_) => Err(Problem::Malformed),
            Self::Desktop(desktop) => {
                desktop.viewer.points(x, y);
                Ok(())
            }
        }
    }

    /// The browser's size has changed.
    pub(super) fn resized(&mut self, size: Size) -> Result<(), Problem> {
        match self {
            Self::Terminal(terminal) => {
                terminal.viewer.resize(size);
                Ok(())
            }
            Self::Desktop(_) => Err(Problem::Malformed),
        }
    }
}

/// Who is here, as a browser is told.
fn presence(Presence { viewers, driver, control }: Presence) -> Message {
    text(&ServerMessage::Presence { viewers, driver, control })
}

/// The role that `capabilities` give on a surface of this family; `None` where they give none.
pub(in crate::api) fn role_of(family: Family, capabilities: &Capabilities) -> Option<Role> {
    let (control, view) = capabilities_of(family);
    if capabilities.contains(control) {
        Some(Role::Controller)
    } else {
        capabilities.contains(view).then_some(Role::Viewer)
    }
}

/// What it takes to control a surface of this family, and to look at it.
pub(in crate::api) fn capabilities_of(family: Family) -> (Capability, Capability) {
    match family {
        Family::Terminal => (Capability::TerminalControl, Capability::TerminalView),
        Family::Desktop => (Capability::DesktopControl, Capability::DesktopView),
    }
}

/// A control message as it goes out.
pub(super) fn text(message: &ServerMessage) -> Message {
    Message::Text(message.to_text().into())
}
