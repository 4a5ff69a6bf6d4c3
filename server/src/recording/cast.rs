//! asciicast: the format of asciinema, version 3 or 2.
//!
//! Lines of JSON: a header, then `[time, code, data]`, in UTF-8 (docs.asciinema.org, "asciicast v3").
//! In version 3 the time is the interval since the event before, in version 2 since the beginning.
//! Times are whole milliseconds in the recording, so intervals add up without drift.

use serde_json::json;

use super::event::{End, Event, Timed};
use super::file::About;
use super::utf8::Utf8;

/// Media type of an asciicast.
pub const MEDIA_TYPE: &str = "application/x-asciicast";

/// Version of the format.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Version {
    /// Times since the beginning.
    Two,
    /// Times since the event before; says how it ended.
    Three,
}

/// Writes an asciicast.
#[derive(Debug)]
pub struct Cast {
    version: Version,
    last_ms: u64,
    utf8: Utf8,
    text: String,
}

impl Cast {
    /// Appends the header to `out`.
    pub fn begin(about: &About, version: Version, out: &mut Vec<u8>) -> Self {
        let ((cols, rows), began) = (about.size, about.began.as_second());
        let kind = "xterm-256color";
        let header = match version {
            Version::Three => json!({
                "version": 3,
                "term": { "cols": cols, "rows": rows, "type": kind },
                "timestamp": began,
                "title": about.title,
            }),
            Version::Two => json!({
                "version": 2,
                "width": cols,
                "height": rows,
                "timestamp": began,
                "title": about.title,
                "env": { "TERM": kind },
            }),
        };
        out.extend_from_slice(header.to_string().as_bytes());
        out.push(b'\n');
        Self { version, last_ms: 0, utf8: Utf8::default(), text: String::new() }
    }

    /// Appends an event.
    pub fn event(&mut self, timed: &Timed, out: &mut Vec<u8>) {
        let at = timed.at_ms;
        match &timed.event {
            Event::Output(bytes) => {
                self.utf8.feed(bytes, &mut self.text);
                self.flush(at, out);
            }
            Event::Size(size) => self.line(at, 'r', &format!("{}x{}", size.cols, size.rows), out),
            Event::Gap(gap) => {
                self.finish(at, out);
                self.line(at, 'm', &gap.to_string(), out);
            }
            Event::End(end) => {
                self.finish(at, out);
                match (self.version, end) {
                    (Version::Three, End::Status(status)) => self.line(at, 'x', &status.to_string(), out),
                    (_, End::Signal(name)) => self.line(at, 'm', &format!("ended by signal {name}"), out),
                    (_, End::Closed) => self.line(at, 'm', "closed", out),
                    (_, End::Status(_) | End::Unknown) => {}
                }
            }
        }
    }

    /// Appends a marker: `words` say why the recording stops here.
    pub fn mark(&mut self, words: &str, out: &mut Vec<u8>) {
        self.finish(self.last_ms, out);
        self.line(self.last_ms, 'm', words, out);
    }

    /// Nothing follows.
    pub fn end(&mut self, out: &mut Vec<u8>) {
        self.finish(self.last_ms, out);
    }

    fn finish(&mut self, at_ms: u64, out: &mut Vec<u8>) {
        self.utf8.end(&mut self.text);
        self.flush(at_ms, out);
    }

    fn flush(&mut self, at_ms: u64, out: &mut Vec<u8>) {
        if !self.text.is_empty() {
            let text = std::mem::take(&mut self.text);
            self.line(at_ms, 'o', &text, out);
            self.text = text;
            self.text.clear();
        }
    }

