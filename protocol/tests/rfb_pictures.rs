//! Every encoding shows the picture that was sent, in whatever pieces it arrives.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::arithmetic_side_effects,
    reason = "a test may panic"
)]

#[path = "rfb/encoder.rs"]
mod encoder;

use bytes::BytesMut;
use encoder::{Picture, Streams, rect, update};
use proptest::prelude::*;
use transom_protocol::rect::Rect;
use transom_protocol::rfb::{Decoder, Event, Framebuffer};

const ENCODINGS: [i32; 7] = [0, 5, 6, 7, 15, 16, 1];

/// A picture that has runs, few or many colours.
fn picture() -> impl Strategy<Value = Picture> {
    (1_u16..150, 1_u16..90, 1_usize..400, any::<u64>()).prop_map(|(width, height, colours, seed)| {
        let mut state = seed | 1;
        let mut next = |most: usize| {
            state ^= state << 13;
            state ^= state >> 7;
            state ^= state << 17;
            usize::try_from(state >> 20).unwrap() % most
        };
        let palette: Vec<[u8; 3]> =
            (0..colours).map(|_| [next(256), next(256), next(256)].map(|c| c as u8)).collect();
        let mut pixels = Vec::new();
        while pixels.len() < usize::from(width) * usize::from(height) {
            let colour = palette[next(colours)];
            let run = if next(3) == 0 { next(600) } else { next(4) };
            pixels.extend(std::iter::repeat_n(colour, run + 1));
        }
        pixels.truncate(usize::from(width) * usize::from(height));
        Picture { width, height, pixels }
    })
}

/// What was seen, and how it looks in the end.
fn decoded(stream: &[u8], cuts: &[usize], screen: &mut Framebuffer) -> Vec<Event> {
    let mut decoder = Decoder::new();
    let (mut events, mut input) = (Vec::new(), BytesMut::new());
    let mut cuts: Vec<usize> = cuts.iter().map(|cut| cut % (stream.len() + 1)).collect();
    cuts.extend([0, stream.len()]);
    cuts.sort_unstable();
    for piece in cuts.windows(2) {
        input.extend_from_slice(&stream[piece[0]..piece[1]]);
        while let Some(event) = decoder.advance(&mut input, screen).unwrap() {
            events.push(event);
        }
    }
    assert!(input.is_empty(), "{} bytes were not read", input.len());
    events
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(400))]

    #[test]
    fn every_encoding_shows_what_was_sent_in_pieces_of_any_size(
        pictures in proptest::collection::vec((picture(), 0..ENCODINGS.len(), any::<usize>()), 1..5),
        cuts in proptest::collection::vec(any::<usize>(), 0..40),
    ) {
        let (width, height) = (200_u16, 120_u16);
        let mut streams = Streams::new();
        let mut expected = Framebuffer::new(width, height).unwrap();
        let mut rects = Vec::new();
        for (i, (picture, encoding, way)) in pictures.iter().enumerate() {
            let (x, y) = (u16::try_from(i * 7).unwrap(), u16::try_from(i * 5).unwrap());
            let way = way % 64;
            let body = match ENCODINGS[*encoding] {
                0 => encoder::raw(picture),
                5 => encoder::hextile(picture),
                6 => encoder::zlib(picture, &mut streams),
                7 => encoder::tight(picture, way, &mut streams),
                15 => encoder::trle(picture, way),
                16 => encoder::zrle(picture, way, &mut streams),
                _ => {
                    let area = Rect { x: 3, y: 2, width: picture.width, height: picture.height };
                    let from = (x, y);
                    rects.push(rect(area.x, area.y, area.width, area.height, 1, &[from.0.to_be_bytes(), from.1.to_be_bytes()].concat()));
                    expected.copy(area, from);
                    continue;
                }
            };
            rects.push(rect(x, y, picture.width, picture.height, ENCODINGS[*encoding], &body));
            let area = Rect { x, y, width: picture.width, height: picture.height };
            for (row, from) in expected.rows_mut(area).zip(picture.pixels.chunks(picture.width.into())) {
                for (pixel, [red, green, blue]) in row.iter_mut().zip(from) {
                    *pixel = u32::from_le_bytes([*red, *green, *blue, 255]);
                }
            }
        }
        let stream = update(&rects);
        let mut screen = Framebuffer::new(width, height).unwrap();
        let events = decoded(&stream, &cuts, &mut screen);
        prop_assert_eq!(events.first(), Some(&Event::UpdateBegins));
        prop_assert_eq!(events.last(), Some(&Event::FrameEnd));
        prop_assert_eq!(events.len(), rects.len() + 2);
        prop_assert!(screen == expected, "another picture");
    }

    #[test]
    fn whatever_a_server_sends_ends_with_an_error_or_waits(bytes in proptest::collection::vec(any::<u8>(), 0..600), kind in 0_usize..40) {
        let mut stream = match kind {
            0..7 => update(&[rect(0, 0, 64, 64, ENCODINGS[kind], &[])]),
            7..30 => update(&[rect(0, 0, 20, 20, [-223, -239, -308, -314, -261, -307, -258, -224][kind % 8], &[])]),
            _ => vec![[0_u8, 1, 2, 3, 150, 248][kind % 6]],
        };
        stream.extend(bytes);
        let mut input = BytesMut::from(&stream[..]);
        let mut screen = Framebuffer::new(64, 64).unwrap();
        let mut decoder = Decoder::new();
        while let Ok(Some(_)) = decoder.advance(&mut input, &mut screen) {}
    }
}
