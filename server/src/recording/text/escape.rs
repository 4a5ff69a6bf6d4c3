//! Escape sequences: what they ask of a screen. Whatever is not known is left out.

use super::screen::{Part, Screen};

/// Most parameters of a sequence that are heeded.
const PARAMETERS: usize = 8;

/// Where in a sequence the output is.
#[derive(Debug, Default, Clone, Copy, PartialEq, Eq)]
enum State {
    #[default]
    Ground,
    Escape,
    /// An escape with more to come, of which one character is left.
    Designate,
    Control,
    /// A title or the like, to its end.
    Text,
    TextEscape,
}

/// Takes characters in and tells a screen what they mean.
#[derive(Debug, Default)]
pub struct Parser {
    state: State,
    parameters: Vec<u16>,
    /// `?` and the like before the parameters.
    private: Option<char>,
    odd: bool,
}

impl Parser {
    /// The next character.
    pub fn feed(&mut self, char: char, screen: &mut Screen) {
        match (self.state, char) {
            (State::Text, '\x07') | (State::TextEscape, '\\') | (_, '\x18' | '\x1a') => {
                self.state = State::Ground;
            }
            (State::Text, '\x1b') => self.state = State::TextEscape,
            (State::Text, _) => {}
            (State::TextEscape, _) => {
                self.state = State::Escape;
                self.escape(char, screen);
            }
            (_, '\x1b') => self.state = State::Escape,
            (State::Ground, _) => Self::plain(char, screen),
            (_, '\0'..='\x1f') => Self::plain(char, screen),
            (State::Escape, _) => self.escape(char, screen),
            (State::Designate, _) => {
                if !matches!(char, ' '..='/') {
                    self.state = State::Ground;
                }
            }
            (State::Control, _) => self.control(char, screen),
        }
    }

    fn plain(char: char, screen: &mut Screen) {
        match char {
            '\n' | '\x0b' | '\x0c' => screen.line_feed(),
            '\r' => screen.carriage_return(),
            '\x08' => screen.left(1),
            '\t' => screen.tab(),
            _ if char.is_control() => {}
            _ => screen.print(char),
        }
    }

    fn escape(&mut self, char: char, screen: &mut Screen) {
        self.state = State::Ground;
        match char {
            '[' => {
                self.state = State::Control;
                self.parameters.clear();
                self.private = None;
                self.odd = false;
            }
            ']' | 'P' | '_' | '^' | 'X' => self.state = State::Text,
            ' '..='/' => self.state = State::Designate,
            '7' => screen.save(),
            '8' => screen.restore(),
            'D' => screen.line_feed(),
            'E' => {
                screen.carriage_return();
                screen.line_feed();
            }
            'M' => screen.reverse_line_feed(),
            'c' => screen.reset(),
            _ => {}
        }
    }

    fn control(&mut self, char: char, screen: &mut Screen) {
        match char {
            '0'..='9' => {
                let digit = u16::try_from(u32::from(char) - u32::from('0')).unwrap_or(0);
                if self.parameters.is_empty() {
                    self.parameters.push(0);
                }
                if let Some(last) = self.parameters.last_mut() {
                    *last = last.saturating_mul(10).saturating_add(digit);
                }
            }
            ';' | ':' => {
                if self.parameters.is_empty() {
                    self.parameters.push(0);
                }
                if self.parameters.len() < PARAMETERS {
                    self.parameters.push(0);
                }
            }
            '<'..='?' => self.private = Some(char),
            ' '..='/' => self.odd = true,
            _ => {
                self.state = State::Ground;
                if !self.odd {
                    self.obey(char, screen);
                }
            }
        }
    }

    fn obey(&self, char: char, screen: &mut Screen) {
        let given = |at: usize| self.parameters.get(at).copied().unwrap_or(0);
        let count = usize::from(given(0).max(1));
        match (self.private, char) {
            (Some('?'), 'h' | 'l') => {
                for mode in &self.parameters {
                    match mode {
                        47 | 1047 | 1049 => screen.alternate(char == 'h'),
                        1048 if char == 'h' => screen.save(),
                        1048 => screen.restore(),
                        7 => screen.wrap = char == 'h',
                        _ => {}
                    }
                }
            }
            (Some(_), _) => {}
            (None, 'A') => screen.up(count),
            (None, 'B' | 'e') => screen.down(count),
            (None, 'C' | 'a') => screen.right(count),
            (None, 'D') => screen.left(count),
            (None, 'E') => {
                screen.carriage_return();
                screen.down(count);
            }
            (None, 'F') => {
                screen.carriage_return();
                screen.up(count);
            }
            (None, 'G' | '`') => screen.column(count - 1),
            (None, 'd') => screen.row(count - 1),
            (None, 'H' | 'f') => {
                screen.row(count - 1);
                screen.column(usize::from(given(1).max(1)) - 1);
            }
            (None, 'J') => screen.erase_screen(part(given(0))),
            (None, 'K') => screen.erase_line(part(given(0))),
            (None, 'X') => screen.erase(count),
            (None, 'P') => screen.delete(count),
            (None, '@') => screen.insert(count),
            (None, 'L') => screen.insert_lines(count),
            (None, 'M') => screen.delete_lines(count),
            (None, 'S') => screen.scroll_up(count),
            (None, 'T') => screen.scroll_down(count),
            (None, 'b') => screen.repeat(count),
            (None, 'r') => screen.region(usize::from(given(0)), usize::from(given(1))),
            (None, 's') => screen.save(),
            (None, 'u') => screen.restore(),
            _ => {}
        }
    }
}

fn part(parameter: u16) -> Part {
    match parameter {
        0 => Part::After,
        1 => Part::Before,
        _ => Part::All,
    }
}
