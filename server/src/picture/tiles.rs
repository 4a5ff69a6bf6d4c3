//! Rectangles on a grid of squares: cut along it, and joined again.

use transom_protocol::rect::Rect;

use super::cells::Cells;

/// The smallest rectangle that has all marked cells.
pub fn bounds(cells: &Cells) -> Option<Rect> {
    cells.rects().into_iter().reduce(|a, b| {
        let columns = a.columns().start.min(b.columns().start)..a.columns().end.max(b.columns().end);
        let rows = a.rows().start.min(b.rows().start)..a.rows().end.max(b.rows().end);
        // Both are on the picture, whose sides are u16.
        Rect {
            x: columns.start as u16,
            y: rows.start as u16,
            width: columns.len() as u16,
            height: rows.len() as u16,
        }
    })
}

/// `rect` cut along a grid of squares.
pub fn tiles(rect: Rect, side: usize) -> impl Iterator<Item = Rect> {
    let cuts = move |of: std::ops::Range<usize>| {
        (of.start / side..of.end.div_ceil(side))
            .map(move |i| (i * side).max(of.start)..((i + 1) * side).min(of.end))
    };
    cuts(rect.rows()).flat_map(move |rows| {
        cuts(rect.columns()).map(move |columns| Rect {
            x: columns.start as u16,
            y: rows.start as u16,
            width: columns.len() as u16,
            height: rows.len() as u16,
        })
    })
}

/// The square of the grid that has `tile`, as far as it is on a picture of this size.
pub fn around(tile: Rect, side: usize, (width, height): (u16, u16)) -> Rect {
    let whole = |at: u16, most: u16| {
        let start = usize::from(at) / side * side;
        // On the picture, whose sides are u16.
        (start as u16, side.min(usize::from(most) - start) as u16)
    };
    let ((x, width), (y, height)) = (whole(tile.x, width), whole(tile.y, height));
    Rect { x, y, width, height }
}

/// Tiles of a grid, in its order, joined to rectangles that cover them and nothing else.
pub fn joined(tiles: impl Iterator<Item = Rect>) -> Vec<Rect> {
    let mut rows: Vec<Rect> = Vec::new();
    for tile in tiles {
        match rows.last_mut() {
            Some(row) if row.y == tile.y && row.columns().end == tile.columns().start => {
                row.width += tile.width
            }
            _ => rows.push(tile),
        }
    }
    let mut joined: Vec<Rect> = Vec::new();
    for row in rows {
        let is_above =
            |above: &&mut Rect| above.columns() == row.columns() && above.rows().end == row.rows().start;
        match joined.iter_mut().find(is_above) {
            Some(above) => above.height += row.height,
            None => joined.push(row),
        }
    }
    joined
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tiles_are_joined_to_what_they_cover() {
        let rect = Rect { x: 10, y: 50, width: 300, height: 100 };
        assert_eq!(joined(tiles(rect, 64)), [rect]);
        let left: Vec<Rect> = joined(tiles(rect, 64).filter(|tile| tile.x < 64 || tile.y >= 128));
        let [top, bottom] = left[..] else { panic!("{left:?}") };
        assert_eq!(top, Rect { x: 10, y: 50, width: 54, height: 78 });
        assert_eq!(bottom, Rect { x: 10, y: 128, width: 300, height: 22 });
        assert_eq!(joined(std::iter::empty()), []);
    }
}
