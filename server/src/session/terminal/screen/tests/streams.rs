//! Streams of terminal output made up from what programs send, and from what they never would.

/// A small generator of numbers (SplitMix64): the same stream for the same seed, for ever.
pub(super) struct Dice(u64);

impl Dice {
    pub(super) fn new(seed: u64) -> Self {
        Self(seed)
    }

    pub(super) fn below(&mut self, n: usize) -> usize {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        ((z ^ (z >> 31)) % n as u64) as usize
    }

    pub(super) fn one<'a, T: ?Sized>(&mut self, of: &[&'a T]) -> &'a T {
        of[self.below(of.len())]
    }
}

/// Which sequences a stream is made from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Repertoire {
    /// Everything that xterm.js knows, and garbage.
    Whole,
    /// What vt100 understands the same way as xterm.js.
    Common,
}

const WORDS: &[&str] =
    &["a", "Hello", "  ", "x y", "0123456789", "make: *** [all] Error 1", "~`{|}qxlk", "#@[]"];
const WIDE: &[&str] = &["漢", "字漢字", "한글", "👍", "あいう", "ｗ"];
const JOINED: &[&str] = &[
    "e\u{301}",
    "o\u{302}\u{323}",
    "👩\u{200d}👩\u{200d}👧",
    "🇩🇪",
    "🇩",
    "❤\u{fe0f}",
    "\u{301}",
    "\u{200d}",
    "👍🏽",
    "각",
    "é",
    "ß→λ",
    "\u{600}a",
    "नि",
    "\u{fe0f}",
    "─│┌",
];

pub(super) fn stream(
    dice: &mut Dice,
    repertoire: Repertoire,
    pieces: usize,
    cols: usize,
    rows: usize,
) -> Vec<u8> {
    let mut out = Vec::new();
    for _ in 0..pieces {
        match repertoire {
            Repertoire::Whole => whole(dice, &mut out, cols, rows),
            Repertoire::Common => common(dice, &mut out, cols, rows),
        }
    }
    out
}

/// Cursor movements begin at a known place: a pending wrap means something else to every emulator.
fn common(dice: &mut Dice, out: &mut Vec<u8>, cols: usize, rows: usize) {
    match dice.below(20) {
        0..=5 => out.extend_from_slice(dice.one(WORDS).as_bytes()),
        // Not where it does not fit: what it leaves there differs.
        6 => out.extend_from_slice(dice.one(&["\r漢", "\r字", "\r한", "\rあ"]).as_bytes()),
        7 => out.extend_from_slice(dice.one(&["e\u{301}", "é", "ß→λ", "─│┌"]).as_bytes()),
        8..=9 => out.extend_from_slice(b"\r\n"),
        10..=12 => rendition(dice, out, false),
        13 => {
            out.extend_from_slice(b"\r");
            sequence(dice, out, b"ABCGd", cols, rows);
        }
        14 => out
            .extend_from_slice(format!("\x1b[{};{}H", 1 + dice.below(rows), 1 + dice.below(cols)).as_bytes()),
        15 => out.extend_from_slice(dice.one(&["\r\x1b[K", "\r\x1b[J", "\r\x1b[2K", "\r\x1b[2J"]).as_bytes()),
        16 => {
            out.extend_from_slice(b"\r");
            sequence(dice, out, b"MPX", cols / 2, rows);
        }
        17 => out.extend_from_slice(b"\r\x1bM"),
        18 => out.extend_from_slice(
            dice.one(&["\r\x1b[?1049l\x1b[?1049h\x1b[H", "\r\x1b[?1049l\x1b[H"]).as_bytes(),
        ),
        _ => {
            let mode = dice.one(&["?1", "?25", "?1006", "?2004"]);
            out.extend_from_slice(format!("\x1b[{mode}{}", dice.one(&["h", "l"])).as_bytes());
            let more =
                ["\x1b=", "\x1b>", "\x1b[?1000h", "\x1b[?1002h", "\x1b[?1003h", "\x1b[?1000;1002;1003l"];
            out.extend_from_slice(dice.one(&more).as_bytes());
        }
    }
}

