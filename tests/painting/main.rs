//! The painter alone: viewers of every pace end with the machine's own pixels.

use std::time::{Duration, Instant};

use proptest::prelude::*;
use transom_protocol::rect::Rect;
use transom_protocol::rfb::{Cursor, Framebuffer};
use transom_server::clock::tick;
use transom_server::picture::{Canvas, Frame, Move, Painter, Step};
use transom_tests::picture::Picture;

/// What a viewer shows, and which frame that is.
struct Viewer {
    picture: Picture,
    has: u32,
    in_step: bool,
}

impl Viewer {
    fn new() -> Self {
        Self { picture: Picture::new().unwrap(), has: 0, in_step: false }
    }

    /// Takes the next frame where it can.
    fn follow(&mut self, frame: &Frame) -> bool {
        self.in_step = self.has + 1 == frame.number && (frame.restarts || self.in_step);
        if self.has + 1 != frame.number || (frame.is_streamed && !self.in_step) {
            return false;
        }
        self.draw(&frame.ops);
        self.has = frame.number;
        true
    }

    fn catch_up(&mut self, painter: &mut Painter, now: Instant) {
        let ops = painter.catch_up(self.has, now).unwrap();
        self.draw(&ops);
        (self.has, self.in_step) = (painter.number(), false);
    }

    fn draw(&mut self, ops: &[u8]) {
        self.picture.draw(ops).unwrap();
        assert!(self.picture.is_whole(), "half an operation");
    }
}

/// What a machine does between two frames.
#[derive(Debug, Clone)]
enum Act {
    Fill(Rect, u32),
    Text(Rect, u32),
    Photo(Rect, u32),
    /// Everything in it goes up or down.
    Scroll(Rect, i16),
    /// The same, and the machine says so.
    Copy(Rect, (u16, u16)),
    Resize(u16, u16),
    Pointer(u16),
    /// Nothing, for so long.
    Rest(u64),
}

fn acts() -> impl Strategy<Value = Vec<Vec<Act>>> {
    let rect = || {
        (0_u16..700, 0_u16..420, 1_u16..500, 1_u16..400).prop_map(|(x, y, width, height)| Rect {
            x,
            y,
            width,
            height,
        })
    };
    let act = prop_oneof![
        2 => (rect(), any::<u32>()).prop_map(|(rect, colour)| Act::Fill(rect, colour)),
        4 => (rect(), any::<u32>()).prop_map(|(rect, seed)| Act::Text(rect, seed)),
        3 => (rect(), any::<u32>()).prop_map(|(rect, seed)| Act::Photo(rect, seed)),
        3 => (rect(), -90_i16..90).prop_map(|(rect, by)| Act::Scroll(rect, by)),
        2 => (rect(), 0_u16..300, 0_u16..200).prop_map(|(rect, x, y)| Act::Copy(rect, (x, y))),
        1 => (1_u16..900, 1_u16..500).prop_map(|(width, height)| Act::Resize(width, height)),
        1 => (0_u16..20).prop_map(Act::Pointer),
        2 => (0_u64..900).prop_map(Act::Rest),
    ];
    proptest::collection::vec(proptest::collection::vec(act, 0..4), 1..14)
}

fn clipped(rect: Rect, screen: &Framebuffer) -> Rect {
    let (x, y) = (rect.x.min(screen.width() - 1), rect.y.min(screen.height() - 1));
    Rect { x, y, width: rect.width.min(screen.width() - x), height: rect.height.min(screen.height() - y) }
}

