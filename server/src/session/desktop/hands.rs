//! What viewers do, on its way to the machine.
//!
//! Nobody waits here: a machine that takes its time gets the pointer's last place instead of its way, and one that
//! takes nothing for seconds misses what was done meanwhile, but never that everything was let go.

use std::collections::VecDeque;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use tokio::sync::Notify;
use tokio::time::Instant;

use crate::backend::DesktopInput;
use crate::clock::tick;
use crate::picture::Canvas;

/// Acts that wait for the machine; a text that is entered at once is two for each letter.
const ACTS: usize = 4096;
/// Texts for its clipboard among them.
const TEXTS: usize = 4;
/// Where the machine takes nothing for so long, what waits would hit what nobody aimed at.
const LATE: Duration = Duration::from_secs(5);
/// A merged turn of the wheel at most, in 120ths of a notch: no more of one act reaches a machine.
const TURN: i16 = 16 * 120;

/// The queue between viewers and back end.
#[derive(Debug, Default)]
pub struct Hands {
    waiting: Mutex<Waiting>,
    news: Notify,
}

#[derive(Debug, Default)]
struct Waiting {
    acts: VecDeque<DesktopInput>,
    /// The buttons that the newest of them leaves down.
    buttons: u8,
    /// Whether the newest only moves the pointer.
    is_move: bool,
    /// When the machine last took one of them, or the first began to wait.
    taken: Option<Instant>,
    /// Whether buttons that are down were let go here, and are not to be pressed anew by moving.
    let_go: bool,
    canvas: Option<Box<Canvas>>,
    leaves: bool,
}

impl Hands {
    /// Somebody did something. False where nothing of what was done lately will reach the machine.
    pub fn act(&self, act: DesktopInput) -> bool {
        self.change(|waiting| waiting.act(act, tick()))
    }

    /// Everything that is down goes up.
    pub fn release(&self) {
        self.change(Waiting::release);
    }

    /// More may be drawn.
    pub fn draw(&self, canvas: Box<Canvas>) {
        self.change(|waiting| waiting.canvas = Some(canvas));
    }

    /// The session is over.
    pub fn leave(&self) {
        self.change(|waiting| waiting.leaves = true);
    }

    /// What is next for the machine. Dropping the future loses nothing.
    pub async fn next(&self) -> DesktopInput {
        loop {
            if let Some(input) = self.waiting().next(tick()) {
                return input;
            }
            self.news.notified().await;
        }
    }

    fn change<T>(&self, change: impl FnOnce(&mut Waiting) -> T) -> T {
        let result = change(&mut self.waiting());
        self.news.notify_one();
        result
    }

