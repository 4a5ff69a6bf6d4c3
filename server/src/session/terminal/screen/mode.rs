//! Modes: SM and RM, DECSET and DECRST, DECSCUSR.

use super::terminal::{Mouse, MouseEncoding, Terminal};

impl Terminal {
    /// SM and RM.
    pub(super) fn set_ansi_mode(&mut self, mode: i32, on: bool) {
        match mode {
            4 => self.modes.insert = on,
            20 => self.lasting.newline = on,
            _ => {}
        }
    }

    /// DECSET and DECRST.
    pub(super) fn set_mode(&mut self, mode: i32, on: bool) {
        match mode {
            1 => self.modes.application_cursor = on,
            2 if on => (0..4).for_each(|level| self.charsets.designate(level, None)),
            6 => {
                self.modes.origin = on;
                self.set_cursor(0, 0);
            }
            7 => self.modes.wrap = on,
            12 => self.lasting.blink = Some(on),
            25 => self.lasting.cursor_hidden = !on,
            45 => self.modes.reverse_wrap = on,
            66 => self.modes.application_keypad = on,
            9 => self.set_mouse(Mouse::X10, on),
            1000 => self.set_mouse(Mouse::Clicks, on),
            1002 => self.set_mouse(Mouse::Drag, on),
            1003 => self.set_mouse(Mouse::Any, on),
            1004 => self.modes.focus = on,
            1006 => self.set_mouse_encoding(MouseEncoding::Sgr, on),
            1016 => self.set_mouse_encoding(MouseEncoding::SgrPixels, on),
            47 | 1047 if on => self.show_alternate(),
            47 | 1047 => self.show_normal(),
            1048 if on => self.save_cursor(),
            1048 => self.restore_cursor(),
            1049 if on => {
                self.save_cursor();
                self.show_alternate();
            }
            1049 => {
                self.show_normal();
                self.restore_cursor();
            }
            2004 => self.modes.bracketed_paste = on,
            2026 => self.modes.synchronized = on,
            _ => {}
        }
    }

    /// Off is off, whichever was on.
    fn set_mouse(&mut self, mouse: Mouse, on: bool) {
        self.modes.mouse = if on { mouse } else { Mouse::Off };
    }

    fn set_mouse_encoding(&mut self, encoding: MouseEncoding, on: bool) {
        self.modes.mouse_encoding = if on { encoding } else { MouseEncoding::Default };
    }

    /// DECSCUSR.
    pub(super) fn set_cursor_style(&mut self, style: i32) {
        if style == 0 {
            (self.modes.cursor_shape, self.modes.cursor_blink) = (None, None);
            return;
        }
        if let 1..=6 = style {
            self.modes.cursor_shape = Some(((style - 1) / 2) as u8);
        }
        self.modes.cursor_blink = Some(style % 2 == 1);
    }
}
