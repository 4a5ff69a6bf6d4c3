//! What is written is read; what was cut off ends there; what was changed is told.

use std::sync::Arc;

use jiff::Timestamp;
use proptest::prelude::*;
use transom_protocol::wire::Size;

use super::*;
use crate::keys::{SealKey, random};
use crate::recording::block::Press;
use crate::recording::event::{Gap, Why};
use crate::recording::masks::Masks;
use crate::recording::writer::Writer;

struct Desk {
    directory: tempfile::TempDir,
    sealer: Sealer,
    press: Press,
}

impl Desk {
    fn new() -> Self {
        let sealer = Sealer::new(&[SealKey::generate().unwrap()]).unwrap();
        Self { directory: tempfile::tempdir().unwrap(), sealer, press: Press::new().unwrap() }
    }

    fn path(&self) -> std::path::PathBuf {
        self.directory.path().join("s.rec")
    }

    fn writer(&self, limit: u64) -> Writer {
        let _ = std::fs::remove_file(self.path());
        let key = random::<32>().unwrap();
        let about = About {
            session: "s".into(),
            build: "b".into(),
            title: "t".into(),
            began: Timestamp::UNIX_EPOCH,
            size: (80, 24),
            key: self.sealer.seal(&place("b", "s"), key.as_slice()).unwrap(),
        };
        Writer::begin(self.path(), &about, Key::new(key.as_slice()).unwrap(), limit).unwrap()
    }

    /// Everything, and whether it was read without a complaint.
    fn read(&self) -> (Vec<Timed>, Result<bool, ReadError>) {
        let bytes = std::fs::read(self.path()).unwrap();
        let mut events = Vec::new();
        let mut reader = match Reader::open(bytes.as_slice(), &self.sealer, "b", "s") {
            Ok(reader) => reader,
            Err(error) => return (events, Err(error)),
        };
        loop {
            match reader.next_block() {
                Ok(Some(block)) => events.extend(block),
                Ok(None) => return (events, Ok(reader.ended())),
                Err(error) => return (events, Err(error)),
            }
        }
    }

    fn output(&self) -> String {
        let (events, read) = self.read();
        read.unwrap();
        let bytes: Vec<u8> = events.iter().flat_map(|t| bytes_of(t).to_vec()).collect();
        String::from_utf8_lossy(&bytes).into_owned()
    }
}

fn bytes_of(timed: &Timed) -> &[u8] {
    match &timed.event {
        Event::Output(bytes) => bytes,
        _ => b"",
    }
}

fn output(at_ms: u64, bytes: impl Into<Bytes>) -> Timed {
    Timed { at_ms, event: Event::Output(bytes.into()) }
}

fn end(at_ms: u64) -> Timed {
    Timed { at_ms, event: Event::End(End::Status(0)) }
}

#[test]
fn what_is_written_is_read() {
    let mut desk = Desk::new();
    let mut writer = desk.writer(1 << 30);
    let size = Timed { at_ms: 40, event: Event::Size(Size { cols: 132, rows: 43 }) };
    writer.write(&[output(10, "a"), output(12, "b"), output(30, "c"), size.clone()], None, &mut desk.press);
    writer.rest();
    writer.write(&[output(2000, "d"), end(2000)], None, &mut desk.press);
    let (events, read) = desk.read();
    assert_eq!(events, [output(10, "ab"), output(30, "c"), size, output(2000, "d"), end(2000)]);
    assert!(read.unwrap(), "the end is there");
    assert_eq!(std::fs::metadata(desk.path()).unwrap().len(), writer.length());
}

#[test]
fn a_large_batch_becomes_blocks_that_are_small_enough() {
    let mut desk = Desk::new();
    let mut writer = desk.writer(1 << 30);
    let piece: Bytes =
        (0..60_000u32).map(|i| (i.wrapping_mul(2_654_435_761) >> 13) as u8).collect::<Vec<_>>().into();
    let batch: Vec<_> = (0..64).map(|i| output(i * 20, piece.clone())).collect();
    assert_eq!(writer.write(&batch, None, &mut desk.press).error, None);
    let (events, read) = desk.read();
    assert!(!read.unwrap());
    assert_eq!(events, batch);
}