    fn waiting(&self) -> MutexGuard<'_, Waiting> {
        self.waiting.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Waiting {
    fn act(&mut self, mut act: DesktopInput, now: Instant) -> bool {
        let mut buttons = None;
        if let DesktopInput::Pointer { buttons: held, .. } = &mut act {
            self.let_go &= *held != 0;
            if self.let_go {
                *held = 0;
            }
            buttons = Some(*held);
        }
        let (was_move, is_move) = (self.is_move, buttons == Some(self.buttons));
        if self.acts.back_mut().is_some_and(|last| replaces(last, &act, was_move && is_move)) {
            return true;
        }
        let is_text = |act: &DesktopInput| matches!(act, DesktopInput::Clipboard(_));
        let texts = self.acts.iter().filter(|act| is_text(act)).count();
        let is_late = !self.acts.is_empty() && self.taken.is_some_and(|taken| now > taken + LATE);
        if is_late || self.acts.len() >= ACTS || (is_text(&act) && texts >= TEXTS) {
            // Half of what was meant is worse than nothing.
            self.acts.clear();
            self.let_go = buttons.unwrap_or(self.buttons) != 0;
            self.release();
            self.taken = Some(now);
            return false;
        }
        if self.acts.is_empty() {
            self.taken = Some(now);
        }
        self.acts.push_back(act);
        self.is_move = is_move;
        self.buttons = buttons.unwrap_or(self.buttons);
        true
    }

    fn release(&mut self) {
        if !matches!(self.acts.back(), Some(DesktopInput::Release)) {
            self.acts.push_back(DesktopInput::Release);
        }
        (self.is_move, self.buttons) = (false, 0);
    }

    fn next(&mut self, now: Instant) -> Option<DesktopInput> {
        if self.leaves {
            return Some(DesktopInput::Leave);
        }
        if let Some(canvas) = self.canvas.take() {
            return Some(DesktopInput::Canvas(canvas));
        }
        let act = self.acts.pop_front()?;
        self.taken = Some(now);
        Some(act)
    }
}

/// Puts `next` in the place of `last`, where nobody can tell that from both; two of the pointer's where `both_move`.
fn replaces(last: &mut DesktopInput, next: &DesktopInput, both_move: bool) -> bool {
    use DesktopInput::{Pointer, Resize, Wheel};
    match (last, next) {
        (Pointer { x, y, .. }, Pointer { x: to_x, y: to_y, .. }) if both_move => {
            (*x, *y) = (*to_x, *to_y);
            true
        }
        (Wheel { x, y, right, down }, Wheel { x: at_x, y: at_y, right: more_right, down: more_down })
            if (*x, *y) == (*at_x, *at_y) =>
        {
            let turned = (right.saturating_add(*more_right), down.saturating_add(*more_down));
            let fits = turned.0.unsigned_abs().max(turned.1.unsigned_abs()) <= TURN.unsigned_abs();
            if fits {
                (*right, *down) = turned;
            }
            fits
        }
        (Resize(width, height), Resize(to_width, to_height)) => {
            (*width, *height) = (*to_width, *to_height);
            true
        }
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use futures_util::FutureExt as _;
    use transom_protocol::wire::desktop::Key;

    use super::*;

    fn at(buttons: u8, x: u16) -> DesktopInput {
        DesktopInput::Pointer { buttons, x, y: 0 }
    }

    fn key(down: bool) -> DesktopInput {
        DesktopInput::Key(Key { down, code: 30, keysym: 97 })
    }

    fn all(hands: &Hands) -> String {
        let next = std::iter::from_fn(|| hands.next().now_or_never());
        next.map(|input| format!("{input:?} ")).collect()
    }

    #[test]
    fn the_way_of_the_pointer_is_left_out_but_no_press() {
        let hands = Hands::default();
        let wheel = |down| DesktopInput::Wheel { x: 7, y: 0, right: 0, down };
        let said =
            [at(0, 1), at(0, 2), at(1, 2), at(1, 5), at(1, 6), at(0, 6), at(0, 7), wheel(120), wheel(-60)];
        said.into_iter().for_each(|act| assert!(hands.act(act)));
        let left = [at(0, 2), at(1, 2), at(1, 6), at(0, 6), at(0, 7), wheel(60)];
        assert_eq!(all(&hands), left.iter().map(|input| format!("{input:?} ")).collect::<String>());
        hands.act(at(1, 7));
        hands.release();
        hands.act(at(1, 8));
        assert_eq!(all(&hands).matches("Pointer").count(), 2, "pressed anew");
    }

    #[test]
    fn a_text_that_is_entered_at_once_waits_whole() {
        let hands = Hands::default();
        (0..ACTS).for_each(|n| assert!(hands.act(key(n % 2 == 0))));
        assert_eq!(all(&hands).matches("Key(").count(), ACTS);
        let turn = || DesktopInput::Wheel { x: 7, y: 0, right: 0, down: 120 };
        (0..30).for_each(|_| assert!(hands.act(turn())));
        assert!(
            all(&hands).contains("down: 1920") && hands.act(turn()),
            "no more than a machine is told of one act"
        );
    }

    #[test]
    fn a_machine_that_takes_nothing_is_told_to_let_go_and_nobody_waits_for_it() {
        let hands = Hands::default();
        let taken = (0..=ACTS).filter(|n| hands.act(key(n % 2 == 0))).count();
        assert_eq!((taken, all(&hands)), (ACTS, "Release ".to_owned()));
        let text = || DesktopInput::Clipboard("x".repeat(1 << 20));
        let texts = (0..=TEXTS).filter(|_| hands.act(text()) && hands.act(key(true))).count();
        assert_eq!((texts, all(&hands)), (TEXTS, "Release ".to_owned()));
    }

    #[test]
    fn what_waited_too_long_is_left_out_and_what_was_held_stays_up() {
        let (mut waiting, now) = (Waiting::default(), tick());
        assert!(waiting.act(at(1, 5), now) && waiting.act(key(true), now + LATE));
        assert!(matches!(waiting.next(now + LATE), Some(DesktopInput::Pointer { .. })), "it takes something");
        assert!(waiting.act(key(false), now + LATE * 2));
        assert!(!waiting.act(at(1, 6), now + LATE * 3));
        assert!(waiting.act(at(1, 7), now + LATE * 3) && waiting.act(at(1, 8), now + LATE * 3));
        assert!(waiting.act(at(0, 8), now + LATE * 3) && waiting.act(at(1, 9), now + LATE * 3));
        let left = std::iter::from_fn(|| waiting.next(now)).map(|input| format!("{input:?} "));
        let wanted = [DesktopInput::Release, at(0, 8), at(1, 9)].map(|input| format!("{input:?} "));
        assert_eq!(left.collect::<String>(), wanted.concat());
    }

    #[test]
    fn leaving_and_drawing_wait_behind_nothing() {
        let hands = Hands::default();
        (0..8).for_each(|n| assert!(hands.act(key(n % 2 == 0))));
        hands.release();
        hands.release();
        hands.draw(Box::new(Canvas::new(1, 1).unwrap()));
        let first = hands.next().now_or_never();
        assert!(matches!(first, Some(DesktopInput::Canvas(_))), "{first:?}");
        assert_eq!(all(&hands).matches("Release").count(), 1);
        hands.act(key(true));
        hands.leave();
        assert!(matches!(hands.next().now_or_never(), Some(DesktopInput::Leave)));
    }
}
