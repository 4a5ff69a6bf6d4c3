//! A transcript as plain text: what a person would have read, line by line.
//!
//! Output goes through a small screen ([`screen::Screen`]), so that what was overwritten (progress bars,
//! edited command lines) shows its last state only, and lines that a terminal wrapped are whole
//! again. Colours and titles are left out, and so is whatever programs showed on the alternate screen
//! (editors, pagers). A screen that is cleared stays in the transcript.

mod escape;
mod screen;

use super::event::{Event, Timed};
use super::file::About;
use super::utf8::Utf8;
use escape::Parser;
use screen::Screen;

/// Writes a transcript.
#[derive(Debug)]
pub struct Text {
    parser: Parser,
    screen: Screen,
    utf8: Utf8,
    piece: String,
}

impl Text {
    /// A transcript of a session that began as `about` says.
    #[must_use]
    pub fn begin(about: &About) -> Self {
        Self {
            parser: Parser::default(),
            screen: Screen::new(about.size()),
            utf8: Utf8::default(),
            piece: String::new(),
        }
    }

    /// Takes an event in and appends the lines that are done to `out`.
    pub fn event(&mut self, timed: &Timed, out: &mut Vec<u8>) {
        match &timed.event {
            Event::Output(bytes) => {
                self.piece.clear();
                self.utf8.feed(bytes, &mut self.piece);
                for char in self.piece.chars() {
                    self.parser.feed(char, &mut self.screen);
                }
            }
            Event::Size(size) => self.screen.resize(*size),
            Event::Gap(gap) => self.remark(&gap.to_string()),
            Event::End(_) => {}
        }
        self.screen.take(out);
    }

    /// A line of its own that the machine has not printed.
    pub fn mark(&mut self, words: &str, out: &mut Vec<u8>) {
        self.remark(words);
        self.screen.take(out);
    }

    /// Nothing follows: appends what is still on the screen.
    pub fn end(&mut self, out: &mut Vec<u8>) {
        self.screen.finish();
        self.screen.take(out);
    }

    fn remark(&mut self, words: &str) {
        self.parser = Parser::default();
        self.utf8 = Utf8::default();
        self.screen.remark(&format!("[{words}]"));
    }
}

#[cfg(test)]
mod tests;
