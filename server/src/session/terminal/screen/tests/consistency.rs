//! What must hold whatever comes: no panic, no difference by how output is cut, bounds.

use super::*;

#[test]
fn how_output_is_cut_makes_no_difference() {
    for seed in 0..1500 {
        let case = Case::new(seed, Repertoire::Whole);
        let mut pieces = Screen::new(case.size);
        let mut dice = Dice::new(seed);
        let mut rest = case.prefix.as_slice();
        while !rest.is_empty() {
            let (now, later) = rest.split_at(1 + dice.below(rest.len().min(7)));
            pieces.advance(now);
            rest = later;
        }
        assert!(alike(&pieces, &case.screen()), "seed {seed}");
    }
}

#[test]
fn a_screen_from_a_snapshot_goes_on_as_the_one_it_was_taken_from() {
    let mut exact = 0;
    for seed in 0..3000 {
        let case = Case::new(seed, Repertoire::Whole);
        let mut screen = case.screen();
        if screen.loses().is_some() {
            continue;
        }
        exact += 1;
        let mut restored = Screen::new(case.size);
        restored.advance(&screen.snapshot());
        let plain = !case.prefix.windows(3).any(|w| w == b"]8;");
        assert!(!plain || alike(&restored, &screen), "seed {seed}");
        screen.advance(&case.rest);
        restored.advance(&case.rest);
        assert!(!plain || alike(&restored, &screen), "seed {seed}, later");
    }
    assert!(exact > 2900, "only {exact}");
}

#[test]
fn noise_of_any_kind_and_any_size_is_survived() {
    for seed in 0..1000 {
        let mut dice = Dice::new(seed);
        let size = |dice: &mut Dice| Size { cols: dice.below(40) as u16, rows: dice.below(12) as u16 };
        let mut screen = Screen::new(size(&mut dice));
        for _ in 0..40 {
            let noise: Vec<u8> = match dice.below(3) {
                0 => (0..dice.below(40)).map(|_| dice.below(256) as u8).collect(),
                1 => (0..dice.below(40))
                    .map(|_| b"\x1b[]0123456789;:?mHJKLMPSTX@bhlr\r\n\tx\xe2\x94\x80"[dice.below(38)])
                    .collect(),
                _ => stream(&mut dice, Repertoire::Whole, 3, 300, 300),
            };
            screen.advance(&noise);
            if dice.below(6) == 0 {
                screen.resize(size(&mut dice));
            }
            if dice.below(12) == 0 {
                let mut restored = Screen::new(screen.size());
                restored.advance(&screen.snapshot());
                assert_eq!(restored.size(), screen.size());
            }
        }
    }
}

#[test]
fn a_hostile_stream_does_not_make_a_screen_grow() {
    let mut screen = Screen::new(Size { cols: 80, rows: 24 });
    screen.advance(b"\x1b]0;");
    for at in 0..200_000u32 {
        screen.advance(format!("{at} title {at}").as_bytes());
    }
    assert!(screen.snapshot().len() < 8 * 1024, "an endless title");
    screen.advance(b"\x07\x1bP");
    screen.advance(&vec![b'q'; 1 << 20]);
    assert!(screen.snapshot().len() < 8 * 1024, "an endless device control string");
    screen.advance(b"\x1b\\\x1b[H");
    for at in 0..300_000u32 {
        let mark = char::from_u32(0x300 + at % 0x50).unwrap();
        screen.advance(format!("a{mark}").as_bytes());
        screen.advance(format!("{mark}{}", char::from_u32(0x300 + at / 0x50 % 0x50).unwrap()).as_bytes());
        if at % 10 == 0 {
            screen.advance(format!("\x1b]8;;https://example.com/{at}\x07").as_bytes());
        }
    }
    screen.advance("\r\ne".as_bytes());
    screen.advance("\u{301}".repeat(100_000).as_bytes());
    let (clusters, links) = (screen.terminal.clusters.len(), screen.terminal.links.len());
    assert!(clusters <= super::super::clusters::CLUSTERS && links <= super::super::links::LINKS);
    assert!(screen.snapshot().len() < 1 << 20, "{} bytes", screen.snapshot().len());
}

