//! Moves bytes between an SSH channel and the session's link, and never stops draining the channel.

use std::collections::VecDeque;
use std::future::Future;
use std::pin::Pin;

use bytes::Bytes;
use futures_util::{FutureExt, Stream, StreamExt, stream};
use russh::client::Msg;
use russh::{Channel, ChannelMsg, ChannelReadHalf, ChannelWriteHalf};
use tokio::sync::{mpsc, watch};

use super::connect::Connection;
use super::shell::{SILENCE, Start, Typed};
use super::valve::Valve;
use crate::backend::{BackendError, Exit, Link, Terminal, TerminalEvent, TerminalInput};

/// Held-back output at which the valve closes, in bytes.
const CLOSE_AT_BYTES: usize = 64 * 1024;

/// Runs until the program ends or the session is closed.
pub(super) async fn pump(
    channel: Channel<Msg>,
    connection: &Connection,
    link: &mut Link<Terminal>,
    start: &mut Start,
) -> Result<Exit, BackendError> {
    let Link { input, output } = link;
    let (mut reader, writer) = channel.split();
    let mut typed = std::mem::take(&mut start.typed);
    let result = {
        let (asked, probes) = watch::channel(0);
        let typing = type_into(writer, input, &asked, &mut typed);
        tokio::pin!(typing);
        let drawing =
            Drawing { start, valve: connection.valve(), held: Held::default(), exit: None, open: true };
        drawing.draw(&mut reader, output, probe(connection, probes), typing).await
    };
    start.typed = typed;
    result
}

/// The numbers of probes as the machine answers them.
fn probe(connection: &Connection, asked: watch::Receiver<u64>) -> impl Stream<Item = u64> {
    stream::unfold(asked, async |mut asked| {
        asked.changed().await.ok()?;
        let number = *asked.borrow_and_update();
        connection.probe().await;
        Some((number, asked))
    })
}

/// A terminal's output on its way.
struct Drawing<'a> {
    start: &'a mut Start,
    valve: Valve,
    /// What the session has not yet taken. Bounded by what the machine may send before the closed valve
    /// stops it: the channel's window and one read of the socket.
    held: Held,
    exit: Option<Exit>,
    open: bool,
}

impl Drawing<'_> {
    /// Takes what comes, while `typing` goes on.
    async fn draw(
        mut self,
        reader: &mut ChannelReadHalf,
        output: &mpsc::Sender<TerminalEvent>,
        probes: impl Stream<Item = u64>,
        mut typing: Pin<&mut impl Future<Output = Typing>>,
    ) -> Result<Exit, BackendError> {
        let mut typing_done = false;
        let timer = tokio::time::sleep(SILENCE);
        tokio::pin!(timer, probes);
        loop {
            if !self.open && self.held.events.is_empty() {
                return self
                    .exit
                    .ok_or_else(|| BackendError::Gone("the machine closed the connection".into()));
            }
            tokio::select! {
                message = reader.wait(), if self.open => self.hear(message),
                slot = output.reserve(), if !self.held.events.is_empty() => match slot {
                    Ok(slot) => {
                        self.held.pop_into(slot);
                        if self.held.bytes < CLOSE_AT_BYTES {
                            self.valve.open();
                        }
                    }
                    Err(_) => return Ok(Exit::Unknown),
                },
                Some(number) = probes.next() => {
                    while self.open && let Some(message) = reader.wait().now_or_never() {
                        self.hear(message);
                    }
                    self.held.events.push_back(TerminalEvent::Probed(number));
                }
                () = &mut timer, if self.start.ages() => {
                    let (more, words) = self.start.grow_old();
                    let next = timer.deadline() + more;
                    timer.as_mut().reset(next);
                    self.held.push(words);
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

    fn hear(&mut self, message: Option<ChannelMsg>) {
        match message {
            Some(ChannelMsg::Data { data } | ChannelMsg::ExtendedData { data, .. }) => {
                self.held.push(self.start.output(data));
                if self.held.bytes >= CLOSE_AT_BYTES {
                    self.valve.close();
                }
            }
            Some(ChannelMsg::ExitStatus { exit_status }) => self.exit = Some(Exit::Status(exit_status)),
            Some(ChannelMsg::ExitSignal { signal_name, .. }) => {
                self.exit = Some(Exit::Signal(signal_in_words(&signal_name)));
            }
            Some(ChannelMsg::Close) => {
                self.open = false;
                self.held.push(self.start.rest());
                self.exit.get_or_insert(Exit::Unknown);
            }
            None => {
                self.open = false;
                self.held.push(self.start.rest());
            }
            Some(_) => {}
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
    probes: &watch::Sender<u64>,
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
            TerminalInput::Probe(number) => {
                probes.send_replace(number);
                Ok(())
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
