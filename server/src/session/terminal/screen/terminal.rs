//! The terminal itself: two buffers, the pen, the modes; what the parser finds is done here.

use super::buffer::Buffer;
use super::cell::{Cell, Pen};
use super::charset::Charsets;
use super::clusters::Clusters;
use super::colors::Colors;
use super::grapheme::Cluster;
use super::links::Links;

/// Modes, all of them as DECSET or SM switch them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Modes {
    pub(super) application_cursor: bool,
    pub(super) application_keypad: bool,
    pub(super) bracketed_paste: bool,
    pub(super) focus: bool,
    pub(super) insert: bool,
    pub(super) mouse: Mouse,
    pub(super) mouse_encoding: MouseEncoding,
    pub(super) origin: bool,
    pub(super) reverse_wrap: bool,
    pub(super) synchronized: bool,
    pub(super) wrap: bool,
    /// DECSCUSR: shape and blink.
    pub(super) cursor_shape: Option<u8>,
    pub(super) cursor_blink: Option<bool>,
}

impl Default for Modes {
    fn default() -> Self {
        Self {
            application_cursor: false,
            application_keypad: false,
            bracketed_paste: false,
            focus: false,
            insert: false,
            mouse: Mouse::default(),
            mouse_encoding: MouseEncoding::default(),
            origin: false,
            reverse_wrap: false,
            synchronized: false,
            wrap: true,
            cursor_shape: None,
            cursor_blink: None,
        }
    }
}

/// Which mouse events are reported; the value is the mode's number.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) enum Mouse {
    #[default]
    Off = 0,
    X10 = 9,
    Clicks = 1000,
    Drag = 1002,
    Any = 1003,
}

/// How; the value is the mode's number.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) enum MouseEncoding {
    #[default]
    Default = 0,
    Sgr = 1006,
    SgrPixels = 1016,
}

/// What no reset touches in xterm.js.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Lasting {
    pub(super) cursor_hidden: bool,
    /// LNM.
    pub(super) newline: bool,
    /// Mode 12, where it was switched.
    pub(super) blink: Option<bool>,
    pub(super) title: Option<String>,
    /// OSC 7, as it came.
    pub(super) directory: Option<String>,
    /// OSC 9;4, as it came.
    pub(super) progress: Option<String>,
    pub(super) colors: Colors,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Terminal {
    pub(super) cols: usize,
    pub(super) rows: usize,
    pub(super) normal: Buffer,
    pub(super) alternate: Buffer,
    pub(super) on_alternate: bool,
    pub(super) pen: Pen,
    pub(super) charsets: Charsets,
    pub(super) modes: Modes,
    pub(super) lasting: Lasting,
    /// What a following character may join and REP repeats; any control ends it.
    pub(super) last: Option<Cluster>,
    pub(super) clusters: Clusters,
    pub(super) links: Links,
}

impl Terminal {
    pub(super) fn new(cols: usize, rows: usize) -> Self {
        let mut normal = Buffer::new(cols, rows, true);
        normal.show(cols, rows, Pen::default());
        Self {
            cols,
            rows,
            normal,
            alternate: Buffer::new(cols, rows, false),
            on_alternate: false,
            pen: Pen::default(),
            charsets: Charsets::default(),
            modes: Modes::default(),
            lasting: Lasting::default(),
            last: None,
            clusters: Clusters::default(),
            links: Links::default(),
        }
    }

    pub(super) fn buffer(&mut self) -> &mut Buffer {
        if self.on_alternate { &mut self.alternate } else { &mut self.normal }
    }

    pub(super) fn shown(&self) -> &Buffer {
        if self.on_alternate { &self.alternate } else { &self.normal }
    }

    /// RIS.
    pub(super) fn reset(&mut self) {
        let lasting = std::mem::take(&mut self.lasting);
        *self = Self { lasting, ..Self::new(self.cols, self.rows) };
    }

    /// DECSTR.
    pub(super) fn soft_reset(&mut self) {
        self.lasting.cursor_hidden = false;
        self.pen = Pen::default();
        self.modes =
            Modes { mouse: self.modes.mouse, mouse_encoding: self.modes.mouse_encoding, ..Modes::default() };
        self.charsets = Charsets::default();
        let bottom = self.rows - 1;
        let buffer = self.buffer();
        (buffer.top, buffer.bottom) = (0, bottom);
        buffer.saved = super::buffer::Saved::default();
    }

