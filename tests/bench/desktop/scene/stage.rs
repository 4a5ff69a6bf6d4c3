//! An X screen to draw scenes on, with a strip at its foot that says which content frame it shows.
//!
//! The strip has a block for each bit of the frame's number in Gray code: from frame to frame one block changes and
//! no more, so the stamp costs each way the same, which is little, and is never half drawn.

use anyhow::{Context as _, ensure};
use x11rb::connection::Connection as _;
use x11rb::protocol::Event;
use x11rb::protocol::xproto::{
    ChangeWindowAttributesAux, ConfigureWindowAux, ConnectionExt as _, CreateGCAux, CreateWindowAux,
    EventMask, Gcontext, ImageFormat, InputFocus, Pixmap, Rectangle, Window, WindowClass,
};
use x11rb::rust_connection::RustConnection;

use super::picture::Picture;

/// Pixels from left to right.
pub const WIDTH: u16 = 1920;
/// Pixels from top to bottom, without the strip.
pub const CONTENT_HEIGHT: u16 = 1072;
/// Sides of a block, and the strip's height. Whole blocks of JPEG, so that it keeps them apart.
const BLOCK: u16 = 8;
/// The block that keys invert: left and top, and its side.
const KEYED: i16 = 64;
const KEYED_SIDE: u16 = 32;
/// Rows of a picture that are sent at once.
const ROWS: usize = 64;

/// A screen to draw on.
pub struct Stage {
    x: RustConnection,
    root: Window,
    content: Window,
    strip: Window,
    gc: Gcontext,
    frame: u32,
    colours: [u32; 2],
}

impl Stage {
    /// One whose content is drawn here.
    pub fn new() -> anyhow::Result<Self> {
        let mut stage = Self::beside()?;
        stage.content = stage.open(stage.root, (0, 0), (WIDTH, CONTENT_HEIGHT), &CreateWindowAux::new())?;
        stage.wait()?;
        Ok(stage)
    }

    /// One with nothing but the strip: another program draws the content.
    pub fn beside() -> anyhow::Result<Self> {
        let (x, number) = x11rb::connect(None)?;
        let screen = x.setup().roots.get(number).context("no screen")?;
        ensure!(
            (screen.width_in_pixels, screen.height_in_pixels) == (WIDTH, CONTENT_HEIGHT + BLOCK),
            "a screen of another size"
        );
        let (root, colours) = (screen.root, [screen.black_pixel, screen.white_pixel]);
        let gc = x.generate_id()?;
        x.create_gc(gc, root, &CreateGCAux::new().graphics_exposures(0))?;
        let mut stage = Self { x, root, content: root, strip: root, gc, frame: 0, colours };
        stage.strip =
            stage.open(root, (0, CONTENT_HEIGHT as i16), (WIDTH, BLOCK), &CreateWindowAux::new())?;
        stage.wait()?;
        Ok(stage)
    }

    fn open(
        &self,
        parent: Window,
        at: (i16, i16),
        size: (u16, u16),
        more: &CreateWindowAux,
    ) -> anyhow::Result<Window> {
        let window = self.x.generate_id()?;
        let mut more = more.override_redirect(1);
        if more.background_pixmap.is_none() {
            more = more.background_pixel(self.colours[0]);
        }
        let class = WindowClass::INPUT_OUTPUT;
        self.x.create_window(0, window, parent, at.0, at.1, size.0, size.1, 0, class, 0, &more)?;
        self.x.map_window(window)?;
        Ok(window)
    }

    /// Takes a picture to the server.
    pub fn keep(&self, picture: &Picture) -> anyhow::Result<Pixmap> {
        let pixmap = self.x.generate_id()?;
        self.x.create_pixmap(24, pixmap, self.root, picture.width, picture.height)?;
        let rows = picture.bytes.chunks(usize::from(picture.width) * 4 * ROWS);
        for (piece, bytes) in rows.enumerate() {
            let height = u16::try_from(bytes.len() / 4 / usize::from(picture.width))?;
            let y = i16::try_from(piece * ROWS)?;
            let format = ImageFormat::Z_PIXMAP;
            self.x.put_image(format, pixmap, self.gc, picture.width, height, 0, y, 0, 24, bytes)?;
        }
        self.wait()?;
        Ok(pixmap)
    }

