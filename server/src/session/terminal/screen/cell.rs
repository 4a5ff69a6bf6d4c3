//! A cell of the screen, and the pen that it was written with, in the layout that xterm.js uses.

/// Which of the four kinds a colour is; the rest of a colour's 26 bits is its index or RGB.
pub(super) const COLOR_KIND: u32 = 0x0300_0000;
pub(super) const COLOR_16: u32 = 0x0100_0000;
pub(super) const COLOR_256: u32 = 0x0200_0000;
pub(super) const COLOR_RGB: u32 = 0x0300_0000;
/// A whole colour.
pub(super) const COLOR: u32 = 0x03ff_ffff;

// Above the colour in `fg`.
pub(super) const INVERSE: u32 = 1 << 26;
pub(super) const BOLD: u32 = 1 << 27;
pub(super) const UNDERLINE: u32 = 1 << 28;
pub(super) const BLINK: u32 = 1 << 29;
pub(super) const INVISIBLE: u32 = 1 << 30;
pub(super) const STRIKETHROUGH: u32 = 1 << 31;

// Above the colour in `bg`.
pub(super) const ITALIC: u32 = 1 << 26;
pub(super) const DIM: u32 = 1 << 27;
/// The cell's `extra` and `link` count.
pub(super) const EXTENDED: u32 = 1 << 28;
pub(super) const PROTECTED: u32 = 1 << 29;
pub(super) const OVERLINE: u32 = 1 << 30;

/// Style of the underline in `extra`, above its colour.
pub(super) const STYLE_SHIFT: u32 = 26;

const CLUSTER: u32 = 1 << 21;
const WIDTH_SHIFT: u32 = 22;
const TEXT: u32 = (1 << 22) - 1;

/// How the next character is written.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) struct Pen {
    pub(super) fg: u32,
    pub(super) bg: u32,
    /// Underline: style and colour.
    pub(super) extra: u32,
    /// Open hyperlink; 0 is none.
    pub(super) link: u16,
}

impl Pen {
    /// What erased cells get: the background's colour, nothing else.
    pub(super) fn erasing(self) -> Self {
        Self { bg: self.bg & COLOR, ..Self::default() }
    }

    pub(super) fn style(self) -> u32 {
        self.extra >> STYLE_SHIFT
    }

    pub(super) fn set_style(&mut self, style: u32) {
        self.extra = (self.extra & COLOR) | (style << STYLE_SHIFT);
        self.update_extended();
    }

    /// Sets [`EXTENDED`] as underline and link ask for it.
    pub(super) fn update_extended(&mut self) {
        if self.style() == 0 && self.link == 0 {
            self.bg &= !EXTENDED;
        } else {
            self.bg |= EXTENDED;
        }
    }
}

/// One cell.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Cell {
    /// Character or number of a cluster, and the width.
    content: u32,
    fg: u32,
    bg: u32,
    extra: u32,
    link: u16,
}

impl Cell {
    /// An empty cell; `code` is 0.
    pub(super) fn empty(pen: Pen) -> Self {
        Self::new(0, 1, pen)
    }

    pub(super) fn new(code: u32, width: u32, pen: Pen) -> Self {
        let (extra, link) = if pen.bg & EXTENDED == 0 { (0, 0) } else { (pen.extra, pen.link) };
        Self { content: code | (width << WIDTH_SHIFT), fg: pen.fg, bg: pen.bg, extra, link }
    }

    /// The same with another character of width 1.
    pub(super) fn with_ascii(self, byte: u8) -> Self {
        Self { content: u32::from(byte) | (1 << WIDTH_SHIFT), ..self }
    }

    pub(super) fn width(self) -> u32 {
        self.content >> WIDTH_SHIFT
    }

    pub(super) fn set_width(&mut self, width: u32) {
        self.content = (self.content & TEXT) | (width << WIDTH_SHIFT);
    }

    pub(super) fn has_content(self) -> bool {
        self.content & TEXT != 0
    }

    /// Second half of something wide.
    pub(super) fn is_half(self) -> bool {
        self.content == 0
    }

    /// Its character where it holds exactly one, or 0.
    pub(super) fn code(self) -> u32 {
        if self.content & CLUSTER == 0 { self.content & TEXT } else { 0 }
    }

    /// Its number in the table of clusters.
    pub(super) fn cluster(self) -> Option<usize> {
        (self.content & CLUSTER != 0).then_some((self.content & (CLUSTER - 1)) as usize)
    }

    pub(super) fn set_cluster(&mut self, number: usize) {
        self.content = (self.content & !TEXT) | CLUSTER | (number as u32 & (CLUSTER - 1));
    }

    pub(super) fn is_protected(self) -> bool {
        self.bg & PROTECTED != 0
    }

    pub(super) fn link(self) -> u16 {
        self.link
    }

    pub(super) fn pen(self) -> Pen {
        Pen { fg: self.fg, bg: self.bg, extra: self.extra, link: self.link }
    }
}