    pub(super) fn show_alternate(&mut self) {
        if self.on_alternate {
            return;
        }
        self.alternate.show(self.cols, self.rows, self.pen.erasing());
        (self.alternate.x, self.alternate.y) = (self.normal.x, self.normal.y);
        self.on_alternate = true;
    }

    pub(super) fn show_normal(&mut self) {
        if !self.on_alternate {
            return;
        }
        (self.normal.x, self.normal.y) = (self.alternate.x, self.alternate.y);
        self.alternate.clear(self.cols, self.rows);
        self.on_alternate = false;
    }

    /// One line up, with the erasing colour below.
    pub(super) fn scroll(&mut self, wrapped: bool) {
        let fill = self.pen.erasing();
        self.buffer().scroll(fill, wrapped);
    }

    pub(super) fn save_cursor(&mut self) {
        let (pen, charset, cols) = (self.pen, self.charsets.active, self.cols);
        let buffer = self.buffer();
        buffer.saved =
            super::buffer::Saved { x: buffer.x.min(cols - 1), y: buffer.y, fg: pen.fg, bg: pen.bg, charset };
    }

    pub(super) fn restore_cursor(&mut self) {
        let buffer = self.buffer();
        let saved = buffer.saved;
        (buffer.x, buffer.y) = (saved.x, saved.y);
        (self.pen.fg, self.pen.bg) = (saved.fg, saved.bg);
        self.charsets.active = saved.charset;
        self.restrict_cursor();
    }

    /// Keeps the cursor on the screen, within the margins in origin mode; a pending wrap is off.
    pub(super) fn restrict_cursor(&mut self) {
        self.restrict_cursor_to(self.cols - 1);
    }

    /// The same but for a pending wrap.
    pub(super) fn restrict_row(&mut self) {
        self.restrict_cursor_to(self.cols);
    }

    fn restrict_cursor_to(&mut self, most: usize) {
        let (origin, last) = (self.modes.origin, self.rows - 1);
        let buffer = self.buffer();
        buffer.x = buffer.x.min(most);
        buffer.y = if origin { buffer.y.clamp(buffer.top, buffer.bottom) } else { buffer.y.min(last) };
    }

    /// Absolute, from the top margin in origin mode.
    pub(super) fn set_cursor(&mut self, x: usize, y: usize) {
        let origin = self.modes.origin;
        let buffer = self.buffer();
        buffer.x = x;
        buffer.y = if origin { buffer.top.saturating_add(y) } else { y };
        self.restrict_cursor();
    }

    /// Relative. In origin mode it adds the top margin, as xterm.js does.
    pub(super) fn move_cursor(&mut self, right: i64, down: i64) {
        self.restrict_cursor();
        let buffer = self.buffer();
        let moved = |from: usize, by: i64| from as i64 + by;
        let (x, y) = (moved(buffer.x, right), moved(buffer.y, down));
        let y = if self.modes.origin { y + self.buffer().top as i64 } else { y };
        let buffer = self.buffer();
        buffer.x = x.max(0) as usize;
        buffer.y = y.max(0) as usize;
        self.restrict_cursor();
    }

    /// Drops clusters and links that no cell shows any more.
    pub(super) fn collect_clusters(&mut self) {
        let mut used = self.clusters.none_used();
        for cell in cells(&self.normal).chain(cells(&self.alternate)) {
            if let Some(slot) = cell.cluster().and_then(|number| used.get_mut(number)) {
                *slot = true;
            }
        }
        self.clusters.keep(&used);
    }

    pub(super) fn collect_links(&mut self) {
        let mut used = self.links.none_used();
        let pen = self.pen.link;
        for link in cells(&self.normal).chain(cells(&self.alternate)).map(|c| c.link()).chain([pen]) {
            if let Some(slot) = used.get_mut(usize::from(link)) {
                *slot = true;
            }
        }
        self.links.keep(&used);
    }
}

fn cells(buffer: &Buffer) -> impl Iterator<Item = &Cell> {
    buffer.lines.iter().flat_map(|line| line.cells())
}