    fn line(&mut self, at_ms: u64, code: char, data: &str, out: &mut Vec<u8>) {
        let time = match self.version {
            Version::Three => at_ms.saturating_sub(self.last_ms),
            Version::Two => at_ms,
        };
        self.last_ms = self.last_ms.max(at_ms);
        out.extend_from_slice(format!("[{}.{:03}, \"{code}\", ", time / 1000, time % 1000).as_bytes());
        // Writing a string to a vector can't fail.
        let _ = serde_json::to_writer(&mut *out, data);
        out.extend_from_slice(b"]\n");
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::recording::event::{Gap, Why};
    use bytes::Bytes;
    use jiff::Timestamp;
    use proptest::prelude::*;
    use serde_json::Value;
    use transom_protocol::wire::Size;

    fn about() -> About {
        About {
            session: "s".into(),
            build: "b".into(),
            title: "Build 7 \"quoted\"".into(),
            began: Timestamp::from_second(1_700_000_000).unwrap(),
            size: (80, 24),
            key: String::new(),
        }
    }

    fn output(at_ms: u64, bytes: &'static [u8]) -> Timed {
        Timed { at_ms, event: Event::Output(Bytes::from_static(bytes)) }
    }

    fn cast(version: Version, events: &[Timed]) -> Vec<Value> {
        let mut out = Vec::new();
        let mut cast = Cast::begin(&about(), version, &mut out);
        for event in events {
            cast.event(event, &mut out);
        }
        cast.end(&mut out);
        let text = String::from_utf8(out).unwrap();
        assert!(text.ends_with('\n'));
        text.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
    }

    fn events() -> Vec<Timed> {
        vec![
            output(5, b"caf\xc3"),
            output(1005, b"\xa9 \xff\r\n"),
            Timed { at_ms: 1500, event: Event::Size(Size { cols: 132, rows: 43 }) },
            Timed { at_ms: 2000, event: Event::Gap(Gap { bytes: 12, why: Why::Disk }) },
            Timed { at_ms: 2001, event: Event::End(End::Status(7)) },
        ]
    }

    #[test]
    fn version_three_has_intervals_and_the_status() {
        let lines = cast(Version::Three, &events());
        assert_eq!(
            lines[0],
            json!({
                "version": 3, "term": { "cols": 80, "rows": 24, "type": "xterm-256color" },
                "timestamp": 1_700_000_000, "title": "Build 7 \"quoted\"",
            })
        );
        assert_eq!(lines[1], json!([0.005, "o", "caf"]));
        assert_eq!(lines[2], json!([1.0, "o", "é \u{fffd}\r\n"]));
        assert_eq!(lines[3], json!([0.495, "r", "132x43"]));
        assert_eq!(lines[4], json!([0.5, "m", "12 bytes not recorded: the disk was full or failed"]));
        assert_eq!(lines[5], json!([0.001, "x", "7"]));
        assert_eq!(lines.len(), 6);
    }

    #[test]
    fn version_two_has_times_since_the_beginning_and_no_status() {
        let lines = cast(Version::Two, &events());
        assert_eq!(
            (&lines[0]["version"], &lines[0]["width"], &lines[0]["height"]),
            (&json!(2), &json!(80), &json!(24))
        );
        assert_eq!(lines[2], json!([1.005, "o", "é \u{fffd}\r\n"]));
        assert_eq!(lines[4][0], json!(2.0));
        assert_eq!(lines.len(), 5);
    }

    #[test]
    fn a_character_that_never_ends_is_shown_as_such() {
        let lines = cast(Version::Three, &[output(1, b"x\xe2\x82")]);
        assert_eq!(lines[1..], [json!([0.001, "o", "x"]), json!([0.0, "o", "\u{fffd}"])]);
    }

    proptest! {
        #[test]
        fn any_output_is_valid_and_whole_and_intervals_add_up(
            pieces in proptest::collection::vec((0u64..100_000, proptest::collection::vec(any::<u8>(), 0..40)), 0..40),
        ) {
            let mut at_ms = 0;
            let events: Vec<Timed> = pieces.iter().map(|(since, bytes)| {
                at_ms += since;
                Timed { at_ms, event: Event::Output(Bytes::from(bytes.clone())) }
            }).collect();
            let lines = cast(Version::Three, &events);
            let text: String = lines[1..].iter().map(|l| l[2].as_str().unwrap()).collect();
            let all: Vec<u8> = pieces.iter().flat_map(|(_, bytes)| bytes.clone()).collect();
            prop_assert_eq!(text, String::from_utf8_lossy(&all));
            let milliseconds: u64 = lines[1..].iter().map(|l| (l[0].as_f64().unwrap() * 1000.0).round() as u64).sum();
            prop_assert!(milliseconds <= at_ms);
            prop_assert!(lines[1..].iter().all(|l| l[1] == "o"));
        }
    }
}