#[test]
fn values_are_masked_over_the_ends_of_batches_and_a_gap_separates() {
    let mut desk = Desk::new();
    let masks = Arc::new(Masks::new(&["hunter2-secret".into()]).unwrap().unwrap());
    let mut writer = desk.writer(1 << 30);
    writer.write(&[output(0, "login hunter2")], Some(&masks), &mut desk.press);
    assert_eq!(desk.output(), "login ");
    writer.write(&[output(1, "-secret ok hunt")], Some(&masks), &mut desk.press);
    let gap = Timed { at_ms: 2, event: Event::Gap(Gap { bytes: 9, why: Why::Behind }) };
    writer.write(&[gap, output(3, "er2-secret"), end(4)], Some(&masks), &mut desk.press);
    assert_eq!(desk.output(), "login *** ok hunter2-secret");
    let raw = std::fs::read(desk.path()).unwrap();
    assert!(!raw.windows(5).any(|w| w == b"login"), "nothing stands in the file in the clear");
}

#[test]
fn a_disk_that_fails_leaves_a_gap_and_the_rest_goes_on() {
    let mut desk = Desk::new();
    let mut writer = desk.writer(1 << 30);
    writer.write(&[output(0, "before ")], None, &mut desk.press);
    writer.rest();
    let away = desk.directory.path().join("away");
    std::fs::rename(desk.path(), &away).unwrap();
    let failed = writer.write(&[output(1, "lost")], None, &mut desk.press);
    assert!(failed.error.is_some() && failed.missing == 4);
    let left_alone = writer.write(&[output(4000, "lost too")], None, &mut desk.press);
    assert!(left_alone.error.is_none() && left_alone.missing == 8);
    std::fs::rename(away, desk.path()).unwrap();
    writer.write(&[output(6000, "after"), end(6001)], None, &mut desk.press);
    let (events, read) = desk.read();
    assert!(read.unwrap());
    let gap = Event::Gap(Gap { bytes: 12, why: Why::Disk });
    assert_eq!(
        events,
        [output(0, "before "), Timed { at_ms: 6000, event: gap }, output(6000, "after"), end(6001)]
    );
}

#[test]
fn at_the_limit_it_says_so_and_how_it_ended() {
    let mut desk = Desk::new();
    let mut writer = desk.writer(1000);
    writer.write(&[output(0, "before")], None, &mut desk.press);
    let noise: Vec<u8> = (0..5000u32).map(|i| (i.wrapping_mul(2_654_435_761) >> 11) as u8).collect();
    assert!(writer.write(&[output(1, noise)], None, &mut desk.press).error.is_some());
    assert!(writer.write(&[output(2, "more")], None, &mut desk.press).error.is_none(), "said once");
    writer.write(&[output(3, "more"), end(4)], None, &mut desk.press);
    let (events, read) = desk.read();
    assert!(read.unwrap());
    let gap = |bytes, at_ms| Timed { at_ms, event: Event::Gap(Gap { bytes, why: Why::Limit }) };
    assert_eq!(events, [output(0, "before"), gap(5000, 1), gap(8, 4), end(4)]);
    assert!(writer.length() < 1300);
}

#[test]
fn another_build_s_recording_does_not_open() {
    let desk = Desk::new();
    drop(desk.writer(1 << 20));
    let bytes = std::fs::read(desk.path()).unwrap();
    for (build, session) in [("b", "other"), ("other", "s")] {
        let opened = Reader::open(bytes.as_slice(), &desk.sealer, build, session);
        assert!(matches!(opened, Err(ReadError::Key)));
    }
    assert!(matches!(Reader::open(&b"no recording"[..], &desk.sealer, "b", "s"), Err(ReadError::Io(_))));
}

