//! What real programs print, recorded on a pseudo-terminal, cut at many places.

use super::xterm::{Question, ask};
use super::*;

struct Recording {
    name: &'static str,
    size: Size,
    bytes: &'static [u8],
}

macro_rules! recordings {
    ($($name:literal $cols:literal $rows:literal),* $(,)?) => {
        &[$(Recording {
            name: $name,
            size: Size { cols: $cols, rows: $rows },
            bytes: include_bytes!(concat!("../recordings/", $name, ".bin")),
        }),*]
    };
}

const RECORDINGS: &[Recording] = recordings![
    "vim" 100 30, "less" 80 24, "htop" 110 30, "tmux" 120 36, "progress" 80 24, "emoji" 60 20, "pv" 80 24,
];

const CUTS: usize = 60;

/// Places spread over a recording, each within a different piece of it.
fn cuts(recording: &Recording) -> impl Iterator<Item = usize> {
    let (mut dice, length) = (Dice::new(recording.bytes.len() as u64), recording.bytes.len());
    let piece = length / CUTS;
    (0..=CUTS).map(move |at| (at * piece + dice.below(piece)).min(length))
}

#[test]
fn recordings_are_restored_in_the_pages_emulator() {
    let mut questions = Vec::new();
    for recording in RECORDINGS {
        for cut in cuts(recording) {
            let (prefix, rest) = recording.bytes.split_at(cut);
            let name = format!("{} at {cut}", recording.name);
            let rest = &rest[..rest.len().min(3000)];
            let (question, screen) = Question::new(name, recording.size, prefix, rest);
            assert_eq!(screen.loses(), None, "{} at {cut}", recording.name);
            questions.push(question);
        }
    }
    let wrong = ask(&questions);
    assert!(wrong.is_empty(), "{} wrong:\n{}", wrong.len(), wrong[..wrong.len().min(10)].join("\n"));
}

#[test]
fn recordings_are_restored_in_another_emulator() {
    let mut wrong = Vec::new();
    // It has other widths for emoji.
    for recording in RECORDINGS.iter().filter(|r| !matches!(r.name, "emoji")) {
        for cut in cuts(recording) {
            let mut screen = Screen::new(recording.size);
            screen.advance(&recording.bytes[..cut]);
            if let Some(what) = vt100::disagrees(recording.size, &recording.bytes[..cut], &screen, &[]) {
                wrong.push(format!("{} at {cut}: {what}", recording.name));
            }
        }
    }
    assert!(wrong.is_empty(), "{} wrong:\n{}", wrong.len(), wrong[..wrong.len().min(10)].join("\n"));
}

#[test]
fn recordings_show_what_was_to_be_seen() {
    let seen = |name: &str, what: &str| {
        let recording = RECORDINGS.iter().find(|r| r.name == name).unwrap();
        cuts(recording).any(|cut| {
            let mut screen = Screen::new(recording.size);
            screen.advance(&recording.bytes[..cut]);
            let mut judge = ::vt100::Parser::new(recording.size.rows, recording.size.cols, 0);
            judge.process(&screen.snapshot());
            judge.screen().contents().contains(what)
        })
    };
    assert!(seen("vim", "static int f"));
    assert!(seen("less", "The quick brown fox"));
    assert!(seen("htop", "Tasks:"));
    assert!(seen("tmux", "[m] 0:sh"));
    assert!(seen("progress", "Downloading [######"));
    assert!(seen("pv", "KiB/s]"));
}
