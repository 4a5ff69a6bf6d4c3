//! Plain encoders for tests: what a server might send for a picture, in every way there is.

use flate2::{Compress, Compression, FlushCompress};

/// A picture of `width` times `height` pixels, each red, green and blue.
#[derive(Debug, Clone)]
pub struct Picture {
    pub width: u16,
    pub height: u16,
    pub pixels: Vec<[u8; 3]>,
}

impl Picture {
    /// The pixels of a part, row by row.
    pub fn part(&self, x: usize, y: usize, width: usize, height: usize) -> Vec<[u8; 3]> {
        let row = |y: usize| &self.pixels[y * usize::from(self.width) + x..][..width];
        (y..y + height).flat_map(row).copied().collect()
    }

    /// Tiles of `side` pixels: place, size and pixels.
    fn tiles(&self, side: usize) -> impl Iterator<Item = (usize, usize, Vec<[u8; 3]>)> {
        let (width, height) = (usize::from(self.width), usize::from(self.height));
        (0..height).step_by(side).flat_map(move |y| {
            (0..width).step_by(side).map(move |x| {
                let (w, h) = (side.min(width - x), side.min(height - y));
                (w, h, self.part(x, y, w, h))
            })
        })
    }
}

/// Zlib streams that go on from rectangle to rectangle.
pub struct Streams(Vec<Compress>);

impl Streams {
    pub fn new() -> Self {
        Self((0..6).map(|_| Compress::new(Compression::fast(), true)).collect())
    }

    fn deflate(&mut self, stream: usize, plain: &[u8]) -> Vec<u8> {
        let (mut out, mut rest) = (Vec::new(), plain);
        loop {
            out.reserve(4096);
            let before = self.0[stream].total_in();
            self.0[stream].compress_vec(rest, &mut out, FlushCompress::Sync).unwrap();
            rest = &rest[usize::try_from(self.0[stream].total_in() - before).unwrap()..];
            if rest.is_empty() && out.len() < out.capacity() {
                return out;
            }
        }
    }
}

pub fn rect(x: u16, y: u16, width: u16, height: u16, encoding: i32, body: &[u8]) -> Vec<u8> {
    let mut out = [x, y, width, height].map(u16::to_be_bytes).concat();
    out.extend(encoding.to_be_bytes());
    out.extend(body);
    out
}

pub fn update(rects: &[Vec<u8>]) -> Vec<u8> {
    let mut out = vec![0, 0];
    out.extend(u16::try_from(rects.len()).unwrap().to_be_bytes());
    out.extend(rects.concat());
    out
}

fn four(pixel: &[u8; 3]) -> [u8; 4] {
    // The fourth means nothing, so it is never the same.
    [pixel[0], pixel[1], pixel[2], pixel[0] ^ pixel[1]]
}

pub fn raw(picture: &Picture) -> Vec<u8> {
    picture.pixels.iter().flat_map(four).collect()
}

pub fn zlib(picture: &Picture, streams: &mut Streams) -> Vec<u8> {
    announced(&streams.deflate(4, &raw(picture)))
}

fn announced(bytes: &[u8]) -> Vec<u8> {
    [&u32::try_from(bytes.len()).unwrap().to_be_bytes()[..], bytes].concat()
}

/// Raw tiles, and rectangles of one pixel on a background.
pub fn hextile(picture: &Picture) -> Vec<u8> {
    let mut out = Vec::new();
    let mut background = None;
    for (i, (width, _, pixels)) in picture.tiles(16).enumerate() {
        let first = pixels[0];
        let others: Vec<_> = pixels.iter().enumerate().filter(|(_, pixel)| **pixel != first).collect();
        if others.len() > 255 || i % 7 == 6 {
            out.push(1);
            out.extend(pixels.iter().flat_map(four));
            continue;
        }
        let one_colour =
            others.first().map(|(_, pixel)| **pixel).filter(|one| others.iter().all(|(_, p)| *p == one));
        let mut kind = if background == Some(first) { 0 } else { 2 };
        background = Some(first);
        kind |= match (others.is_empty(), one_colour) {
            (true, _) => 0,
            (false, Some(_)) => 4 | 8,
            (false, None) => 8 | 16,
        };
        out.push(kind);
        if kind & 2 != 0 {
            out.extend(four(&first));
        }
        if let (Some(one), true) = (one_colour, kind & 4 != 0) {
            out.extend(four(&one));
        }
        if kind & 8 != 0 {
            out.push(u8::try_from(others.len()).unwrap());
        }
        for (at, pixel) in others {
            if kind & 16 != 0 {
                out.extend(four(pixel));
            }
            out.extend([u8::try_from(at % width * 16 + at / width).unwrap(), 0]);
        }
    }
    out
}

fn colours(pixels: &[[u8; 3]]) -> Vec<[u8; 3]> {
    let mut all: Vec<[u8; 3]> = Vec::new();
    for pixel in pixels {
        if !all.contains(pixel) {
            all.push(*pixel);
        }
    }
    all
}

fn run_length(length: usize) -> Vec<u8> {
    let rest = length - 1;
    let mut out = vec![255; rest / 255];
    out.push(u8::try_from(rest % 255).unwrap());
    out
}

fn runs(pixels: &[[u8; 3]]) -> Vec<([u8; 3], usize)> {
    pixels.chunk_by(|a, b| a == b).map(|run| (run[0], run.len())).collect()
}