fn whole(dice: &mut Dice, out: &mut Vec<u8>, cols: usize, rows: usize) {
    match dice.below(48) {
        0..=7 => out.extend_from_slice(dice.one(WORDS).as_bytes()),
        8..=10 => out.extend_from_slice(dice.one(WIDE).as_bytes()),
        11..=13 => out.extend_from_slice(dice.one(JOINED).as_bytes()),
        14..=16 => out.extend_from_slice(dice.one(&["\r\n", "\r\n", "\n", "\r"]).as_bytes()),
        17..=20 => rendition(dice, out, true),
        21..=24 => sequence(dice, out, b"HfABCDEFGIZade`", cols, rows),
        25..=26 => sequence(dice, out, b"JK", 2, 2),
        27..=28 => sequence(dice, out, b"LMPX@ST", cols / 2, rows),
        29 => margins(dice, out, rows),
        30..=31 => {
            let controls = [
                "\x08", "\t", "\x0b", "\x0c", "\x0e", "\x0f", "\x07", "\0", "\u{84}", "\u{85}", "\u{88}",
                "\x7f",
            ];
            out.extend_from_slice(dice.one(&controls).as_bytes());
        }
        32..=33 => {
            let modes = ["?1047", "?47", "?1049", "?1048"];
            out.extend_from_slice(format!("\x1b[{}{}", dice.one(&modes), dice.one(&["h", "l"])).as_bytes());
        }
        34..=36 => {
            let modes = [
                "4", "20", "?1", "?6", "?7", "?9", "?12", "?25", "?45", "?66", "?1000", "?1002", "?1003",
                "?1004", "?1006", "?1016", "?2004", "?2026", "?2", "?3;5", "?1;7;25",
            ];
            out.extend_from_slice(format!("\x1b[{}{}", dice.one(&modes), dice.one(&["h", "l"])).as_bytes());
        }
        37..=38 => out.extend_from_slice(dice.one(&["\x1b7", "\x1b8", "\x1b[s", "\x1b[u"]).as_bytes()),
        39 => out.extend_from_slice(
            dice.one(&[
                "\x1bM", "\x1bD", "\x1bE", "\x1bH", "\x1b=", "\x1b>", "\x1bn", "\x1bo", "\x1b~", "\x1b%G",
            ])
            .as_bytes(),
        ),
        40 => {
            let set = format!(
                "\x1b{}{}",
                dice.one(&["(", ")", "*", "+", "-", "."]),
                dice.one(&["0", "A", "B", "4", "=", "Z", "!"])
            );
            out.extend_from_slice(set.as_bytes());
        }
        41 => match dice.below(5) {
            0 => out.extend_from_slice(b"\x1b[3g"),
            1 => out.extend_from_slice(b"\x1b[g"),
            2 => out.extend_from_slice(b"\x1b#8"),
            3 => out.extend_from_slice(format!("\x1b[{} q", dice.below(8)).as_bytes()),
            _ => out.extend_from_slice(dice.one(&["\x1bc", "\x1b[!p"]).as_bytes()),
        },
        42 => command(dice, out),
        43 => {
            let text = dice.one(&["x", "漢", "e\u{301}", "👍", "🇩🇪"]);
            out.extend_from_slice(format!("{text}\x1b[{}b", dice.below(cols + 3)).as_bytes());
        }
        44 => {
            let ends = [" @", " A", "'}", "'~", "\"q", "$q"];
            out.extend_from_slice(format!("\x1b[{}{}", dice.below(4), dice.one(&ends)).as_bytes());
        }
        45 => out.extend_from_slice(format!("\r\x1b[?{}{}", dice.below(3), dice.one(&["J", "K"])).as_bytes()),
        46 => garbage(dice, out),
        _ => {
            // A line that wraps.
            let long: String =
                (0..cols + dice.below(cols)).map(|at| char::from(b'a' + (at % 26) as u8)).collect();
            out.extend_from_slice(long.as_bytes());
        }
    }
}

