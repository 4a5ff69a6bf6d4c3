//! The clipboard between session and VNC server: told at once in Latin-1, offered and fetched where the server can
//! do more.

use transom_protocol::rfb::{ClientMessage, Clipboard};

use crate::backend::DesktopEvent;

/// What the server takes.
#[derive(Debug, Default, Clone, Copy)]
enum Reach {
    /// Latin-1.
    #[default]
    Latin,
    /// Any text, given without having been asked for; programs with LibVNCServer may know only what to do with Latin-1.
    Given,
    /// Any text that it asks for.
    Asked,
}

/// Both clipboards, as far as each side knows.
#[derive(Debug, Default)]
pub(super) struct Exchange {
    reach: Reach,
    /// What the server may ask for.
    offered: Option<String>,
}

impl Exchange {
    /// The session's clipboard has this text.
    pub fn offer(&mut self, text: String) -> ClientMessage {
        let is_latin = text.chars().all(|c| u8::try_from(c).is_ok());
        match self.reach {
            Reach::Asked => {
                self.offered = Some(text);
                ClientMessage::Clipboard(Clipboard::Notify(true))
            }
            Reach::Given if !is_latin => ClientMessage::Clipboard(Clipboard::Text(text)),
            Reach::Given | Reach::Latin => ClientMessage::CutText(text),
        }
    }

    /// The server said something about a clipboard: what it is answered, and what the session learns.
    pub fn heard(&mut self, said: Clipboard) -> (Option<ClientMessage>, Option<DesktopEvent>) {
        let answer = match said {
            Clipboard::Text(text) => return (None, Some(DesktopEvent::Clipboard(text))),
            Clipboard::TooLong(bytes) => return (None, Some(DesktopEvent::ClipboardTooLong(bytes))),
            Clipboard::Extended { asks } => {
                self.reach = if asks { Reach::Asked } else { Reach::Given };
                Some(said)
            }
            Clipboard::Request => self.offered.clone().map(Clipboard::Text),
            Clipboard::Peek => Some(Clipboard::Notify(self.offered.is_some())),
            Clipboard::Notify(true) => Some(Clipboard::Request),
            Clipboard::Notify(false) => None,
        };
        (answer.map(ClientMessage::Clipboard), None)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn offered(said: Option<Clipboard>, text: &str) -> ClientMessage {
        let mut exchange = Exchange::default();
        if let Some(said) = said {
            let (answer, _) = exchange.heard(said.clone());
            assert_eq!(answer, Some(ClientMessage::Clipboard(said)));
        }
        exchange.offer(text.to_owned())
    }

    #[test]
    fn a_text_goes_by_the_way_that_the_server_takes() {
        let [plain, any] = ["Grüße", "日本"];
        let cut = |text: &str| ClientMessage::CutText(text.to_owned());
        assert_eq!(offered(None, plain), cut(plain));
        assert_eq!(offered(None, any), cut(any));
        let notice = ClientMessage::Clipboard(Clipboard::Notify(true));
        assert_eq!(offered(Some(Clipboard::Extended { asks: true }), plain), notice);
        // As LibVNCServer's, which x11vnc has: it would not ask.
        assert_eq!(offered(Some(Clipboard::Extended { asks: false }), plain), cut(plain));
        let given = ClientMessage::Clipboard(Clipboard::Text(any.to_owned()));
        assert_eq!(offered(Some(Clipboard::Extended { asks: false }), any), given);
    }
}