#[test]
fn a_huge_count_is_no_work() {
    let mut screen = Screen::new(Size { cols: 1000, rows: 1000 });
    for _ in 0..3 {
        screen.advance(b"x\x1b[2147483647b\x1b[2147483647S\x1b[2147483647T\x1b[2147483647L\x1b[2147483647M");
        screen.advance(
            b"\x1b[2147483647I\x1b[2147483647Z\x1b[2147483647@\x1b[2147483647P\x1b[2147483647;2147483647H",
        );
    }
}

/// Lines as builds print them, and now and then something that is not skipped.
fn log(dice: &mut Dice, lines: usize, odd: usize, cols: usize, rows: usize) -> Vec<u8> {
    let mut out = Vec::new();
    for _ in 0..lines {
        for _ in 0..dice.below(4) {
            match dice.below(9) {
                0..=3 => out.extend_from_slice(b"warning: unused variable `x`"),
                4 => out.extend_from_slice(
                    dice.one(&["漢字", "é", "→ 👍🏽", "e\u{301}", "\u{a0}", "\t", "\x08", "\x07"]).as_bytes(),
                ),
                5 => out.extend_from_slice(dice.one(&["\x1b[K", "\x1b[2K", "\x1b[1K", "\r"]).as_bytes()),
                _ => out.extend_from_slice(
                    dice.one(&[
                        "\x1b[m",
                        "\x1b[0m",
                        "\x1b[32m",
                        "\x1b[1;4:3;44m",
                        "\x1b[38;5;9m",
                        "\x1b[48;2;1;2;3m",
                    ])
                    .as_bytes(),
                ),
            }
        }
        if dice.below(100) < odd {
            let odd: [&[u8]; 8] =
                [b"\xff\xe2", b"\xc2", b"\xc2\x85", b"\x1b[3A", b"\x1b[", b"x\x1b[5b", b"\x0e", b"\x7f"];
            match dice.below(3) {
                0 => out.extend_from_slice(&stream(dice, Repertoire::Whole, 1, cols, rows)),
                1 => out.extend_from_slice(b"\x1b7\x1b]8;;https://example.com\x07"),
                _ => out.extend_from_slice(odd[dice.below(8)]),
            }
        }
        out.extend_from_slice(if dice.below(12) == 0 { b"\n" } else { b"\r\n" });
    }
    out
}

#[test]
fn skimming_a_flood_leaves_the_same_as_reading_it() {
    let mut skipped = 0;
    for seed in 0..2500 {
        let mut dice = Dice::new(seed);
        let (cols, rows) = (2 + dice.below(40), 2 + dice.below(8));
        let size = Size { cols: cols as u16, rows: rows as u16 };
        let odd = [0, 0, 2, 10][dice.below(4)];
        let (pieces, lines) = ([0, 3][dice.below(2)], dice.below(60));
        let before = stream(&mut dice, Repertoire::Whole, pieces, cols, rows);
        let flood = log(&mut dice, lines, odd, cols, rows);
        let after = stream(&mut dice, Repertoire::Whole, 5, cols, rows);
        let mut read = Screen::new(size);
        read.advance(&before);
        let mut skimmed = read.clone();
        read.advance(&flood);
        let mut blocks = Vec::new();
        let mut rest = flood.as_slice();
        while !rest.is_empty() {
            let (now, later) = rest.split_at((1 + dice.below(400)).min(rest.len()));
            blocks.push(now);
            rest = later;
        }
        skipped += usize::from(skimmed.skips(&flood));
        skimmed.skim(&blocks);
        assert!(alike(&read, &skimmed), "seed {seed}");
        read.advance(&after);
        skimmed.advance(&after);
        assert!(alike(&read, &skimmed), "seed {seed}, later");
    }
    assert!(skipped > 700, "only {skipped} were skipped");
}
