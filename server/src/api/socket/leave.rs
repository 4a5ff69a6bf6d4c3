//! How a conversation ends, and how the browser is told.

use std::time::Duration;

use axum::extract::ws::{CloseFrame, Message, WebSocket};
use futures_util::SinkExt;
use transom_protocol::problem::Problem;
use transom_protocol::wire::ServerMessage;

use crate::door::Refused;

/// How long a browser may take to be told why; one that does not read is dropped.
const SAID_WITHIN: Duration = Duration::from_secs(1);
/// Close code of a conversation that ended as it should (RFC 6455, section 7.4.1).
const NORMAL: u16 = 1000;
/// A close reason has 123 bytes at most.
const REASON_BYTES: usize = 123;

/// How a conversation ends.
#[derive(Debug)]
pub enum Leave {
    /// The browser is gone, or said that it goes.
    Silently,
    /// The program on the machine ended.
    Exited(ServerMessage),
    /// For a reason.
    Because(Refused),
}

impl From<Refused> for Leave {
    fn from(refused: Refused) -> Self {
        Self::Because(refused)
    }
}

impl From<Problem> for Leave {
    fn from(problem: Problem) -> Self {
        Self::Because(problem.into())
    }
}

/// A message that was not understood.
pub fn malformed(error: &dyn std::error::Error) -> Refused {
    Refused::because(Problem::Malformed, format!("The connection was closed: {error}."))
}

/// What a browser is told that broke the WebSocket protocol (RFC 6455) or its limits; `None` where
/// just the connection broke. axum gives the cause in words only.
pub fn broken(error: &axum::Error) -> Option<Refused> {
    use std::error::Error;
    let said = error.source().map_or_else(|| error.to_string(), ToString::to_string);
    if said.contains("too long") || said.contains("too large") {
        Some(Refused::because(Problem::TooLarge, "The connection was closed: the message is too large."))
    } else if (said.contains("protocol") && !said.contains("without closing")) || said.contains("UTF-8") {
        Some(Refused::because(Problem::Malformed, "The connection was closed: that is no WebSocket message."))
    } else {
        None
    }
}

impl Leave {
    /// Why, in one word for the audit.
    pub fn word(&self) -> &'static str {
        match self {
            Self::Silently => "left",
            Self::Exited(_) => "exited",
            Self::Because(refused) => refused.problem.name(),
        }
    }

    /// Says why and closes.
    pub async fn say(self, socket: &mut WebSocket) {
        let (exit, code, problem, detail) = match self {
            Self::Silently => return,
            Self::Exited(exit) => (Some(exit), NORMAL, "exited", "The shell has ended.".to_owned()),
            Self::Because(Refused { problem, detail, .. }) => {
                (None, problem.close_code(), problem.name(), detail)
            }
        };
        let closing = ServerMessage::Closing { code, problem: problem.to_owned(), detail };
        let saying = async {
            for message in exit.into_iter().chain([closing]) {
                socket.send(Message::Text(message.to_text().into())).await?;
            }
            let mut reason = problem.to_owned();
            reason.truncate(REASON_BYTES);
            socket.send(Message::Close(Some(CloseFrame { code, reason: reason.into() }))).await?;
            // The browser answers a close with a close; then nothing is lost on the way.
            while let Some(Ok(message)) = socket.recv().await {
                if matches!(message, Message::Close(_)) {
                    break;
                }
            }
            socket.close().await
        };
        let _ = tokio::time::timeout(SAID_WITHIN, saying).await;
    }
}
