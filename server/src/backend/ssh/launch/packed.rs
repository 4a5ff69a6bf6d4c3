//! Text made half as long, for the length of the launcher's command is paid several times: by sshd, by
//! the shells that pass it on, and in the connection's buffers for as long as it lasts.
//!
//! What stood before is referred to: a backquote, two digits for how far back (the first counts 86), a digit
//! for how long, less [`SHORTEST`]. Digits are the characters from `(` to `}`, with `~` in place of the
//! backslash and `#` in place of the backquote. [`UNPACK`] undoes it.

use std::collections::HashMap;

/// For perl: unpacks the last argument.
pub(super) const UNPACK: &str = r#"my $o = ""; for (split /(\x60...)/, pop) { if (s/^\x60//) { tr/~#/\x5c\x60/; my @d = map { ord() - 40 } split //; $o .= substr $o, -86 * $d[0] - $d[1], $d[2] + 5 } else { $o .= $_ } } push @ARGV, $o;"#;

const MARK: u8 = b'`';
const DIGITS: usize = 86;
const SHORTEST: usize = 5;
const LONGEST: usize = SHORTEST + DIGITS - 1;
const FARTHEST: usize = DIGITS * DIGITS - 1;

/// Packs a text of printable ASCII without backquotes.
pub(super) fn packed(text: &str) -> String {
    let bytes = text.as_bytes();
    let mut seen: HashMap<&[u8], Vec<usize>> = HashMap::new();
    let mut out = String::with_capacity(text.len());
    let mut at = 0;
    while at < bytes.len() {
        let start = bytes.get(at..at + SHORTEST).and_then(|start| seen.get(start));
        let before = start.into_iter().flatten().rev().take_while(|from| at - **from <= FARTHEST);
        let best =
            before.map(|from| (common(&bytes[*from..at], &bytes[at..]), at - from)).max_by_key(|(n, _)| *n);
        let step = match best {
            Some((length, back)) if length >= SHORTEST => {
                out.push(char::from(MARK));
                out.extend([back / DIGITS, back % DIGITS, length - SHORTEST].map(digit));
                length
            }
            _ => {
                out.push(char::from(bytes[at]));
                1
            }
        };
        for from in at..at + step {
            if let Some(start) = bytes.get(from..from + SHORTEST) {
                seen.entry(start).or_default().push(from);
            }
        }
        at += step;
    }
    out
}

/// How much both begin with. Nothing refers into itself.
fn common(before: &[u8], after: &[u8]) -> usize {
    before.iter().zip(after).take(LONGEST).take_while(|(a, b)| a == b).count()
}

fn digit(n: usize) -> char {
    match u8::try_from(n).map_or(b'}', |n| b'(' + n) {
        b'\\' => '~',
        MARK => '#',
        other => char::from(other),
    }
}

#[cfg(test)]
mod tests {
    use std::process::Command;

    use super::*;

    fn unpacked(packed: &str) -> String {
        let program = format!("{UNPACK} print $ARGV[0]");
        let out = Command::new("perl").args(["-we", &program, "--", packed]).output().unwrap();
        assert!(out.stderr.is_empty(), "{}", String::from_utf8_lossy(&out.stderr));
        String::from_utf8(out.stdout).unwrap()
    }

    #[test]
    fn perl_unpacks_what_was_packed() {
        // References of every length and distance, from texts that repeat themselves.
        let mut state = 1_u32;
        let mut next = |most: usize| {
            state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            (state >> 8) as usize % most
        };
        for alphabet in [2, 5, 90] {
            let mut text = String::from("x~#y");
            while text.len() < 20_000 {
                let (from, length) = (next(text.len()), next(120));
                text.extend(
                    (0..next(9))
                        .map(|i| [' ', '~', '#', '$', '@', '%', '"', 'a', 'b'][(i * 7 + alphabet) % 9]),
                );
                text.extend((0..3).map(|_| char::from(b'a' + u8::try_from(next(alphabet) % 26).unwrap())));
                let piece = text[from..text.len().min(from + length)].to_owned();
                text.push_str(&piece);
            }
            let packed = packed(&text);
            assert!(packed.len() < text.len());
            assert!(!packed.contains(['\'', '\\', '!', '\n']));
            assert_eq!(unpacked(&packed), text);
        }
        for text in ["", "a", "abcde", "aaaaaaaaaaaaaaaaaaaaaaaa"] {
            assert_eq!(unpacked(&packed(text)), text);
        }
    }
}
