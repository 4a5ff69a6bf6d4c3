//! One terminal's shell to its end, and a plainer one where the account's own files end it at once.

use bytes::Bytes;
use russh::Channel;
use russh::client::Msg;
use tokio::time::{Duration, Instant};
use transom_protocol::wire::Size;

use super::connect::Connection;
use super::launch::{Manner, Mark, Marks};
use super::pump;
use crate::access::build::Platform;
use crate::backend::{BackendError, Exit, Link, Target, Terminal, TerminalEvent};
use crate::clock::tick;

/// A shell that has shown no prompt and ends within this time was ended by its start-up files. Later
/// only if nobody has typed anything: a command that sshd forces shows no prompt of ours either.
const AT_ONCE: Duration = Duration::from_secs(10);
/// How long a shell may show nothing until people are told what to do.
const SILENCE: Duration = Duration::from_secs(5);

/// How a shell's start goes, as far as the pump sees it.
pub(super) struct Start {
    manner: Manner,
    marks: Marks,
    began: Instant,
    /// Whether anything was shown beyond marks.
    shown: bool,
    told: bool,
    /// The terminal's size now.
    pub(super) size: Size,
    /// Whether anybody has typed.
    pub(super) typed: bool,
}

impl Start {
    fn new(manner: Manner, size: Size, typed: bool) -> Self {
        Self { manner, marks: Marks::new(), began: tick(), shown: false, told: false, size, typed }
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

    /// When to tell people that nothing comes, or `None` where something has come.
    pub(super) fn silent_until(&self) -> Option<Instant> {
        let waits = !self.told && !self.shown && self.marks.reached() < Mark::Ready;
        (waits && self.manner != Manner::Login).then(|| self.began + SILENCE)
    }

    /// What people are told then.
    pub(super) fn silence(&mut self) -> Bytes {
        self.told = true;
        Bytes::from_static(
            b"[transom] No prompt yet: a start-up file of this account may hang. Ctrl-C stops it.\r\n",
        )
    }

    /// What to try after a shell has ended, and what to say about it.
    fn next(&self) -> Option<(Manner, &'static str)> {
        if self.marks.reached() == Mark::Ready || (self.typed && self.began.elapsed() > AT_ONCE) {
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
        let at_once = self.began.elapsed() < AT_ONCE && !self.typed;
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
    let mut start = Start::new(if windows { Manner::Login } else { Manner::User }, size, false);
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
        let Ok(another) = connection.terminal(target, start.size, manner).await else { return Ok(exit) };
        channel = another;
        start = Start::new(manner, start.size, start.typed);
    }
}

fn notice(words: &str) -> TerminalEvent {
    TerminalEvent::Output(Bytes::from(format!("\r\n[transom] {words}\r\n")))
}
