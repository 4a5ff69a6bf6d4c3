//! Moves bytes between an SSH channel and the session's link, and never stops draining the channel.

use std::collections::VecDeque;
use std::future::Future;
use std::pin::Pin;

use bytes::Bytes;
use russh::client::Msg;
use russh::{Channel, ChannelMsg, ChannelReadHalf, ChannelWriteHalf};
use tokio::sync::mpsc;

use super::shell::{SILENCE, Start, Typed};
use super::valve::Valve;
use crate::backend::{BackendError, Exit, Link, Terminal, TerminalEvent, TerminalInput};

/// Held-back output at which the valve closes, in bytes.
const CLOSE_AT_BYTES: usize = 64 * 1024;

/// Runs until the program ends or the session is closed.
pub(super) async fn pump(
    channel: Channel<Msg>,
    valve: Valve,
    link: &mut Link<Terminal>,
    start: &mut Start,
) -> Result<Exit, BackendError> {
    let Link { input, output } = link;
    let (mut reader, writer) = channel.split();
    let mut typed = std::mem::take(&mut start.typed);
    let result = {
        let typing = type_into(writer, input, &mut typed);
        tokio::pin!(typing);
        draw(&mut reader, &valve, output, start, typing).await
    };
    start.typed = typed;
    result
}

/// Takes what comes, while `typing` goes on.
async fn draw(
    reader: &mut ChannelReadHalf,
    valve: &Valve,
    output: &mpsc::Sender<TerminalEvent>,
    start: &mut Start,
    mut typing: Pin<&mut impl Future<Output = Typing>>,
) -> Result<Exit, BackendError> {
    let mut typing_done = false;
    // Output that the session has not yet taken. Bounded by what the machine may send before the
    // closed valve stops it: the channel's window and one read of the socket.
    let mut held = Held::default();
    let mut exit = None;
    let mut channel_open = true;
    let timer = tokio::time::sleep(SILENCE);
    tokio::pin!(timer);
    loop {
        if !channel_open && held.events.is_empty() {
            return exit.ok_or_else(|| BackendError::Gone("the machine closed the connection".into()));
        }
        tokio::select! {
            message = reader.wait(), if channel_open => match message {
                Some(ChannelMsg::Data { data } | ChannelMsg::ExtendedData { data, .. }) => {
                    held.push(start.output(data));
                    if held.bytes >= CLOSE_AT_BYTES {
                        valve.close();
                    }
                }
                Some(ChannelMsg::ExitStatus { exit_status }) => exit = Some(Exit::Status(exit_status)),
                Some(ChannelMsg::ExitSignal { signal_name, .. }) => {
                    exit = Some(Exit::Signal(signal_in_words(&signal_name)));
                }
                Some(ChannelMsg::Close) => {
                    channel_open = false;
                    held.push(start.rest());
                    exit.get_or_insert(Exit::Unknown);
                }
                None => {
                    channel_open = false;
                    held.push(start.rest());
                }
                Some(_) => {}
            },
            slot = output.reserve(), if !held.events.is_empty() => match slot {
                Ok(slot) => {
                    held.pop_into(slot);
                    if held.bytes < CLOSE_AT_BYTES {
                        valve.open();
                    }
                }
                Err(_) => return Ok(Exit::Unknown),
            },
            () = &mut timer, if start.ages() => {
                let (more, words) = start.grow_old();
                let next = timer.deadline() + more;
                timer.as_mut().reset(next);
                held.push(words);
            }
            result = &mut typing, if !typing_done => {
                typing_done = true;
                match result {
                    // The session has closed its side: nobody wants this terminal any more.
                    Typing::Closed => return Ok(Exit::Unknown),
                    // The channel takes no more input; it will say why.
                    Typing::Refused => {}
                }
            }
        }
    }
}

/// Output in order, in pieces as they came.
#[derive(Default)]
struct Held {
    events: VecDeque<TerminalEvent>,
    bytes: usize,
}

impl Held {
    fn push(&mut self, data: Bytes) {
        if data.is_empty() {
            return;
        }
        self.bytes += data.len();
        self.events.push_back(TerminalEvent::Output(data));
    }

    fn pop_into(&mut self, slot: mpsc::Permit<'_, TerminalEvent>) {
        if let Some(event) = self.events.pop_front() {
            if let TerminalEvent::Output(data) = &event {
                self.bytes -= data.len();
            }
            slot.send(event);
        }
    }
}

enum Typing {
    Closed,
    Refused,
}

/// Hands input on as fast as the machine takes it. A program that reads nothing stops only this.
async fn type_into(
    writer: ChannelWriteHalf<Msg>,
    input: &mut mpsc::Receiver<TerminalInput>,
    typed: &mut Typed,
) -> Typing {
    if let Some(again) = typed.again.take()
        && writer.data_bytes(again).await.is_err()
    {
        return Typing::Refused;
    }
    while let Some(message) = input.recv().await {
        let sent = match message {
            TerminalInput::Bytes(bytes) => {
                typed.note(&bytes);
                writer.data_bytes(bytes).await
            }
            TerminalInput::Resize(size) => {
                typed.size = size;
                writer.window_change(size.cols.into(), size.rows.into(), 0, 0).await
            }
        };
        if sent.is_err() {
            return Typing::Refused;
        }
    }
    Typing::Closed
}

fn signal_in_words(signal: &russh::Sig) -> String {
    match signal {
        russh::Sig::Custom(name) => name.chars().filter(char::is_ascii_alphanumeric).take(16).collect(),
        known => format!("{known:?}"),
    }
}
