//! No value comes through, however the stream is cut, and everything else does.

use super::*;
use proptest::prelude::*;

fn masks(values: &[&str]) -> Arc<Masks> {
    let values: Vec<String> = values.iter().map(|v| (*v).to_owned()).collect();
    Arc::new(Masks::new(&values).unwrap().unwrap())
}

fn masked(masks: &Arc<Masks>, pieces: &[&[u8]]) -> String {
    let (mut masker, mut out) = (Masker::default(), Vec::new());
    for piece in pieces {
        masker.feed(masks, piece, &mut out);
    }
    masker.end(masks, &mut out);
    assert!(masker.is_empty());
    String::from_utf8_lossy(&out).into_owned()
}

#[test]
fn a_value_is_replaced_wherever_it_is_cut() {
    let (masks, text) = (masks(&["hunter2-secret"]), b"login hunter2-secret ok");
    for at in 0..=text.len() {
        let (one, two) = text.split_at(at);
        assert_eq!(masked(&masks, &[one, two]), "login *** ok", "cut at {at}");
    }
    let each: Vec<&[u8]> = text.chunks(1).collect();
    assert_eq!(masked(&masks, &each), "login *** ok");
}

#[test]
fn what_only_begins_like_a_value_stays() {
    let masks = masks(&["hunter2-secret"]);
    assert_eq!(
        masked(&masks, &[b"hunter2-secre", b"x hunter2-", b"hunter2"]),
        "hunter2-secrex hunter2-hunter2"
    );
}

#[test]
fn a_beginning_is_held_back_and_nothing_else() {
    let (masks, mut masker, mut out) = (masks(&["hunter2-secret"]), Masker::default(), Vec::new());
    masker.feed(&masks, b"$ prompt", &mut out);
    assert_eq!(out, b"$ prompt");
    assert!(masker.is_empty());
    masker.feed(&masks, b" hunt", &mut out);
    assert_eq!(out, b"$ prompt ");
    masker.feed(&masks, b"ing", &mut out);
    assert_eq!(out, b"$ prompt hunting");
}

#[test]
fn overlapping_values_leave_nothing_of_either() {
    let masks = masks(&["abcdef", "defghi"]);
    assert_eq!(masked(&masks, &[b"<abcdefghi>"]), "<***>");
    assert_eq!(masked(&masks, &[b"<abcdef", b"ghi>"]), "<***>");
    assert_eq!(masked(&masks, &[b"<abcdef", b"gh>"]), "<***gh>");
    let again = masks_of("abcabc");
    assert_eq!(masked(&again, &[b"<", &b"abc".repeat(100_000), b">"]), "<***>");
}

fn masks_of(value: &str) -> Arc<Masks> {
    masks(&[value])
}

#[test]
fn a_value_is_found_through_colours_wraps_and_cursor_moves() {
    let masks = masks(&["hunter2-secret"]);
    assert_eq!(masked(&masks, &[b"hunter2-\r\nsecret"]), "***\r\n***");
    assert_eq!(masked(&masks, &[b"\x1b[1mhunter2\x1b[0m-secret"]), "\x1b[1m***\x1b[0m***");
    assert_eq!(masked(&masks, &[b"hunter2\x1b[", b"2;1H-sec\x1b(Bret."]), "***\x1b[2;1H***\x1b(B***.");
    assert_eq!(masked(&masks, &[b"\x1b]0;run hunter2-secret\x07"]), "\x1b]0;run ***\x07");
    let mut rainbow = Vec::new();
    for byte in b"hunter2-secret" {
        rainbow.extend_from_slice(b"\x1b[38;5;9m");
        rainbow.push(*byte);
    }
    assert!(!masked(&masks, &rainbow.chunks(3).collect::<Vec<_>>()).contains("hunter"));
}

#[test]
fn a_value_that_begins_within_an_escape_sequence_is_found_as_well() {
    assert_eq!(masked(&masks_of("mysecret"), &[b"\x1b[31mysecret"]), "\x1b[31***");
}