/// Tiles, each in one of the ways that it can be in; `way` turns them.
fn tiles(picture: &Picture, side: usize, way: usize, reuse: bool) -> Vec<u8> {
    let mut out = Vec::new();
    let mut last: Option<(Vec<[u8; 3]>, bool)> = None;
    for (i, (width, _, pixels)) in picture.tiles(side).enumerate() {
        let palette = colours(&pixels);
        let index = |pixel: &[u8; 3], palette: &[[u8; 3]]| palette.iter().position(|c| c == pixel).unwrap();
        let again = last.as_ref().filter(|(p, _)| reuse && palette.iter().all(|c| p.contains(c))).cloned();
        match ((i + way) % 4, palette.len()) {
            (_, 1) if again.is_none() => {
                out.push(1);
                out.extend(palette[0]);
            }
            (0, 2..=127) | (0, 1) => {
                let palette = if let Some((palette, _)) = again {
                    out.push(129);
                    palette
                } else {
                    out.push(128 + u8::try_from(palette.len()).unwrap());
                    out.extend(palette.concat());
                    last = Some((palette.clone(), palette.len() <= 16));
                    palette
                };
                for (colour, length) in runs(&pixels) {
                    let index = u8::try_from(index(&colour, &palette)).unwrap();
                    if length == 1 {
                        out.push(index);
                    } else {
                        out.push(index | 128);
                        out.extend(run_length(length));
                    }
                }
            }
            (1, 2..=16) | (1, 1) => {
                let palette = match again {
                    Some((palette, true)) if palette.len() > 1 => {
                        out.push(127);
                        palette
                    }
                    _ if palette.len() == 1 => {
                        out.push(1);
                        out.extend(palette[0]);
                        continue;
                    }
                    _ => {
                        out.push(u8::try_from(palette.len()).unwrap());
                        out.extend(palette.concat());
                        last = Some((palette.clone(), true));
                        palette
                    }
                };
                let bits = match palette.len() {
                    2 => 1,
                    3 | 4 => 2,
                    _ => 4,
                };
                for row in pixels.chunks(width) {
                    for pixels in row.chunks(8 / bits) {
                        let mut byte = 0_u8;
                        for (at, pixel) in pixels.iter().enumerate() {
                            byte |= u8::try_from(index(pixel, &palette)).unwrap() << (8 - bits * (at + 1));
                        }
                        out.push(byte);
                    }
                }
            }
            (2, _) => {
                out.push(128);
                for (colour, length) in runs(&pixels) {
                    out.extend(colour);
                    out.extend(run_length(length));
                }
            }
            _ => {
                out.push(0);
                out.extend(pixels.concat());
            }
        }
    }
    out
}

pub fn trle(picture: &Picture, way: usize) -> Vec<u8> {
    tiles(picture, 16, way, true)
}

pub fn zrle(picture: &Picture, way: usize, streams: &mut Streams) -> Vec<u8> {
    announced(&streams.deflate(5, &tiles(picture, 64, way, false)))
}

fn compact(length: usize) -> Vec<u8> {
    let byte = |shift: u32| u8::try_from(length >> shift & 127).unwrap();
    match length {
        0..128 => vec![byte(0)],
        128..16384 => vec![byte(0) | 128, byte(7)],
        _ => vec![byte(0) | 128, byte(7) | 128, u8::try_from(length >> 14).unwrap()],
    }
}

/// In the ways of Tight that are exact.
pub fn tight(picture: &Picture, way: usize, streams: &mut Streams) -> Vec<u8> {
    let palette = colours(&picture.pixels);
    let width = usize::from(picture.width);
    let stream = way % 4;
    let control = u8::try_from(stream << 4).unwrap();
    let (mut out, plain) = match (way % 3, palette.len()) {
        (_, 1) => return [&[0x80][..], &palette[0]].concat(),
        (0, 2..=256) => {
            let mut head = vec![control | 0x40, 1, u8::try_from(palette.len() - 1).unwrap()];
            head.extend(palette.concat());
            let index =
                |pixel: &[u8; 3]| u8::try_from(palette.iter().position(|c| c == pixel).unwrap()).unwrap();
            let plain = if palette.len() == 2 {
                let rows = picture.pixels.chunks(width);
                let byte = |pixels: &[[u8; 3]]| {
                    pixels.iter().enumerate().fold(0, |byte, (at, pixel)| byte | index(pixel) << (7 - at))
                };
                rows.flat_map(|row| row.chunks(8).map(byte)).collect()
            } else {
                picture.pixels.iter().map(index).collect::<Vec<u8>>()
            };
            (head, plain)
        }
        (1, _) => {
            let at = |x: isize, y: isize| -> [u8; 3] {
                if x < 0 || y < 0 { [0; 3] } else { picture.pixels[y as usize * width + x as usize] }
            };
            let mut plain = Vec::new();
            for y in 0..picture.height as isize {
                for x in 0..width as isize {
                    for part in 0..3 {
                        let of = |x, y| i16::from(at(x, y)[part]);
                        let promised = (of(x - 1, y) + of(x, y - 1) - of(x - 1, y - 1)).clamp(0, 255);
                        plain.push(at(x, y)[part].wrapping_sub(promised as u8));
                    }
                }
            }
            (vec![control | 0x40, 2], plain)
        }
        _ => (vec![control], picture.pixels.concat()),
    };
    if plain.len() < 12 {
        out.extend(plain);
    } else {
        let compressed = streams.deflate(stream, &plain);
        out.extend(compact(compressed.len()));
        out.extend(compressed);
    }
    out
}