fn act_on(canvas: &mut Canvas, act: &Act) {
    let screen = &mut canvas.screen;
    let opaque = |colour: u32| colour | 0xff00_0000;
    let mut each = |rect: Rect, of: &dyn Fn(u32, u32) -> u32| {
        let rect = clipped(rect, screen);
        for (y, row) in screen.rows_mut(rect).enumerate() {
            row.iter_mut().enumerate().for_each(|(x, pixel)| *pixel = opaque(of(x as u32, y as u32)));
        }
        rect
    };
    let drawn = match act {
        Act::Fill(rect, colour) => each(*rect, &|_, _| *colour),
        Act::Text(rect, seed) => each(*rect, &|x, y| {
            if y % 16 < 11 && (x / 2 + seed).wrapping_mul(2_654_435_761 ^ (y * 40_503)) % 4 == 0 {
                0xff_ffff
            } else {
                0
            }
        }),
        Act::Photo(rect, seed) => each(*rect, &|x, y| {
            let wave = |a: u32| ((f64::from(a + seed % 50) / 7.0).sin() * 100.0 + 128.0) as u32;
            wave(x) | wave(y) << 8 | wave(x + y) << 16
        }),
        Act::Scroll(rect, by) => {
            let rect = clipped(*rect, screen);
            let rows = rect.height.saturating_sub(by.unsigned_abs());
            let (up, down) = (rect.y, rect.y + by.unsigned_abs());
            let (to, from) = if *by > 0 { (down, up) } else { (up, down) };
            if rows > 0 {
                screen.copy(Rect { y: to, height: rows, ..rect }, (rect.x, from));
            }
            rect
        }
        Act::Copy(rect, from) => {
            let from = clipped(Rect { x: from.0, y: from.1, ..*rect }, screen);
            let to = clipped(Rect { width: from.width, height: from.height, ..*rect }, screen);
            screen.copy(to, (from.x, from.y));
            return canvas.moved(Move { to, from: (from.x, from.y) });
        }
        Act::Resize(width, height) => {
            screen.resize(*width, *height).unwrap();
            return canvas.resized();
        }
        Act::Pointer(hot) => {
            canvas.pointer =
                Some(Cursor { width: 24, height: 24, hotspot: (*hot, 3), pixels: vec![7; 24 * 24] });
            return;
        }
        Act::Rest(_) => return,
    };
    canvas.drawn(drawn);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(60))]

    #[test]
    fn viewers_of_every_pace_end_with_the_machines_own_pixels(script in acts(), rejoins in any::<u16>()) {
        let began = tick().into_std();
        let (mut painter, mut canvas) = (Painter::new(began).unwrap(), Canvas::new(640, 400).unwrap());
        let (mut quick, mut slow, mut now) = (Viewer::new(), Viewer::new(), began);
        let (mut late, mut early) = (None, Viewer::new());
        for (i, acts) in script.iter().enumerate() {
            for act in acts {
                act_on(&mut canvas, act);
                if let Act::Rest(ms) = act { now += Duration::from_millis(*ms); }
            }
            if rejoins >> (i % 16) & 1 == 1 { painter.restart(); }
            let changes = painter.take(&mut canvas, now);
            // Somebody catches up while the frame is being encoded.
            if rejoins >> (i % 11) & 1 == 1 { early.catch_up(&mut painter, now); }
            let frames = [painter.paint(&changes, now).unwrap(), painter.refine(now, Step::Whole).unwrap()];
            for frame in frames.into_iter().flatten() {
                prop_assert!(quick.follow(&frame), "whoever has all frames is in step");
                // The slow one takes one now and then.
                if rejoins >> (i % 13) & 1 == 1 { slow.follow(&frame); }
            }
            if i % 4 == 3 {
                slow.catch_up(&mut painter, now);
                prop_assert_eq!(slow.has, quick.has);
            }
            if i == script.len() / 2 {
                let mut viewer = Viewer::new();
                viewer.catch_up(&mut painter, now);
                late = Some(viewer);
            }
        }
        // Everything settles; a newcomer is shown photographs with loss first.
        let mut last = Viewer::new();
        last.catch_up(&mut painter, now);
        let mut steps = 0;
        while let Some(at) = painter.settles_at() {
            now = at;
            if let Some(frame) = painter.refine(now, Step::Whole).unwrap() {
                prop_assert!(quick.follow(&frame));
            }
            for viewer in [Some(&mut slow), late.as_mut(), Some(&mut early), Some(&mut last)].into_iter().flatten() {
                viewer.catch_up(&mut painter, now);
            }
            steps += 1;
            prop_assert!(steps < 500, "it never settles");
        }
        for viewer in [Some(&mut slow), late.as_mut(), Some(&mut early), Some(&mut last)].into_iter().flatten() {
            viewer.catch_up(&mut painter, now);
        }
        prop_assert!(painter.settles_at().is_none(), "what was exact is lossy again");
        prop_assert!(quick.picture.screen == canvas.screen, "the quick one shows something else");
        for viewer in [Some(&mut slow), late.as_mut(), Some(&mut early), Some(&mut last)].into_iter().flatten() {
            prop_assert!(viewer.picture.screen == canvas.screen, "another one shows something else");
            prop_assert_eq!(viewer.picture.pointer, quick.picture.pointer);
        }
    }
}

#[test]
fn who_catches_up_while_a_frame_is_encoded_loses_nothing_for_good() {
    let began = tick().into_std();
    let (mut painter, mut canvas) = (Painter::new(began).unwrap(), Canvas::new(640, 400).unwrap());
    let (mut viewer, mut now) = (Viewer::new(), began);
    act_on(&mut canvas, &Act::Photo(Rect { x: 0, y: 0, width: 640, height: 400 }, 3));
    let changes = painter.take(&mut canvas, now);
    painter.paint(&changes, now).unwrap();
    while let Some(at) = painter.settles_at() {
        now = at;
        painter.refine(now, Step::Whole).unwrap();
    }
    // A little text, which goes as it is; the block around it goes as a photograph to whom it is new.
    act_on(&mut canvas, &Act::Text(Rect { x: 128, y: 64, width: 32, height: 16 }, 5));
    let changes = painter.take(&mut canvas, now);
    viewer.catch_up(&mut painter, now);
    assert!(viewer.picture.ops[4] > 0, "no photograph: {:?}", viewer.picture.ops);
    painter.paint(&changes, now).unwrap();
    painter.restart();
    while let Some(at) = painter.settles_at() {
        now = at;
        if let Some(frame) = painter.refine(now, Step::Whole).unwrap() {
            assert!(viewer.follow(&frame), "it is in step from here on");
        }
    }
    assert!(viewer.picture.screen == canvas.screen, "something stays blurred");
}

#[test]
fn what_a_window_uncovers_of_a_photograph_is_a_photograph() {
    let now = tick().into_std();
    let (mut painter, mut canvas) = (Painter::new(now).unwrap(), Canvas::new(640, 400).unwrap());
    let mut viewer = Viewer::new();
    let mut shown = |act: Act| {
        act_on(&mut canvas, &act);
        let changes = painter.take(&mut canvas, now);
        let frame = painter.paint(&changes, now).unwrap().unwrap();
        assert!(viewer.follow(&frame));
        (viewer.picture.ops[4], frame.ops.len())
    };
    shown(Act::Photo(Rect { x: 0, y: 0, width: 640, height: 400 }, 3));
    let (before, _) = shown(Act::Fill(Rect { x: 100, y: 40, width: 200, height: 300 }, 0x30_3030));
    let (photographs, bytes) = shown(Act::Photo(Rect { x: 100, y: 40, width: 9, height: 300 }, 5));
    assert!(photographs > before && bytes < 9 * 300, "{photographs} photographs, {bytes} bytes");
}