#[test]
fn encoded_values_are_found_even_wrapped() {
    let value = "a-rather-long-secret-value-that-a-tool-will-wrap-at-some-column-when-encoded";
    use base64::Engine as _;
    let encoded = base64::engine::general_purpose::STANDARD.encode(format!("user:{value}"));
    let (one, two) = encoded.split_at(76);
    let text = masked(&masks_of(value), &[format!("{one}\r\n{two}\r\n").as_bytes()]);
    assert!(!text.contains(&one[10..60]) && !text.contains(&two[..10]), "{text}");
}

#[test]
fn endless_sequences_in_the_midst_hold_no_more_than_they_may() {
    let (masks, mut masker, mut out) = (masks(&["hunter2-secret"]), Masker::default(), Vec::new());
    for _ in 0..20_000 {
        masker.feed(&masks, b"hunter2\x1b[0m\x1b[0m\x1b[0m\x1b[0m", &mut out);
        masker.feed(&masks, &b"\x1b[1m".repeat(30), &mut out);
        assert!(masker.held.len() <= HELD_BYTES + 1024, "{}", masker.held.len());
    }
}

#[test]
fn new_masks_count_from_then_on() {
    let (old, new) = (masks(&["first-value"]), masks(&["other-value"]));
    let (mut masker, mut out) = (Masker::default(), Vec::new());
    masker.feed(&old, b"first-value other-value first-", &mut out);
    masker.feed(&new, b"value other-", &mut out);
    masker.feed(&new, b"value", &mut out);
    masker.end(&new, &mut out);
    assert_eq!(String::from_utf8(out).unwrap(), "*** other-value first-value ***");
}

/// Text that is likely to hold values, parts of values, and what comes between.
fn stream() -> impl Strategy<Value = Vec<u8>> {
    let part = prop_oneof![
        4 => Just(b"aabaab".to_vec()),
        4 => Just(b"[1mabc".to_vec()),
        2 => Just(b"secret-value".to_vec()),
        3 => "[ab\\[1m]{1,7}".prop_map(String::into_bytes),
        2 => prop_oneof![Just("\x1b[1m"), Just("\x1b"), Just("\x1b["), Just("\r\n"), Just("\x1b(B"), Just("\x1b]0;")]
            .prop_map(|s| s.as_bytes().to_vec()),
        1 => proptest::collection::vec(any::<u8>(), 1..4),
    ];
    proptest::collection::vec(part, 0..40).prop_map(|parts| parts.concat())
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 2000, ..ProptestConfig::default() })]

    #[test]
    fn cuts_change_nothing_and_no_value_is_left(
        stream in stream(),
        cuts in proptest::collection::vec(1usize..12, 1..60),
    ) {
        let values = ["aabaab", "[1mabc", "secret-value", "baabaa"];
        let masks = masks(&values);
        let whole = masked_bytes(&masks, &[&stream]);
        let mut pieces = Vec::new();
        let (mut rest, mut cuts) = (stream.as_slice(), cuts.iter().cycle());
        while !rest.is_empty() {
            let (piece, more) = rest.split_at(rest.len().min(*cuts.next().unwrap()));
            pieces.push(piece);
            rest = more;
        }
        prop_assert_eq!(&masked_bytes(&masks, &pieces), &whole);
        for value in values {
            let found = whole.windows(value.len()).any(|w| w == value.as_bytes());
            prop_assert!(!found, "{} in {:?}", value, String::from_utf8_lossy(&whole));
        }
    }

    #[test]
    fn without_a_value_every_byte_stays(
        stream in proptest::collection::vec(any::<u8>(), 0..2000),
        cut in 1usize..100,
    ) {
        // No form of this one is within reach of so little chance.
        let masks = masks(&["a-value-that-nothing-at-random-will-ever-hold"]);
        let pieces: Vec<_> = stream.chunks(cut).collect();
        prop_assert_eq!(masked_bytes(&masks, &pieces), stream);
    }
}

fn masked_bytes(masks: &Arc<Masks>, pieces: &[&[u8]]) -> Vec<u8> {
    let (mut masker, mut out) = (Masker::default(), Vec::new());
    for piece in pieces {
        masker.feed(masks, piece, &mut out);
    }
    masker.end(masks, &mut out);
    out
}
