//! The log with its cursors, and its laws for any cursor.

use super::*;
use proptest::prelude::*;

const WIDE: Size = Size { cols: 132, rows: 43 };

fn drained(log: &Scrollback, cursor: &mut Cursor) -> (Vec<u8>, Vec<Step>) {
    let (mut bytes, mut others) = (Vec::new(), Vec::new());
    loop {
        match log.since(cursor) {
            Step::UpToDate => return (bytes, others),
            Step::Output { bytes: more, .. } => bytes.extend_from_slice(&more),
            other => others.push(other),
        }
    }
}

fn forget_what_is_due(log: &mut Scrollback) -> Stretch {
    let due = log.due_stretch();
    log.forget(due.until);
    due
}

#[test]
fn a_new_viewer_gets_everything_that_is_kept() {
    let mut log = Scrollback::new(1 << 20, Size::default());
    log.append(b"hello ");
    log.append(b"world");
    let mut cursor = Cursor::START;
    let (bytes, others) = drained(&log, &mut cursor);
    assert_eq!(bytes, b"hello world");
    let start = Step::Reset { offset: 0, skipped: 0, size: Size::default(), screen: Bytes::new() };
    assert_eq!(others, [start]);
    assert_eq!(log.since(&mut cursor), Step::UpToDate);
}

#[test]
fn a_resumed_viewer_goes_on_at_its_byte() {
    let mut log = Scrollback::new(1 << 20, Size::default());
    log.append(b"0123456789");
    let mut cursor = Cursor { offset: Some(4), resizes: 1 };
    assert_eq!(log.since(&mut cursor), Step::Output { offset: 4, bytes: Bytes::from_static(b"456789") });
}

#[test]
fn sizes_come_between_the_bytes_where_they_changed() {
    let mut log = Scrollback::new(1 << 20, Size::default());
    log.append(b"narrow");
    log.resize(WIDE);
    log.append(b"wide");
    let mut cursor = Cursor::START;
    let steps: Vec<_> = std::iter::from_fn(|| match log.since(&mut cursor) {
        Step::UpToDate => None,
        step => Some(step),
    })
    .collect();
    assert_eq!(steps[1], Step::Output { offset: 0, bytes: Bytes::from_static(b"narrow") });
    assert_eq!(steps[2], Step::Size(WIDE));
    assert_eq!(steps[3], Step::Output { offset: 6, bytes: Bytes::from_static(b"wide") });
}

#[test]
fn a_viewer_whose_place_is_forgotten_and_one_who_comes_late_need_a_screen() {
    let mut log = Scrollback::new(BLOCK_BYTES, Size::default());
    log.append("0123456789\r\n".repeat(20_000).as_bytes());
    forget_what_is_due(&mut log);
    let mut left_behind = Cursor { offset: Some(12), resizes: 1 };
    assert_eq!(log.since(&mut left_behind), Step::Lost);
    let mut new = Cursor::START;
    assert_eq!(log.since(&mut new), Step::Lost);
    let invented = &mut Cursor { offset: Some(u64::MAX), resizes: 1 };
    assert_eq!(log.since(invented), Step::Lost);
}

#[test]
fn a_stretch_has_the_sizes_where_they_changed() {
    let mut log = Scrollback::new(1 << 20, Size::default());
    log.resize(Size { cols: 100, rows: 30 });
    log.append(b"one");
    log.resize(WIDE);
    log.append(b"two");
    log.resize(Size { cols: 90, rows: 20 });
    let stretch = log.stretch_to(Horizon::Newest);
    assert_eq!(stretch.size, Size { cols: 100, rows: 30 });
    assert_eq!(
        stretch.pieces,
        [
            Piece::Output(Bytes::from_static(b"one")),
            Piece::Size(WIDE),
            Piece::Output(Bytes::from_static(b"two")),
            Piece::Size(Size { cols: 90, rows: 20 }),
        ]
    );
    assert_eq!(stretch.end_size, Size { cols: 90, rows: 20 });
    let mut cursor = stretch.end;
    assert_eq!(log.since(&mut cursor), Step::UpToDate);
}

#[test]
fn memory_stays_within_the_limit_and_two_blocks() {
    let mut log = Scrollback::new(1 << 20, Size::default());
    for _ in 0..1000 {
        log.append(&[b'y'; 10_000]);
        log.resize(WIDE);
        forget_what_is_due(&mut log);
    }
    let kept = log.head() - log.tail();
    assert!(kept >= 1 << 20 && kept < (1 << 20) + 2 * BLOCK_BYTES as u64, "{kept}");
    assert!(log.marks.len() < 150 && log.emptied.len() <= EMPTIED_BLOCKS);
}

proptest! {
    #[test]
    fn any_cursor_gets_to_the_head_without_a_gap(
        pieces in proptest::collection::vec((0usize..40_000, any::<bool>(), any::<bool>()), 0..40),
        offset in proptest::option::of(0u64..2_000_000),
        resizes in 0u64..50,
    ) {
        let mut log = Scrollback::new(BLOCK_BYTES * 2, Size::default());
        let mut written = Vec::new();
        let mut forgotten = Vec::new();
        for (i, (len, resized, trailed)) in pieces.iter().enumerate() {
            let piece = vec![(i % 251) as u8; *len];
            written.extend_from_slice(&piece);
            log.append(&piece);
            if *resized { log.resize(WIDE); }
            if *trailed {
                for piece in forget_what_is_due(&mut log).pieces {
                    if let Piece::Output(bytes) = piece { forgotten.extend_from_slice(&bytes); }
                }
            }
        }
        // What was forgotten is what went before the oldest byte, all of it once.
        prop_assert_eq!(&forgotten[..], &written[..log.tail() as usize]);
        let mut cursor = Cursor { offset, resizes };
        let mut at = offset;
        let mut steps = 0;
        loop {
            steps += 1;
            prop_assert!(steps < 10_000);
            match log.since(&mut cursor) {
                Step::UpToDate => break,
                Step::Size(_) => {}
                Step::Lost => {
                    let stretch = log.stretch_to(if resizes % 2 == 0 { Horizon::Newest } else { Horizon::Recent });
                    prop_assert!(stretch.until >= log.tail() && stretch.until <= log.head());
                    (cursor, at) = (stretch.end, Some(stretch.until));
                }
                Step::Reset { offset, .. } => at = Some(offset),
                Step::Output { offset, bytes } => {
                    prop_assert_eq!(Some(offset), at);
                    let from = offset as usize;
                    prop_assert_eq!(&bytes[..], &written[from..from + bytes.len()]);
                    prop_assert!(!bytes.is_empty() && bytes.len() <= limits::OUTPUT_BYTES);
                    at = Some(offset + bytes.len() as u64);
                }
            }
        }
        prop_assert_eq!(at, Some(log.head()));
    }
}

#[test]
fn forgotten_blocks_are_filled_again_unless_somebody_reads_them() {
    let mut log = Scrollback::new(BLOCK_BYTES, Size::default());
    log.append(&vec![b'a'; 3 * BLOCK_BYTES]);
    let (read, unread) = (log.sealed[0].clone(), log.sealed[1].as_ptr());
    log.forget(2 * BLOCK_BYTES as u64);
    log.append(&vec![b'b'; 2 * BLOCK_BYTES]);
    let places: Vec<_> = log.sealed.iter().map(|block| block.as_ptr()).collect();
    assert!(places.contains(&unread) && !places.contains(&read.as_ptr()));
    assert!(read.iter().all(|byte| *byte == b'a') && log.sealed[2].iter().all(|byte| *byte == b'b'));
}