fn sequence(dice: &mut Dice, out: &mut Vec<u8>, last: &[u8], most: usize, second: usize) {
    let last = last[dice.below(last.len())];
    let mut text = "\x1b[".to_owned();
    match dice.below(8) {
        0 => {}
        1 => text.push_str(&dice.below(most * 2 + 2).to_string()),
        _ => text.push_str(&dice.below(most + 1).to_string()),
    }
    if last == b'J' {
        // At a line's end 1J touches the history; 3J what a saved cursor is relative to.
        out.push(b'\r');
        text = text.trim_end_matches('3').to_owned();
    }
    if matches!(last, b'H' | b'f') {
        text = format!("\x1b[{};{}", dice.below(second + 2), dice.below(most + 2));
    }
    out.extend_from_slice(text.as_bytes());
    out.push(last);
}

fn margins(dice: &mut Dice, out: &mut Vec<u8>, rows: usize) {
    let top = 1 + dice.below(rows);
    let text = if dice.below(3) == 0 {
        "\x1b[r".to_owned()
    } else {
        format!("\x1b[{top};{}r", top + dice.below(rows))
    };
    out.extend_from_slice(text.as_bytes());
}

fn rendition(dice: &mut Dice, out: &mut Vec<u8>, all: bool) {
    let mut params = Vec::new();
    for _ in 0..1 + dice.below(3) {
        let color = dice.below(256);
        params.push(match dice.below(if all { 16 } else { 9 }) {
            0..=1 => String::new(),
            2 => (30 + dice.below(8)).to_string(),
            3 => (40 + dice.below(8)).to_string(),
            4 => dice.one(&["1", "3", "4", "7", "22", "23", "24", "27", "39", "49"]).to_owned(),
            5 => (90 + dice.below(8)).to_string(),
            6 => (100 + dice.below(8)).to_string(),
            7 => format!("{};5;{color}", dice.one(&["38", "48"])),
            8 => format!("{};2;{color};{};7", dice.one(&["38", "48"]), dice.below(256)),
            9 => format!("4:{}", dice.below(7)),
            10 => format!("{}:2::{color}:1:2", dice.one(&["38", "48", "58"])),
            11 => format!("{}:5:{color}", dice.one(&["38", "48", "58"])),
            12 => {
                dice.one(&["2", "5", "8", "9", "21", "25", "28", "29", "53", "55", "58;5;9", "59"]).to_owned()
            }
            13 => "38;5".to_owned(),
            14 => "48:2:1".to_owned(),
            _ => dice.below(120).to_string(),
        });
    }
    out.extend_from_slice(format!("\x1b[{}m", params.join(";")).as_bytes());
}

fn command(dice: &mut Dice, out: &mut Vec<u8>) {
    let commands = [
        "0;title",
        "2;Tïtel; of it",
        "1;icon",
        "4;1;rgb:ff/00/80",
        "4;7;#abc;300;#fff",
        "10;#102030",
        "11;rgb:f/f/f;#445566",
        "12;red",
        "104",
        "104;1;7",
        "110",
        "111",
        "112",
        "8;;https://example.com/a",
        "8;id=x;https://example.com/b;c",
        "8;;",
        "8;id=x;",
        "7;file:///tmp",
        "9;4;1;50",
        "9;hello",
        "52;c;aGVsbG8=",
        "x;y",
        "8",
    ];
    let end = dice.one(&["\x07", "\x1b\\", "\u{9c}", "\x18"]);
    out.extend_from_slice(format!("\x1b]{}{end}", dice.one(&commands)).as_bytes());
}

fn garbage(dice: &mut Dice, out: &mut Vec<u8>) {
    let garbage: [&[u8]; 22] = [
        b"\x1b",
        b"\x1b[",
        b"\x1b[3",
        b"\x1b[38;2;1",
        b"\x1b]0;half",
        b"\x1bP1$q",
        b"\x1bPq#0~\x1b\\",
        b"\xe2\x94",
        b"\xf0\x9f",
        b"\xff\xfe",
        b"\xc2\x9b3m",
        b"\x1b_apc\x1b\\",
        b"\x1b^pm",
        b"\xc2\x9d2;c1\xc2\x9c",
        b"\x1b[1;2;3<m",
        b"\x1b[\n5\nC",
        b"\x1b[99999999999999H",
        b"\xed\xa0\x80",
        b"\xc0\x80",
        b"\xef\xbb\xbf",
        b"\x1b(\x1b)0",
        b"\x18",
    ];
    out.extend_from_slice(dice.one(&garbage));
}
