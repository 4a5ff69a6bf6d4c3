//! One terminal's shell to its end, and a plainer one where the account's own files end it at once.

use bytes::{Bytes, BytesMut};
use russh::Channel;
use russh::client::Msg;
use tokio::time::Duration;
use transom_protocol::wire::Size;

use super::connect::Connection;
use super::launch::{Manner, Mark, Marks};
use super::pump;
use crate::access::build::Platform;
use crate::backend::{BackendError, Exit, Link, Target, Terminal, TerminalEvent};

/// A shell that has shown no prompt and ends within this time was ended by its start-up files. Later
/// only if nobody has typed anything: a command that sshd forces shows no prompt of ours either.
const AT_ONCE: Duration = Duration::from_secs(10);
/// How long a shell may show nothing until people are told what to do.
pub(super) const SILENCE: Duration = Duration::from_secs(5);
/// Typed-ahead input that is kept for the shell that takes another's place, in bytes.
const AHEAD_BYTES: usize = 1024;
const INTERRUPT: u8 = 0x03;

/// How a shell's start goes, as far as the pump sees it.
pub(super) struct Start {
    manner: Manner,
    marks: Marks,
    /// Whether anything was shown beyond marks.
    shown: bool,
    age: Age,
    /// What was typed into it.
    pub(super) typed: Typed,
}

/// How long ago a shell was started.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Age {
    New,
    /// More than [`SILENCE`].
    Slow,
    /// More than [`AT_ONCE`].
    Old,
}

/// What came from the viewers while a shell started.
#[derive(Default)]
pub(super) struct Typed {
    /// The terminal's size now.
    pub(super) size: Size,
    /// What the next shell is given before anything else.
    pub(super) again: Option<Bytes>,
    /// Whether anybody has typed.
    any: bool,
    /// The first that was typed; what a shell without a prompt has not read.
    ahead: BytesMut,
}

impl Typed {
    /// Remembers input on its way to the machine.
    pub(super) fn note(&mut self, bytes: &[u8]) {
        self.any = true;
        let room = AHEAD_BYTES.saturating_sub(self.ahead.len());
        self.ahead.extend_from_slice(bytes.get(..room.min(bytes.len())).unwrap_or_default());
    }

    /// For the next shell. It gets what was typed ahead after the last Ctrl-C, if only rc files have run so far.
    fn handed_on(self, again: bool) -> Self {
        let from = self.ahead.iter().rposition(|b| *b == INTERRUPT).map_or(0, |at| at + 1);
        let ahead = self.ahead.freeze().slice(from..);
        let again = (again && !ahead.is_empty()).then_some(ahead);
        Self { size: self.size, again, any: self.any, ahead: BytesMut::new() }
    }
}

impl Start {
    fn new(manner: Manner, typed: Typed) -> Self {
        Self { manner, marks: Marks::new(), shown: false, age: Age::New, typed }
    }

    /// Output as it is to be shown.
    pub(super) fn output(&mut self, data: Bytes) -> Bytes {
        if self.manner == Manner::Login {
            return data;
        }
        let data = self.marks.strip(data);
        self.shown |= !data.is_empty();
        data
    }

    /// What was held back of the output, at its end.
    pub(super) fn rest(&mut self) -> Bytes {
        self.marks.rest()
    }

    /// Whether time matters still.
    pub(super) fn ages(&self) -> bool {
        self.age < Age::Old && self.marks.reached() < Mark::Ready
    }

    /// Time has passed: first [`SILENCE`], then what this returned. What people are told then.
    pub(super) fn grow_old(&mut self) -> (Duration, Bytes) {
        let silent = self.age == Age::New && !self.shown && self.manner != Manner::Login;
        self.age = if self.age == Age::New { Age::Slow } else { Age::Old };
        let words: &[u8] = if silent {
            b"[transom] No prompt yet: a start-up file of this account may hang. Ctrl-C stops it.\r\n"
        } else {
            b""
        };
        (AT_ONCE.saturating_sub(SILENCE), Bytes::from_static(words))
    }

    /// What to try after a shell has ended, and what to say about it.
    fn next(&self) -> Option<(Manner, &'static str)> {
        if self.marks.reached() == Mark::Ready || (self.typed.any && self.age == Age::Old) {
            return None;
        }
        match (self.manner, self.marks.reached()) {
            (Manner::User, Mark::Started) => Some((
                Manner::Bare,
                "The shell ended before its first prompt. This one reads none of the account's start-up files.",
            )),
            (Manner::User, _) => Some((
                Manner::Login,
                "The account's shell runs no command: a start-up file such as ~/.bashrc ends it, or sshd forces \
                 another. This is the login shell; it has the machine's own environment.",
            )),
            (Manner::Bare, _) => {
                Some((Manner::Login, "This is the login shell; it has the machine's own environment."))
            }
            (Manner::Login, _) => None,
        }
    }

    /// What to say where nothing could be started at all.
    fn epitaph(&self) -> Option<&'static str> {
        let at_once = self.age < Age::Old && !self.typed.any;
        (self.manner == Manner::Login && at_once).then_some(
            "Every shell of this account ends at once. If it is a start-up file, `SetEnv SHLVL=1` in the machine's \
             sshd_config keeps bash from reading ~/.bashrc before a command.",
        )
    }
}

/// Runs the shell that was started on `channel` to its end, or the one that takes its place.
pub(super) async fn run(
    connection: &Connection,
    mut channel: Channel<Msg>,
    target: &Target,
    size: Size,
    mut link: Link<Terminal>,
) -> Result<Exit, BackendError> {
    if link.output.send(TerminalEvent::Ready).await.is_err() {
        return Ok(Exit::Unknown);
    }
    let windows = target.platform == Platform::Windows;
    let mut start =
        Start::new(if windows { Manner::Login } else { Manner::User }, Typed { size, ..Typed::default() });
    loop {
        let exit = pump::pump(channel, connection.valve(), &mut link, &mut start).await?;
        if windows || link.is_over() {
            return Ok(exit);
        }
        let Some((manner, words)) = start.next() else {
            if let Some(words) = start.epitaph() {
                let _ = link.output.send(notice(words)).await;
            }
            return Ok(exit);
        };
        tracing::debug!(?manner, "the shell ended before its first prompt");
        let _ = link.output.send(notice(words)).await;
        connection.valve().open();
        let Ok(another) = connection.terminal(target, start.typed.size, manner).await else {
            return Ok(exit);
        };
        channel = another;
        start = Start::new(manner, start.typed.handed_on(manner == Manner::Bare));
    }
}

fn notice(words: &str) -> TerminalEvent {
    TerminalEvent::Output(Bytes::from(format!("\r\n[transom] {words}\r\n")))
}