    /// Shows a part of a picture.
    pub fn show(
        &self,
        picture: Pixmap,
        from: (u16, u16),
        to: (u16, u16),
        size: (u16, u16),
    ) -> anyhow::Result<()> {
        let (from, to) = ((from.0 as i16, from.1 as i16), (to.0 as i16, to.1 as i16));
        self.x.copy_area(picture, self.content, self.gc, from.0, from.1, to.0, to.1, size.0, size.1)?;
        Ok(())
    }

    /// Has this picture lie under all windows.
    pub fn back(&self, picture: Pixmap) -> anyhow::Result<()> {
        let below = ChangeWindowAttributesAux::new().background_pixmap(picture);
        self.x.change_window_attributes(self.content, &below)?;
        self.x.clear_area(false, self.content, 0, 0, 0, 0)?;
        Ok(())
    }

    /// A window with this picture in it.
    pub fn window(&self, picture: Pixmap, size: (u16, u16)) -> anyhow::Result<Window> {
        self.open(self.content, (0, 0), size, &CreateWindowAux::new().background_pixmap(picture))
    }

    /// Moves a window.
    pub fn put(&self, window: Window, (x, y): (i16, i16)) -> anyhow::Result<()> {
        self.x.configure_window(window, &ConfigureWindowAux::new().x(i32::from(x)).y(i32::from(y)))?;
        Ok(())
    }

    /// Shows where the next character goes.
    pub fn caret(&self, x: u16, y: u16, size: (u16, u16)) -> anyhow::Result<()> {
        let rect = Rectangle { x: x as i16, y: y as i16, width: 2, height: size.1 };
        self.fill(self.content, rect, true)
    }

    /// Takes the keyboard.
    pub fn listen(&self) -> anyhow::Result<()> {
        let keys = ChangeWindowAttributesAux::new().event_mask(EventMask::KEY_PRESS);
        self.x.change_window_attributes(self.content, &keys)?;
        self.x.set_input_focus(InputFocus::POINTER_ROOT, self.content, x11rb::CURRENT_TIME)?;
        self.wait()
    }

    /// Waits for a key, and inverts the block.
    pub fn key(&self) -> anyhow::Result<()> {
        while !matches!(self.x.wait_for_event()?, Event::KeyPress(_)) {}
        let rect = Rectangle { x: KEYED, y: KEYED, width: KEYED_SIDE, height: KEYED_SIDE };
        self.fill(self.content, rect, self.frame.is_multiple_of(2))?;
        Ok(self.x.flush()?)
    }

    /// Says that the next content frame is complete, and waits until the server has drawn all of it.
    pub fn stamp(&mut self) -> anyhow::Result<()> {
        let gray = |number: u32| number ^ (number >> 1);
        let before = gray(self.frame);
        self.frame = self.frame.wrapping_add(1) % (1 << 16);
        let bit = (before ^ gray(self.frame)).trailing_zeros();
        let rect = Rectangle { x: bit as i16 * BLOCK as i16, y: 0, width: BLOCK, height: BLOCK };
        self.fill(self.strip, rect, gray(self.frame) & (1 << bit) != 0)?;
        self.wait()
    }

    fn fill(&self, window: Window, rect: Rectangle, is_white: bool) -> anyhow::Result<()> {
        let colour =
            x11rb::protocol::xproto::ChangeGCAux::new().foreground(self.colours[usize::from(is_white)]);
        self.x.change_gc(self.gc, &colour)?;
        self.x.poly_fill_rectangle(window, self.gc, &[rect])?;
        Ok(())
    }

    fn wait(&self) -> anyhow::Result<()> {
        self.x.get_input_focus()?.reply()?;
        Ok(())
    }
}
