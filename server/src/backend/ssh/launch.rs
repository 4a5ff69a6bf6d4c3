//! What is run on the machine to get a shell with the build's environment, in the build's directory.
//!
//! One command for an `exec` channel, nothing to install and nothing to upload. A login shell would
//! rewrite `PATH` from the profile, and sshd drops the variables that a client asks for, so the
//! command loads the snapshot that the CI's agent has left on the machine (`docs/environment.md`):
//!
//! 1. `start.pl`: finds the snapshot, goes to the build directory;
//! 2. `exact.pl`: makes the environment exactly the snapshot, hands the shell its rc file through a file
//!    descriptor and becomes that shell;
//! 3. `shell.bash`, `shell.zsh` or `shell.sh` with `common.sh`: the user's own rc file in a guard,
//!    the command `transom`, the hint that there is a newer snapshot.
//!
//! Nearly every machine has perl. Another one says so and gets `start.sh` for any POSIX sh, then
//! `exact.py`, else `plain.sh` ([`Kit`]).
//!
//! Only ids and the build directory are arguments; values never leave the machine.

mod mark;
mod packed;

pub(super) use mark::{Mark, Marks};
use packed::{UNPACK, packed};

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

/// What the command is written for. Short matters: sshd, shells and the connection all carry it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kit {
    /// A machine with perl. Another one asks for the other kit ([`Mark::Wanting`]).
    Perl,
    /// A machine with a POSIX sh.
    Sh,
}

/// The command for an `exec` channel with a PTY, or `None` where the login shell itself is asked for.
pub(super) fn command(target: &Target, manner: Manner, kit: Kit) -> Option<String> {
    if target.platform == Platform::Windows || manner == Manner::Login {
        return None;
    }
    let dir = target.build_dir.as_deref().unwrap_or_default();
    Some(launcher(&target.session, target.build.as_str(), dir, manner, kit))
}

fn launcher(session: &str, build: &str, dir: &str, manner: Manner, kit: Kit) -> String {
    let manner = if manner == Manner::Bare { "bare" } else { "user" };
    let (session, build) = (escaped(session), escaped(build));
    // Whatever the account's own shell is, there is nothing in these words that it could misread.
    match kit {
        Kit::Perl => {
            let (dir, kit) = (escaped(dir), &*PERL_KIT);
            format!(
                "exec /bin/sh -c '{FIND_PERL}' '{UNPACK} {BEGIN}' '{session}' '{build}' {manner} '' '' '{dir}' '{kit}'"
            )
        }
        Kit::Sh => {
            let kit = escaped(&format!("d={}\n{}", quoted(dir), *SH_KIT));
            format!(
                "exec /bin/sh -c 'k=$(printf %b \"$6\"); eval \"$k\"' transom '{session}' '{build}' {manner} '' '' '{kit}'"
            )
        }
    }
}

/// For a POSIX sh.
const FIND_PERL: &str = r#"command -v perl >/dev/null 2>&1 && exec perl -e "$0" -- "$@"; printf "\033]7337;transom;started\007\033]7337;transom;wanting\007""#;
/// For perl: undoes [`escaped`], and does what comes first in the kit.
const BEGIN: &str = r#"s/\x5c(n|0[0-7]{3})/$1 eq "n" ? "\n" : chr oct $1/ge for @ARGV; eval((split /\x1e/, $ARGV[6])[0]); die $@ if $@"#;

/// What perl does, and the texts for the shells in the order of `start.pl`.
static PERL_KIT: LazyLock<String> = LazyLock::new(|| {
    let perl = dense(include_str!("launch/start.pl")) + &dense(include_str!("launch/exact.pl"));
    let texts: Vec<_> = SHELLS.iter().map(|(_, text)| dense(text)).collect();
    packed(&escaped(&[perl, texts.join("\x1e")].join("\x1e")))
});

/// Everything but the build directory, as a text for a POSIX sh.
static SH_KIT: LazyLock<String> = LazyLock::new(|| {
    let mut kit = String::new();
    for (name, text) in SHELLS {
        let _ = writeln!(kit, "__t_{name}={}", quoted(&dense(text)));
    }
    let _ = writeln!(kit, "__t_python={}", quoted(include_str!("launch/exact.py")));
    let _ = writeln!(kit, "__t_plain={}", quoted(&dense(include_str!("launch/plain.sh"))));
    kit.push_str(&dense(include_str!("launch/start.sh")));
    kit
});

/// What the shells read.
const SHELLS: [(&str, &str); 5] = [
    ("common", include_str!("launch/common.sh")),
    ("bash", include_str!("launch/shell.bash")),
    ("zshenv", include_str!("launch/shell.zshenv")),
    ("zsh", include_str!("launch/shell.zsh")),
    ("sh", include_str!("launch/shell.sh")),
];

/// A script without its comments and indentation.
fn dense(script: &str) -> String {
    let lines = script.lines().map(str::trim_start).filter(|l| !l.is_empty() && !l.starts_with('#'));
    lines.flat_map(|line| [line, "\n"]).collect()
}

/// A word for a POSIX shell, quoted so that nothing in it is special.
fn quoted(word: &str) -> String {
    format!("'{}'", word.replace('\'', r"'\''"))
}

/// Text for `printf %b`, and for [`BEGIN`], that means the same between single quotes in every shell, fish and csh
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
