//! What a part of a picture is like: one colour, sharp as text is, or smooth and busy as photographs are.

use transom_protocol::rect::Rect;
use transom_protocol::rfb::Framebuffer;

use super::diff::part;

/// Every so many rows are looked at.
const ROW_STEP: usize = 4;
/// Channels of neighbours in a photograph mostly differ by no more than this.
const SMOOTH: i32 = 12;
/// Fewer pixels than this are never worth a photograph's loss.
const PHOTO_PIXELS: u64 = 1024;
/// Colours are counted in so many bits, by a hash.
const COLOUR_BITS: usize = 4096;

/// What pixels are like.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// All the same.
    Solid(u32),
    /// To be kept as they are.
    Sharp,
    /// A little loss is not seen.
    Photo,
}

/// What `rect` is like.
#[must_use]
pub fn kind(picture: &Framebuffer, rect: Rect) -> Kind {
    let columns = rect.columns();
    let Some(first) = part(picture, rect.rows().start, &columns).first().copied() else { return Kind::Sharp };
    if rect.rows().all(|y| part(picture, y, &columns).iter().all(|pixel| *pixel == first)) {
        return Kind::Solid(first);
    }
    if rect.area() < PHOTO_PIXELS || rect.width < 8 {
        return Kind::Sharp;
    }
    let (mut pairs, mut changed, mut smooth) = (0_u32, 0_u32, 0_u32);
    let mut colours = [0_u64; COLOUR_BITS / 64];
    for y in rect.rows().step_by(ROW_STEP) {
        let row = part(picture, y, &columns);
        for (a, b) in row.iter().zip(&row[1..]) {
            let apart = |shift: u32| ((a >> shift & 255) as i32 - (b >> shift & 255) as i32).abs();
            let apart = apart(0).max(apart(8)).max(apart(16));
            changed += u32::from(apart > 0);
            smooth += u32::from(apart > 0 && apart <= SMOOTH);
        }
        pairs += row.len() as u32 - 1;
        for pixel in row {
            let bit = (pixel.wrapping_mul(0x9e37_79b1) >> 20) as usize;
            colours[bit / 64] |= 1 << (bit % 64);
        }
    }
    let colours: u32 = colours.iter().map(|word| word.count_ones()).sum();
    let is_busy = changed * 20 > pairs * 9;
    let is_smooth = smooth * 5 > changed * 3;
    let is_colourful = u64::from(colours) * 4 > u64::from(pairs).min(COLOUR_BITS as u64);
    if is_busy && (is_smooth || is_colourful) { Kind::Photo } else { Kind::Sharp }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn drawn(of: impl Fn(usize, usize) -> u32) -> Framebuffer {
        let mut picture = Framebuffer::new(64, 64).unwrap();
        let all = picture.bounds();
        for (y, row) in picture.rows_mut(all).enumerate() {
            row.iter_mut().enumerate().for_each(|(x, pixel)| *pixel = of(x, y));
        }
        picture
    }

    #[test]
    fn text_stays_sharp_and_only_photographs_may_lose() {
        let of = |picture: &Framebuffer| kind(picture, picture.bounds());
        assert_eq!(of(&drawn(|_, _| 7)), Kind::Solid(7));
        let text = |x: usize, y: usize| {
            if y % 16 < 11 && (x * 7 + y * 13) % 5 < 2 { 0xff00_0000 } else { 0xffff_ffff }
        };
        assert_eq!(of(&drawn(text)), Kind::Sharp);
        let smoothed = |x: usize, y: usize| {
            if y % 16 < 11 { [0, 85, 170, 255][(x * 7 + y * 13) % 4] * 0x01_0101 } else { 0xff_ffff }
        };
        assert_eq!(of(&drawn(smoothed)), Kind::Sharp);
        let wave = |x: usize, y: usize| {
            ((x as f64 / 9.0).sin() * 60.0 + (y as f64 / 13.0).cos() * 60.0 + 128.0) as u32
        };
        assert_eq!(of(&drawn(|x, y| wave(x, y) | wave(y, x) << 8 | wave(x + y, x) << 16)), Kind::Photo);
        let grain = |x: usize, y: usize| ((x * 64 + y) as u32).wrapping_mul(2_654_435_761) >> 8;
        assert_eq!(of(&drawn(grain)), Kind::Photo);
        assert_eq!(kind(&drawn(grain), Rect { x: 3, y: 3, width: 16, height: 16 }), Kind::Sharp, "too small");
    }
}
