//! What a person would have read.

use bytes::Bytes;
use jiff::Timestamp;
use proptest::prelude::*;
use transom_protocol::wire::Size;

use super::*;
use crate::recording::event::{Gap, Why};

fn begun(cols: u16, rows: u16) -> Text {
    Text::begin(&About {
        session: "s".into(),
        build: "b".into(),
        title: "t".into(),
        began: Timestamp::UNIX_EPOCH,
        size: (cols, rows),
        key: String::new(),
    })
}

fn output(bytes: &[u8]) -> Timed {
    Timed { at_ms: 0, event: Event::Output(Bytes::copy_from_slice(bytes)) }
}

fn text_of(size: (u16, u16), events: &[Timed]) -> String {
    let (mut text, mut out) = (begun(size.0, size.1), Vec::new());
    for event in events {
        text.event(event, &mut out);
    }
    text.end(&mut out);
    String::from_utf8(out).unwrap()
}

fn text(bytes: &str) -> String {
    text_of((20, 4), &[output(bytes.as_bytes())])
}

#[test]
fn lines_come_as_they_were_printed_and_colours_go() {
    assert_eq!(text("one\r\n\x1b[1;31mtwo\x1b[0m  \r\n\r\nthree"), "one\ntwo\n\nthree\n");
    assert_eq!(text(""), "");
    assert_eq!(text("a\tb"), "a       b\n");
}

#[test]
fn what_is_overwritten_shows_its_last_state() {
    assert_eq!(text("10%\r50%\r100% done\r\n"), "100% done\n");
    assert_eq!(text("downloading...\r\x1b[Kdone\r\n"), "done\n");
    assert_eq!(text("abc\x08\x08X\r\n"), "aXc\n");
    assert_eq!(text("typo\x08 \x08\x08 \x08op\r\n"), "tyop\n");
    assert_eq!(text("a: 1\r\nb: 1\r\n\x1b[2Aa: 2\x1b[K\r\nb: 2\x1b[K\r\nend"), "a: 2\nb: 2\nend\n");
}

#[test]
fn a_line_that_the_terminal_wrapped_is_whole_again() {
    let long = "0123456789".repeat(13);
    assert_eq!(text(&format!("{long}\r\nnext\r\n")), format!("{long}\nnext\n"));
    assert_eq!(text("12345678901234567890\r\nnext"), "12345678901234567890\nnext\n", "exactly full");
}

#[test]
fn lines_that_scrolled_away_are_all_there() {
    let lines: String = (0..100).map(|i| format!("line {i}\n")).collect();
    assert_eq!(text(&lines.replace('\n', "\r\n")), lines);
}

#[test]
fn the_alternate_screen_is_left_out_and_a_cleared_one_stays() {
    assert_eq!(text("$ vim\r\n\x1b[?1049h\x1b[2Jtext\x1b[H\r\n~\x1b[?1049l$ exit\r\n"), "$ vim\n$ exit\n");
    assert_eq!(text("one\r\ntwo\x1b[H\x1b[2Jthree\r\n"), "one\ntwo\nthree\n");
}

#[test]
fn a_status_line_below_a_region_stays_where_it_is() {
    let apt =
        "\x1b[1;3r\x1b[4;1Hprogress 10%\x1b[1;1Ha\r\nb\r\nc\r\nd\r\n\x1b7\x1b[4;1Hprogress 90%\x1b8e\r\n";
    assert_eq!(text(apt), "a\nb\nc\nd\ne\n\nprogress 90%\n");
}

#[test]
fn titles_links_and_unknown_sequences_leave_nothing() {
    assert_eq!(
        text(
            "\x1b]0;title\x07a\x1b]8;;https://x\x1b\\link\x1b]8;;\x1b\\\x1b(B\x1b[?2004h\x1b[6n\x1bPq..\x1b\\b"
        ),
        "alinkb\n"
    );
}

#[test]
fn wide_and_combined_characters_are_kept() {
    assert_eq!(text("日本語\r\ncafe\u{301}\r\n👩\u{200d}💻!"), "日本語\ncafe\u{301}\n👩\u{200d}💻!\n");
    assert_eq!(text("日本\rx"), "x 本\n");
}

#[test]
fn what_is_missing_is_said_on_a_line_of_its_own() {
    let gap = Timed { at_ms: 0, event: Event::Gap(Gap { bytes: 7, why: Why::Behind }) };
    let events = [output(b"before\x1b["), gap, output(b"after\r\n")];
    let words = "[7 bytes not recorded: they came faster than they could be written]";
    assert_eq!(text_of((20, 4), &events), format!("before\n{words}\nafter\n"));
}

#[test]
fn a_smaller_screen_loses_nothing() {
    let size = Timed { at_ms: 0, event: Event::Size(Size { cols: 10, rows: 2 }) };
    let events = [output(b"a\r\nb\r\nc\r\nd"), size, output(b"\r\ne\r\n")];
    assert_eq!(text_of((20, 4), &events), "a\nb\nc\nd\ne\n");
}

fn hostile() -> impl Strategy<Value = Vec<u8>> {
    let part = prop_oneof![
        "\\x1b\\[[?]?[0-9;]{0,6}[A-Za-z@`]".prop_map(String::into_bytes),
        "\\x1b[78DEMc]".prop_map(String::into_bytes),
        "[a-z日é\\r\\n\\x08\\t]{1,12}".prop_map(String::into_bytes),
        Just(b"\x1b[65535b".to_vec()),
        Just(b"\x1b[65535;65535H".to_vec()),
        proptest::collection::vec(any::<u8>(), 1..6),
    ];
    proptest::collection::vec(part, 0..60).prop_map(|parts| parts.concat())
}

proptest! {
    #[test]
    fn whatever_comes_gives_text_however_it_is_cut(
        bytes in hostile(),
        cut in 1usize..40,
        cols in 1u16..40,
        rows in 1u16..10,
        new in (1u16..40, 1u16..10),
    ) {
        let whole = text_of((cols, rows), &[output(&bytes)]);
        let pieces: Vec<_> = bytes.chunks(cut).map(output).collect();
        prop_assert_eq!(&text_of((cols, rows), &pieces), &whole);
        let control = whole.chars().any(|c| c.is_control() && c != '\n');
        prop_assert!(!control);
        let resized = Timed { at_ms: 0, event: Event::Size(Size { cols: new.0, rows: new.1 }) };
        let events: Vec<_> = pieces.into_iter().flat_map(|p| [p, resized.clone()]).collect();
        text_of((cols, rows), &events);
    }

    #[test]
    fn plain_lines_are_all_there(lines in proptest::collection::vec("[a-z]{1,60}", 0..50)) {
        let text = text_of((20, 4), &[output(lines.iter().map(|l| format!("{l}\r\n")).collect::<String>().as_bytes())]);
        prop_assert_eq!(text.lines().collect::<Vec<_>>(), lines);
    }
}
