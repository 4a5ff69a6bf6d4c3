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

#[test]
fn ten_thousand_streams_cut_anywhere_are_restored_in_another_emulator() {
    let mut wrong = Vec::new();
    for seed in 0..10_000 {
        let case = Case::new(seed, Repertoire::Common);
        let mut lived = Parser::new(case.size.rows, case.size.cols, 0);
        let mut joined = Parser::new(case.size.rows, case.size.cols, 0);
        lived.process(&case.prefix);
        joined.process(&case.screen().snapshot());
        let now = difference(&lived, &joined);
        lived.process(&case.rest);
        joined.process(&case.rest);
        if let Some(what) = now.or_else(|| difference(&lived, &joined)) {
            wrong.push(format!("seed {seed}: {what}"));
        }
    }
    assert!(wrong.is_empty(), "{} wrong:\n{}", wrong.len(), wrong[..wrong.len().min(10)].join("\n"));
}