#[test]
fn blocks_that_were_left_out_or_swapped_are_told() {
    let mut desk = Desk::new();
    let mut writer = desk.writer(1 << 20);
    let mut ends = vec![writer.length()];
    for piece in ["one", "two", "three"] {
        writer.write(&[output(0, piece)], None, &mut desk.press);
        ends.push(writer.length());
    }
    let whole = std::fs::read(desk.path()).unwrap();
    let block =
        |i: usize| whole[usize::try_from(ends[i]).unwrap()..usize::try_from(ends[i + 1]).unwrap()].to_vec();
    let head = whole[..usize::try_from(ends[0]).unwrap()].to_vec();
    for wrong in [
        vec![block(1), block(2)],
        vec![block(0), block(2)],
        vec![block(1), block(0)],
        vec![block(0), block(0)],
    ] {
        std::fs::write(desk.path(), [head.clone(), wrong.concat()].concat()).unwrap();
        assert!(matches!(desk.read().1, Err(ReadError::Damaged(_))));
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 64, ..ProptestConfig::default() })]

    #[test]
    fn a_file_that_is_cut_off_gives_its_whole_blocks(
        pieces in proptest::collection::vec(proptest::collection::vec(any::<u8>(), 1..300), 1..12),
        cut in any::<prop::sample::Index>(),
    ) {
        let mut desk = Desk::new();
        let mut writer = desk.writer(1 << 20);
        let head = writer.length();
        let mut ends = Vec::new();
        for (i, piece) in pieces.iter().enumerate() {
            writer.write(&[output(i as u64 * 100, piece.clone())], None, &mut desk.press);
            ends.push(writer.length());
        }
        let whole = std::fs::read(desk.path()).unwrap();
        let cut = cut.index(whole.len());
        std::fs::write(desk.path(), &whole[..cut]).unwrap();
        let (events, read) = desk.read();
        if cut < usize::try_from(head).unwrap() {
            prop_assert!(read.is_err());
        } else {
            prop_assert!(!read.unwrap());
            let kept = ends.iter().filter(|end| **end <= cut as u64).count();
            prop_assert_eq!(events.len(), kept);
            for (event, piece) in events.iter().zip(&pieces) {
                prop_assert_eq!(bytes_of(event), &piece[..]);
            }
        }
    }

    #[test]
    fn a_changed_file_is_told_and_nothing_wrong_is_read(
        flips in proptest::collection::vec((any::<prop::sample::Index>(), 1u8..), 1..4),
    ) {
        let mut desk = Desk::new();
        let mut writer = desk.writer(1 << 20);
        let head = usize::try_from(writer.length()).unwrap();
        for i in 0..5 {
            writer.write(&[output(i * 100, format!("piece {i}"))], None, &mut desk.press);
        }
        let (before, _) = desk.read();
        let mut bytes = std::fs::read(desk.path()).unwrap();
        let whole = bytes.clone();
        for (at, flip) in flips {
            let at = head + at.index(bytes.len() - head);
            bytes[at] ^= flip;
        }
        prop_assume!(bytes != whole);
        std::fs::write(desk.path(), bytes).unwrap();
        let (events, read) = desk.read();
        prop_assert!(read.is_err() || events.len() < before.len());
        prop_assert_eq!(&events[..], &before[..events.len()]);
    }

    #[test]
    fn whatever_a_file_holds_reading_ends(bytes in proptest::collection::vec(any::<u8>(), 0..4000)) {
        let desk = Desk::new();
        drop(desk.writer(1 << 20));
        let head = std::fs::read(desk.path()).unwrap();
        std::fs::write(desk.path(), [head, bytes.clone()].concat()).unwrap();
        prop_assert!(desk.read().0.is_empty());
        std::fs::write(desk.path(), bytes).unwrap();
        prop_assert!(desk.read().1.is_err());
    }
}
