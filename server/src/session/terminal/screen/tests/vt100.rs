//! The crate `vt100` as judge, on the repertoire that it understands as xterm.js does.

use ::vt100::Parser;

use super::*;

fn difference(a: &Parser, b: &Parser) -> Option<String> {
    let (a, b) = (a.screen(), b.screen());
    let (rows, cols) = a.size();
    for y in 0..rows {
        for x in 0..cols {
            let (old, new) = (a.cell(y, x).unwrap(), b.cell(y, x).unwrap());
            // Half of a wide character that is overwritten leaves a space, or nothing.
            let text = |c: &::vt100::Cell| (c.contents().trim().to_owned(), c.is_wide());
            let colors = |c: &::vt100::Cell| (c.fgcolor(), c.bgcolor());
            let flags = |c: &::vt100::Cell| (c.bold(), c.italic(), c.underline(), c.inverse());
            // Lines that come in have no background there.
            let both = old.has_contents() && new.has_contents();
            let looks = |c: &::vt100::Cell| both.then(|| (colors(c), flags(c)));
            if text(old) != text(new) || looks(old) != looks(new) {
                return Some(format!("{x},{y}: {old:?} != {new:?}"));
            }
        }
    }
    let modes = |s: &::vt100::Screen| {
        (
            s.cursor_position(),
            s.hide_cursor(),
            s.application_keypad(),
            s.application_cursor(),
            s.bracketed_paste(),
            s.mouse_protocol_mode(),
            s.mouse_protocol_encoding(),
            s.alternate_screen(),
            (s.fgcolor(), s.bgcolor(), s.bold(), s.italic(), s.underline(), s.inverse()),
        )
    };
    (modes(a) != modes(b)).then(|| format!("{:?} != {:?}", modes(a), modes(b)))
}

/// What differs between a terminal that got `prefix` and one that got the screen's snapshot, at once or
/// after both got `rest`.
pub(super) fn disagrees(size: Size, prefix: &[u8], screen: &Screen, rest: &[u8]) -> Option<String> {
    let mut lived = Parser::new(size.rows, size.cols, 0);
    let mut joined = Parser::new(size.rows, size.cols, 0);
    lived.process(prefix);
    joined.process(&screen.snapshot());
    let now = difference(&lived, &joined);
    lived.process(rest);
    joined.process(rest);
    now.or_else(|| difference(&lived, &joined))
}

#[test]
fn ten_thousand_streams_cut_anywhere_are_restored_in_another_emulator() {
    let mut wrong = Vec::new();
    for seed in 0..10_000 {
        let case = Case::new(seed, Repertoire::Common);
        if let Some(what) = disagrees(case.size, &case.prefix, &case.screen(), &case.rest) {
            wrong.push(format!("seed {seed}: {what}"));
        }
    }
    assert!(wrong.is_empty(), "{} wrong:\n{}", wrong.len(), wrong[..wrong.len().min(10)].join("\n"));
}
