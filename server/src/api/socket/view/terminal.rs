//! A terminal, as a browser sees it.

use axum::extract::ws::Message;
use bytes::Bytes;
use transom_protocol::wire::{ClientFrame, ServerFrame, ServerMessage, Welcome};

use super::{Seen, presence, text};
use crate::api::socket::leave::{Leave, malformed};
use crate::api::socket::receipt::Receipt;
use crate::session::terminal::scrollback::Step;
use crate::session::terminal::viewer::{Update, Viewer};

/// A viewer of a terminal, and what it is still to be told of its input.
pub(in crate::api::socket) struct TerminalView {
    pub(super) viewer: Viewer,
    receipt: Receipt,
}

impl TerminalView {
    pub(in crate::api::socket) fn new(viewer: Viewer) -> Self {
        Self { receipt: Receipt::new(viewer.input_offset()), viewer }
    }

    pub(super) fn welcome(&self, welcome: Welcome) -> Welcome {
        Welcome {
            size: self.viewer.size(),
            output: self.viewer.output_offset(),
            history: self.viewer.history(),
            input: self.viewer.input_offset(),
            resumed: self.viewer.resumed(),
            ..welcome
        }
    }

    pub(super) async fn next(&mut self, through: bool) -> Seen {
        let Self { viewer, receipt } = self;
        loop {
            let update = tokio::select! {
                update = async { if through { viewer.next().await } else { viewer.forward().await } } => update,
                () = receipt.due() => return Seen::Messages(receipt.take().map(input_ack).into_iter().collect()),
            };
            let message = match update {
                Update::InputApplied(offset) => match receipt.applied(offset) {
                    Some(offset) => return Seen::Messages(vec![input_ack(offset)]),
                    None => continue,
                },
                Update::Surface(Step::Output { offset, bytes }) => {
                    binary(&ServerFrame::Output { offset, bytes })
                }
                Update::Surface(Step::Reset { offset, skipped, size, screen }) => {
                    binary(&ServerFrame::Reset { offset, skipped, size, screen })
                }
                Update::Screen(bytes) => binary(&ServerFrame::Screen { bytes }),
                Update::Surface(Step::Size(size)) => text(&ServerMessage::Size(size)),
                Update::Surface(Step::UpToDate | Step::Lost) => continue,
                Update::Presence(news) => presence(news),
                Update::ControlRefused(sentence) => text(&ServerMessage::ControlRefused { sentence }),
                Update::TakenOver => return Seen::TakenOver,
                Update::Ended(ending) => return Seen::Ended(ending),
            };
            return Seen::Messages(
                [Some(message), receipt.take().map(input_ack)].into_iter().flatten().collect(),
            );
        }
    }

    pub(super) fn heard(&mut self, message: Bytes) -> Result<(), Leave> {
        match ClientFrame::parse(message).map_err(|e| malformed(&e))? {
            ClientFrame::Input { offset, bytes } => Ok(self.viewer.input(offset, bytes)?),
            ClientFrame::OutputAck { offset } => Ok(self.viewer.ack(offset)?),
        }
    }
}

fn binary(frame: &ServerFrame) -> Message {
    Message::Binary(frame.encode())
}

fn input_ack(offset: u64) -> Message {
    binary(&ServerFrame::InputAck { offset })
}
