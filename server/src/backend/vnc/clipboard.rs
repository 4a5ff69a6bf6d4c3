//! The clipboard between session and VNC server: told at once in Latin-1, offered and fetched where the server can
//! do more.

use transom_protocol::rfb::{ClientMessage, Clipboard};

use crate::backend::DesktopEvent;

/// Both clipboards, as far as each side knows.
#[derive(Debug, Default)]
pub(super) struct Exchange {
    is_extended: bool,
    /// What the server may ask for.
    offered: Option<String>,
}

impl Exchange {
    /// The session's clipboard has this text.
    pub fn offer(&mut self, text: String) -> ClientMessage {
        if !self.is_extended {
            return ClientMessage::CutText(text);
        }
        self.offered = Some(text);
        ClientMessage::Clipboard(Clipboard::Notify(true))
    }

    /// The server said something about a clipboard: what it is answered, and what the session learns.
    pub fn heard(&mut self, said: Clipboard) -> (Option<ClientMessage>, Option<DesktopEvent>) {
        let answer = match said {
            Clipboard::Text(text) => return (None, Some(DesktopEvent::Clipboard(text))),
            Clipboard::TooLong(bytes) => return (None, Some(DesktopEvent::ClipboardTooLong(bytes))),
            Clipboard::Extended => {
                self.is_extended = true;
                Some(Clipboard::Extended)
            }
            Clipboard::Request => self.offered.clone().map(Clipboard::Text),
            Clipboard::Peek => Some(Clipboard::Notify(self.offered.is_some())),
            Clipboard::Notify(true) => Some(Clipboard::Request),
            Clipboard::Notify(false) => None,
        };
        (answer.map(ClientMessage::Clipboard), None)
    }
}
