//! One terminal's shell to its end, and a plainer one where the account's own files end it at once.

use bytes::{Bytes, BytesMut};
use russh::Channel;
use russh::client::Msg;
use tokio::time::Duration;
use transom_protocol::wire::Size;

use super::connect::Connection;
use super::launch::{Kit, Manner, Mark, Marks};
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
    kit: Kit,
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
    fn new(manner: Manner, kit: Kit, typed: Typed) -> Self {
        Self { manner, kit, marks: Marks::new(), shown: false, age: Age::New, typed }
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
        if self.is_wanting() {
            return Some((self.manner, ""));
        }
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

    /// Whether the machine has asked for the other kit.
    fn is_wanting(&self) -> bool {
        self.kit == Kit::Perl && self.marks.reached() == Mark::Wanting
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
    let manner = if windows { Manner::Login } else { Manner::User };
    let mut start = Start::new(manner, Kit::Perl, Typed { size, ..Typed::default() });
    loop {
        let exit = pump::pump(channel, connection, &mut link, &mut start).await?;
        if windows || link.is_over() {
            return Ok(exit);
        }
        let Some((manner, words)) = start.next() else {
            if let Some(words) = start.epitaph() {
                let _ = link.output.send(notice(words)).await;
            }
            return Ok(exit);
        };
        tracing::debug!(?manner, wanting = start.is_wanting(), "the shell ended before its first prompt");
        let kit = if start.is_wanting() { Kit::Sh } else { start.kit };
        if !words.is_empty() {
            let _ = link.output.send(notice(words)).await;
        }
        connection.valve().open();
        let Ok(another) = connection.terminal(None, target, start.typed.size, manner, kit).await else {
            return Ok(exit);
        };
        channel = another;
        start = Start::new(manner, kit, start.typed.handed_on(manner != Manner::Login));
    }
}

fn notice(words: &str) -> TerminalEvent {
    TerminalEvent::Output(Bytes::from(format!("\r\n[transom] {words}\r\n")))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn start(manner: Manner, said: &'static [u8], typed: &[u8], age: Age) -> Start {
        let mut start = Start::new(manner, Kit::Perl, Typed::default());
        start.output(Bytes::from_static(said));
        if !typed.is_empty() {
            start.typed.note(typed);
        }
        start.age = age;
        start
    }

    fn next(manner: Manner, said: &'static [u8], typed: &[u8], age: Age) -> Option<Manner> {
        start(manner, said, typed, age).next().map(|(manner, _)| manner)
    }

    const STARTED: &[u8] = b"\x1b]7337;transom;started\x07";
    const READY: &[u8] = b"\x1b]7337;transom;started\x07\x1b]7337;transom;ready;exact\x07";

    #[test]
    fn a_plainer_shell_follows_one_without_a_prompt_and_there_is_an_end() {
        use Manner::{Bare, Login, User};
        assert_eq!(next(User, STARTED, b"", Age::New), Some(Bare));
        assert_eq!(next(User, STARTED, b"ls\r", Age::Slow), Some(Bare));
        assert_eq!(next(User, b"", b"", Age::Old), Some(Login));
        assert_eq!(next(Bare, STARTED, b"", Age::New), Some(Login));
        assert_eq!(next(Login, b"", b"", Age::New), None);
        assert_eq!(next(User, READY, b"", Age::New), None, "somebody left");
        assert_eq!(
            next(User, b"forced command", b"exit\r", Age::Old),
            None,
            "somebody used what sshd forces"
        );
        assert!(start(Login, b"", b"", Age::New).epitaph().is_some());
        assert!(start(Login, b"", b"exit\r", Age::New).epitaph().is_none());
        assert!(start(User, READY, b"", Age::New).epitaph().is_none());
    }

    #[test]
    fn a_machine_without_perl_gets_the_other_kit_once() {
        let wanting = b"\x1b]7337;transom;started\x07\x1b]7337;transom;wanting\x07";
        assert_eq!(next(Manner::User, wanting, b"ls\r", Age::Old), Some(Manner::User));
        assert_eq!(next(Manner::Bare, wanting, b"", Age::New), Some(Manner::Bare));
        let mut again = start(Manner::User, wanting, b"", Age::New);
        again.kit = Kit::Sh;
        assert!(!again.is_wanting());
        assert_eq!(again.next().map(|(manner, _)| manner), Some(Manner::Login));
    }

    #[test]
    fn what_was_typed_ahead_after_the_last_interrupt_is_typed_again_once() {
        let mut typed = Typed::default();
        typed.note(b"sleep 1\r\x03ls\r");
        typed.note(&[b'x'; 2 * AHEAD_BYTES]);
        let again = typed.handed_on(true);
        let bytes = again.again.as_ref().unwrap();
        assert!(bytes.starts_with(b"ls\rxxx") && bytes.len() < AHEAD_BYTES);
        assert!(again.any);
        let mut typed = Typed::default();
        typed.note(b"1\r");
        assert_eq!(typed.handed_on(false).again, None, "sshd's own command may have read it");
    }
}
