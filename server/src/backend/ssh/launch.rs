//! What is run on the machine to get a shell with the build's environment, in the build's directory.
//!
//! One command for an `exec` channel, nothing to install and nothing to upload. A login shell would
//! rewrite `PATH` from the profile, and sshd drops the variables that a client asks for, so the
//! command loads the snapshot that the CI's agent has left on the machine (`docs/environment.md`):
//!
//! 1. `start.sh`, any POSIX sh: finds the snapshot, goes to the build directory;
//! 2. `exact.pl`, else `exact.py`, else `plain.sh`: makes the environment exactly the snapshot,
//!    hands the shell its rc file through a file descriptor and becomes that shell;
//! 3. `shell.bash`, `shell.zsh` or `shell.sh` with `common.sh`: the user's own rc file in a guard,
//!    the command `transom`, the hint that there is a newer snapshot.
//!
//! Only ids and the build directory are arguments; values never leave the machine.

mod mark;

pub(super) use mark::{Mark, Marks};

use std::fmt::Write as _;
use std::sync::LazyLock;

use crate::access::build::Platform;
use crate::backend::Target;

/// How a shell is started.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Manner {
    /// With the user's own rc file.
    User,
    /// Without any: they ended the shell before its first prompt.
    Bare,
    /// As sshd does by itself: the account's shell ends even before a command.
    Login,
}

/// The command for an `exec` channel with a PTY, or `None` where the login shell itself is asked for.
pub(super) fn command(target: &Target, manner: Manner) -> Option<String> {
    if target.platform == Platform::Windows || manner == Manner::Login {
        return None;
    }
    let dir = target.build_dir.as_deref().unwrap_or_default();
    Some(launcher(&target.session, target.build.as_str(), dir, manner))
}

fn launcher(session: &str, build: &str, dir: &str, manner: Manner) -> String {
    let manner = if manner == Manner::Bare { "bare" } else { "user" };
    let kit = escaped(&format!("d={}\n{}", quoted(dir), *KIT));
    let (session, build) = (escaped(session), escaped(build));
    // Whatever the account's own shell is, there is nothing in these words that it could misread.
    format!(
        "exec /bin/sh -c 'k=$(printf %b \"$6\"); eval \"$k\"' transom '{session}' '{build}' {manner} '' '' '{kit}'"
    )
}

/// Everything but the build directory, as a text for a POSIX sh.
static KIT: LazyLock<String> = LazyLock::new(|| {
    let parts = [
        ("common", dense(include_str!("launch/common.sh"))),
        ("bash", dense(include_str!("launch/shell.bash"))),
        ("zshenv", dense(include_str!("launch/shell.zshenv"))),
        ("zsh", dense(include_str!("launch/shell.zsh"))),
        ("sh", dense(include_str!("launch/shell.sh"))),
        ("perl", dense(include_str!("launch/exact.pl"))),
        ("python", include_str!("launch/exact.py").to_owned()),
        ("plain", dense(include_str!("launch/plain.sh"))),
    ];
    let mut kit = String::new();
    for (name, text) in parts {
        let _ = writeln!(kit, "__t_{name}={}", quoted(&text));
    }
    kit.push_str(&dense(include_str!("launch/start.sh")));
    kit
});

/// A script without its comments and indentation.
fn dense(script: &str) -> String {
    let lines = script.lines().map(str::trim_start).filter(|l| !l.is_empty() && !l.starts_with('#'));
    lines.flat_map(|line| [line, "\n"]).collect()
}

/// A word for a POSIX shell, quoted so that nothing in it is special.
fn quoted(word: &str) -> String {
    format!("'{}'", word.replace('\'', r"'\''"))
}

/// Text for `printf %b` that means the same between single quotes in every shell, fish and csh
/// included: no quote, no exclamation mark, no line break, and a backslash only before a digit or `n`.
fn escaped(text: &str) -> String {
    let mut out = String::with_capacity(text.len() + text.len() / 8);
    for c in text.chars() {
        match c {
            '\n' => out.push_str("\\n"),
            '\\' | '\'' | '!' | '\0'..='\x1f' | '\x7f' => {
                let _ = write!(out, "\\0{:03o}", u32::from(c));
            }
            other => out.push(other),
        }
    }
    out
}

#[cfg(test)]
mod tests;
