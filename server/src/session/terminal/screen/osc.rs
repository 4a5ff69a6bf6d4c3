//! Operating system commands: title, colours, links, directory, progress.

use super::links::Link;
use super::terminal::Terminal;

/// Bytes of a title that are kept.
pub(super) const TITLE_BYTES: usize = 4 * 1024;
/// Bytes of a directory or a progress report; longer ones are ignored.
const NOTE_BYTES: usize = 4 * 1024;

impl Terminal {
    pub(super) fn dispatch_osc(&mut self, payload: &[u8]) {
        let text = String::from_utf8_lossy(payload);
        let (number, data) = text.split_once(';').unwrap_or((&text, ""));
        if number.is_empty() || !number.bytes().all(|b| b.is_ascii_digit()) {
            return;
        }
        let colors = &mut self.lasting.colors;
        match number.parse::<u16>().unwrap_or(u16::MAX) {
            0 | 2 => self.lasting.title = Some(cut(data).to_owned()),
            4 => colors.set_palette(data),
            7 if data.len() <= NOTE_BYTES => self.lasting.directory = Some(data.to_owned()),
            8 => self.set_link(data),
            9 if data.starts_with("4;") && data.len() <= NOTE_BYTES => {
                self.lasting.progress = Some(data.to_owned());
            }
            10 => colors.set_special(0, data),
            11 => colors.set_special(1, data),
            12 => colors.set_special(2, data),
            104 => colors.reset_palette(data),
            110 => colors.special[0] = None,
            111 => colors.special[1] = None,
            112 => colors.special[2] = None,
            _ => {}
        }
    }

    /// OSC 8: parameters and address.
    fn set_link(&mut self, data: &str) {
        let Some((params, address)) = data.split_once(';') else { return };
        let params = params.trim();
        if address.is_empty() {
            if params.is_empty() {
                self.pen.link = 0;
                self.pen.update_extended();
            }
            return;
        }
        let id = params.split(':').find_map(|p| p.strip_prefix("id=")).filter(|id| !id.is_empty());
        if self.links.is_full() {
            self.collect_links();
        }
        self.pen.link = self.links.add(Link { id: id.map(Into::into), address: address.into() });
        self.pen.update_extended();
    }
}

fn cut(text: &str) -> &str {
    &text[..text.floor_char_boundary(TITLE_BYTES)]
}
