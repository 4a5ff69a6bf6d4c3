//! SGR: colours and attributes of the pen.

use super::cell::{
    BLINK, BOLD, COLOR, COLOR_16, COLOR_256, COLOR_KIND, COLOR_RGB, DIM, INVERSE, INVISIBLE, ITALIC,
    OVERLINE, Pen, STRIKETHROUGH, UNDERLINE,
};
use super::params::Params;
use super::terminal::Terminal;

const DOUBLE: i32 = 2;

impl Terminal {
    pub(super) fn select_rendition(&mut self, params: &Params) {
        let pen = &mut self.pen;
        let mut at = 0;
        while let Some(&p) = params.values().get(at) {
            match p {
                0 => reset(pen),
                1 => pen.fg |= BOLD,
                2 => pen.bg |= DIM,
                3 => pen.bg |= ITALIC,
                4 => underline(pen, params.subs(at).first().copied().unwrap_or(1)),
                5 => pen.fg |= BLINK,
                7 => pen.fg |= INVERSE,
                8 => pen.fg |= INVISIBLE,
                9 => pen.fg |= STRIKETHROUGH,
                21 => underline(pen, DOUBLE),
                22 => {
                    pen.fg &= !BOLD;
                    pen.bg &= !DIM;
                }
                23 => pen.bg &= !ITALIC,
                24 => underline(pen, 0),
                25 => pen.fg &= !BLINK,
                27 => pen.fg &= !INVERSE,
                28 => pen.fg &= !INVISIBLE,
                29 => pen.fg &= !STRIKETHROUGH,
                30..=37 => set(&mut pen.fg, COLOR_16 | (p - 30) as u32),
                90..=97 => set(&mut pen.fg, COLOR_16 | 8 | (p - 90) as u32),
                40..=47 => set(&mut pen.bg, COLOR_16 | (p - 40) as u32),
                100..=107 => set(&mut pen.bg, COLOR_16 | 8 | (p - 100) as u32),
                39 => set(&mut pen.fg, 0),
                49 => set(&mut pen.bg, 0),
                38 | 48 | 58 => at += extended_color(pen, params, at),
                53 => pen.bg |= OVERLINE,
                55 => pen.bg &= !OVERLINE,
                59 => {
                    // xterm.js takes it for white.
                    set(&mut pen.extra, COLOR);
                    pen.update_extended();
                }
                _ => {}
            }
            at += 1;
        }
    }
}

/// All but the link.
fn reset(pen: &mut Pen) {
    *pen = Pen { link: pen.link, ..Pen::default() };
    pen.update_extended();
}

fn set(of: &mut u32, color: u32) {
    *of = *of & !COLOR | color;
}

fn underline(pen: &mut Pen, style: i32) {
    let style = if (0..=5).contains(&style) { style as u32 } else { 1 };
    if style == 0 {
        pen.fg &= !UNDERLINE;
    } else {
        pen.fg |= UNDERLINE;
    }
    pen.set_style(style);
}

/// 38, 48 and 58 with what follows them, divided by semicolons or colons. How many parameters more
/// it took.
fn extended_color(pen: &mut Pen, params: &Params, at: usize) -> usize {
    // target, kind, colour space, and three values; an index is the first of these.
    let mut parts = [0, 0, -1, 0, 0, 0];
    let (mut shift, mut advance) = (0, 0);
    loop {
        parts[advance + shift] = params.get(at + advance);
        let subs = params.subs(at + advance);
        if !subs.is_empty() {
            for (i, sub) in subs.iter().enumerate() {
                if i > 0 && advance + i + 1 + shift >= parts.len() {
                    break;
                }
                if parts[1] == 5 {
                    shift = 1;
                }
                if let Some(part) = parts.get_mut(advance + i + 1 + shift) {
                    *part = *sub;
                }
            }
            break;
        }
        if (parts[1] == 5 && advance + shift >= 2) || (parts[1] == 2 && advance + shift >= 5) {
            break;
        }
        if parts[1] != 0 {
            shift = 1;
        }
        advance += 1;
        if advance + at >= params.values().len() || advance + shift >= parts.len() {
            break;
        }
    }
    let [target, kind, ..] = parts;
    let [_, _, _, r, g, b] = parts.map(|part| if part == -1 { 0 } else { part as u32 & 0xff });
    let color = match kind {
        2 => COLOR_RGB | r << 16 | g << 8 | b,
        5 => COLOR_256 | r,
        _ => return advance,
    };
    match target {
        38 => set(&mut pen.fg, color),
        48 => set(&mut pen.bg, color),
        _ => set(&mut pen.extra, color),
    }
    advance
}

/// The parameters that choose a colour, `base` being 30, 40 or 50.
pub(super) fn color_params(out: &mut Vec<u8>, base: u32, color: u32) {
    let value = color & !COLOR_KIND;
    match color & COLOR_KIND {
        COLOR_16 if value & 0xff < 8 && base < 50 => push(out, base + (value & 7)),
        COLOR_16 if base < 50 => push(out, base + 60 + (value & 7)),
        COLOR_16 | COLOR_256 => [base + 8, 5, value & 0xff].iter().for_each(|p| push(out, *p)),
        COLOR_RGB => {
            let [_, r, g, b] = (value & 0xff_ffff).to_be_bytes();
            [base + 8, 2, r.into(), g.into(), b.into()].iter().for_each(|p| push(out, *p));
        }
        _ => {}
    }
}

fn push(out: &mut Vec<u8>, param: u32) {
    out.extend_from_slice(b";");
    out.extend_from_slice(param.to_string().as_bytes());
}
