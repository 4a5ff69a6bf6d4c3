//! A desktop, as a browser sees it.

use axum::extract::ws::Message;
use bytes::Bytes;
use transom_protocol::limits;
use transom_protocol::wire::desktop::{DesktopClientFrame, DesktopServerFrame};
use transom_protocol::wire::{DesktopState, ServerMessage, Welcome};

use super::{Seen, presence, text};
use crate::access::{Capabilities, Capability};
use crate::api::socket::leave::{Leave, malformed};
use crate::session::desktop::{DesktopUpdate, DesktopViewer, Told};

/// A viewer of a desktop, and what it was told.
pub(in crate::api::socket) struct DesktopView {
    pub(super) viewer: DesktopViewer,
    capabilities: Capabilities,
    told: Told,
}

impl DesktopView {
    pub(in crate::api::socket) fn new(viewer: DesktopViewer, capabilities: Capabilities) -> Self {
        // A text that was copied before this viewer came is none of its own.
        let told = Told { clipboards: viewer.clipboards(), ..Told::default() };
        Self { viewer, capabilities, told }
    }

    pub(super) fn set_capabilities(&mut self, capabilities: Capabilities) {
        self.capabilities = capabilities;
    }

    pub(super) fn welcome(&self, welcome: Welcome) -> Welcome {
        welcome
    }

    pub(super) async fn next(&mut self, through: bool) -> Seen {
        if !through {
            // A picture that waits is put together with those behind it.
            return std::future::pending().await;
        }
        loop {
            let messages = match self.viewer.next().await {
                DesktopUpdate::Picture(shown) => {
                    shown.messages.iter().cloned().map(Message::Binary).collect()
                }
                DesktopUpdate::Told(told) => self.news(told),
                DesktopUpdate::Presence(news) => vec![presence(news)],
                DesktopUpdate::ControlRefused(sentence) => {
                    vec![text(&ServerMessage::ControlRefused { sentence })]
                }
                DesktopUpdate::Pointers(pointers) => vec![text(&ServerMessage::Pointers { pointers })],
                DesktopUpdate::TakenOver => return Seen::TakenOver,
                DesktopUpdate::Ended(ending) => return Seen::Ended(ending),
            };
            if !messages.is_empty() {
                return Seen::Messages(messages);
            }
        }
    }

    /// What is new in what the machine says.
    fn news(&mut self, told: Told) -> Vec<Message> {
        let mut messages = Vec::new();
        let state = |told: &Told| DesktopState {
            name: told.name.clone(),
            resizable: told.resizable,
            leds: told.leds,
        };
        if state(&told) != state(&self.told) {
            messages.push(text(&ServerMessage::Desktop(state(&told))));
        }
        if told.bells != self.told.bells {
            messages.push(text(&ServerMessage::Bell));
        }
        if told.clipboards != self.told.clipboards
            && self.capabilities.contains(Capability::ClipboardRead)
            && let Some(clipboard) = &told.clipboard
        {
            messages.extend(pieces(clipboard));
        }
        self.told = told;
        messages
    }

    pub(super) fn heard(&mut self, message: Bytes) -> Result<(), Leave> {
        let frame = DesktopClientFrame::parse(message).map_err(|e| malformed(&e))?;
        let may_paste = self.capabilities.contains(Capability::ClipboardWrite);
        Ok(self.viewer.heard(frame, may_paste)?)
    }
}

fn pieces(clipboard: &str) -> Vec<Message> {
    let mut rest = Bytes::copy_from_slice(clipboard.as_bytes());
    let mut messages = Vec::new();
    while messages.is_empty() || !rest.is_empty() {
        let bytes = rest.split_to(rest.len().min(limits::DESKTOP_PIECE_BYTES));
        let is_last = rest.is_empty();
        messages.push(Message::Binary(DesktopServerFrame::Clipboard { is_last, bytes }.encode()));
    }
    messages
}
