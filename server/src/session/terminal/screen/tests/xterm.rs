//! xterm.js as judge: a terminal that got the output, and one that got the snapshot, are compared
//! cell by cell and mode by mode, and again after both got what follows. Needs Node.js and
//! `npm ci` in `web/`.

use std::io::Write;
use std::path::Path;
use std::process::{Command, Stdio};

use super::*;

/// What the judge is asked.
pub(super) struct Question {
    name: String,
    sizes: [u16; 4],
    prefix: Vec<u8>,
    snapshot: Vec<u8>,
    rest: Vec<u8>,
}

impl Question {
    pub(super) fn new(name: String, size: Size, prefix: &[u8], rest: &[u8]) -> (Self, Screen) {
        let mut screen = Screen::new(size);
        screen.advance(prefix);
        let sizes = [size.cols, size.rows, 0, 0];
        let snapshot = screen.snapshot();
        (Self { name, sizes, prefix: prefix.to_vec(), snapshot, rest: rest.to_vec() }, screen)
    }
}

/// Asks, and gives the complaints; panics where more than one in a hundred could not be judged.
pub(super) fn ask(questions: &[Question]) -> Vec<String> {
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("src/session/terminal/screen/tests/xterm.mjs");
    let mut node = Command::new("node")
        .arg(script)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .expect("node starts; `npm ci` in web/ brings what it runs");
    let mut input = Vec::new();
    for question in questions {
        question.sizes.iter().for_each(|side| input.extend_from_slice(&side.to_le_bytes()));
        for part in [&question.prefix, &question.snapshot, &question.rest] {
            input.extend_from_slice(&(part.len() as u32).to_le_bytes());
            input.extend_from_slice(part);
        }
    }
    let mut stdin = node.stdin.take().unwrap();
    stdin.write_all(&input).unwrap();
    drop(stdin);
    let output = node.wait_with_output().unwrap();
    assert!(output.status.success(), "the judge failed");
    let verdicts = String::from_utf8(output.stdout).unwrap();
    let verdicts: Vec<&str> = verdicts.lines().collect();
    assert_eq!(verdicts.len(), questions.len());
    let thrown = verdicts.iter().filter(|v| **v == "thrown").count();
    assert!(thrown * 50 <= questions.len(), "xterm.js failed {thrown} times");
    let wrong = questions.iter().zip(verdicts).filter(|(_, v)| !matches!(*v, "ok" | "thrown"));
    wrong.map(|(question, verdict)| format!("{}: {verdict}", question.name)).collect()
}

/// A shell's screen: lines that wrap here and there, and the cursor behind the last one.
fn shell(dice: &mut Dice, cols: usize) -> Vec<u8> {
    let mut out = Vec::new();
    for _ in 0..dice.below(12) {
        let long = dice.below(cols * 3);
        let text: String = (0..long).map(|at| char::from(b'!' + (at % 90) as u8)).collect();
        out.extend_from_slice(dice.one(&["", "\x1b[32m", "\x1b[0m"]).as_bytes());
        out.extend_from_slice(text.as_bytes());
        out.extend_from_slice(if dice.below(8) == 0 { "漢字\r\n".as_bytes() } else { b"\r\n" });
    }
    out.extend_from_slice(b"\x1b[0m$ ");
    out
}

#[test]
fn a_shells_lines_are_laid_out_anew_as_in_the_pages_emulator() {
    let mut questions = Vec::new();
    for seed in 0..1000 {
        let mut dice = Dice::new(seed);
        let mut size = || Size { cols: 4 + dice.below(40) as u16, rows: 3 + dice.below(12) as u16 };
        let (old, new) = (size(), size());
        let mut screen = Screen::new(old);
        screen.advance(&shell(&mut dice, usize::from(old.cols)));
        let prefix = screen.snapshot();
        screen.resize(new);
        questions.push(Question {
            name: format!("seed {seed}, {old:?} to {new:?}"),
            sizes: [old.cols, old.rows, new.cols, new.rows],
            prefix,
            snapshot: screen.snapshot(),
            rest: b"ls\r\nfile\r\n\x1b[A\x1b[Kx".to_vec(),
        });
    }
    let wrong = ask(&questions);
    assert!(wrong.is_empty(), "{} wrong:\n{}", wrong.len(), wrong[..wrong.len().min(10)].join("\n"));
}

#[test]
fn ten_thousand_streams_cut_anywhere_are_restored_in_the_pages_emulator() {
    let mut questions = Vec::new();
    let mut lost = 0;
    for seed in 0.. {
        let case = Case::new(seed, Repertoire::Whole);
        let (question, screen) =
            Question::new(format!("seed {}", case.seed), case.size, &case.prefix, &case.rest);
        if screen.loses().is_some() {
            lost += 1;
            continue;
        }
        questions.push(question);
        if questions.len() == 10_000 {
            break;
        }
    }
    assert!(lost < 300, "{lost} could not be restored");
    let wrong = ask(&questions);
    assert!(wrong.is_empty(), "{} wrong:\n{}", wrong.len(), wrong[..wrong.len().min(10)].join("\n"));
}
