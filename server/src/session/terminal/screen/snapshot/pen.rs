//! Colours and attributes.

use super::Writer;
use crate::session::terminal::screen::cell::{
    BLINK, BOLD, COLOR, DIM, EXTENDED, INVERSE, INVISIBLE, ITALIC, OVERLINE, PROTECTED, Pen, STRIKETHROUGH,
    UNDERLINE,
};
use crate::session::terminal::screen::sgr::color_params;

/// Stands for any link.
const SOME_LINK: u16 = u16::MAX;

impl Pen {
    /// Whether SGR and OSC 8 alone lead here. After DECRC the flags can belong to another underline
    /// than the one in `extra`, for DECSC saves the flags alone.
    pub(super) fn is_plain(self) -> bool {
        (self.fg & UNDERLINE != 0) == (self.style() != 0)
            && (self.bg & EXTENDED != 0) == (self.style() != 0 || self.link != 0)
    }
}

impl Writer<'_> {
    /// Sets the pen. Where that is not plain it saves and restores the cursor on the way.
    pub(super) fn set_pen(&mut self, to: Pen) {
        if to == self.pen {
            return;
        }
        if to.is_plain() {
            self.set_plain(to);
            return;
        }
        self.force_bits(to.fg, to.bg);
        self.text("\x1b7");
        let mut extra = Pen { extra: to.extra, link: to.link, ..Pen::default() };
        if extra.style() != 0 {
            extra.fg |= UNDERLINE;
        }
        extra.update_extended();
        self.set_plain(extra);
        self.text("\x1b8");
        self.pen = to;
    }

    /// A pen with these flags, whatever its underline and link.
    pub(super) fn force_bits(&mut self, fg: u32, bg: u32) {
        let (underlined, extended) = (fg & UNDERLINE != 0, bg & EXTENDED != 0);
        let mut pen = Pen { fg, bg: bg & !EXTENDED, ..Pen::default() };
        if underlined {
            pen.set_style(1);
        } else if extended {
            pen.link = SOME_LINK;
        }
        pen.update_extended();
        self.set_plain(pen);
        if underlined && !extended {
            // With DECRC the flags come back, but not the underline; then the end of a link drops
            // the one flag and leaves the other.
            self.text("\x1b7\x1b[24m\x1b8\x1b]8;;\x07");
            self.pen = Pen { fg, bg, ..Pen::default() };
        }
    }

    /// Sets a plain pen, known or not.
    pub(super) fn set_plain(&mut self, to: Pen) {
        if to.link != self.pen.link {
            self.set_link(to.link);
        }
        let mut sgr = b"\x1b[0".to_vec();
        match to.style() {
            0 => {}
            1 => sgr.extend_from_slice(b";4"),
            style => sgr.extend_from_slice(format!(";4:{style}").as_bytes()),
        }
        flag_params(&mut sgr, to);
        color_params(&mut sgr, 50, to.extra & COLOR);
        sgr.push(b'm');
        self.out.extend_from_slice(&sgr);
        if to.bg & PROTECTED != 0 {
            self.out.extend_from_slice(b"\x1b[1\"q");
        }
        self.last = None;
        self.pen = to;
    }

    fn set_link(&mut self, number: u16) {
        let link = self.links.get(number);
        let text = match link {
            Some(link) => {
                let id = link.id.as_ref().map_or(String::new(), |id| format!("id={id}"));
                format!("\x1b]8;{id};{}\x07", link.address)
            }
            None if number == SOME_LINK => "\x1b]8;;about:blank\x07".to_owned(),
            None => "\x1b]8;;\x07".to_owned(),
        };
        self.text(&text);
    }
}

/// The parameters of SGR for all but the underline.
pub(super) fn flag_params(sgr: &mut Vec<u8>, pen: Pen) {
    let fg = [(BOLD, "1"), (BLINK, "5"), (INVERSE, "7"), (INVISIBLE, "8"), (STRIKETHROUGH, "9")];
    let bg = [(DIM, "2"), (ITALIC, "3"), (OVERLINE, "53")];
    let fg = fg.iter().filter(|(bit, _)| pen.fg & bit != 0);
    let bg = bg.iter().filter(|(bit, _)| pen.bg & bit != 0);
    for (_, param) in fg.chain(bg) {
        sgr.push(b';');
        sgr.extend_from_slice(param.as_bytes());
    }
    color_params(sgr, 30, pen.fg & COLOR);
    color_params(sgr, 40, pen.bg & COLOR);
}
