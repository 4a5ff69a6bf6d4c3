//! An export of the audit: one row a line, and whether those lines still are what was written.

use std::io::{self, BufRead};

use super::{AuditRow, Text};

/// What is known of an export after it was read.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Verified {
    /// How many rows it has. Each is as it was written.
    pub rows: u64,
    /// Number of the first.
    pub first: i64,
    /// Number of the last.
    pub last: i64,
    /// Hash of the last.
    pub hash: String,
    /// How many numbers between the first and the last are not in it.
    pub left_out: u64,
}

/// What is wrong with an export.
#[derive(Debug, thiserror::Error)]
pub enum ExportBreak {
    /// The file cannot be read.
    #[error(transparent)]
    Io(#[from] io::Error),
    /// A line is no row.
    #[error("line {0} is no row of an audit")]
    NoRow(u64),
    /// A row is missing where this number should stand.
    #[error("audit row {0} is missing; where the export was filtered, say --filtered")]
    Missing(i64),
    /// A row is not what was written.
    #[error("audit row {0} was changed")]
    Changed(i64),
    /// A row doesn't follow the one before it.
    #[error("audit row {0} does not follow the row before it")]
    Unlinked(i64),
}

impl AuditRow {
    /// Reads an export, oldest row first. In a `filtered` one rows may be missing between others: each row is
    /// proven by itself, and by the one before where that is there.
    ///
    /// # Errors
    ///
    /// [`ExportBreak`]: the first break.
    pub fn verify_export(lines: impl BufRead, filtered: bool) -> Result<Verified, ExportBreak> {
        let mut known = Verified::default();
        for (line, number) in lines.lines().zip(1..) {
            let row: Self = serde_json::from_str(&line?).map_err(|_| ExportBreak::NoRow(number))?;
            let text = Text::of(&row.event, row.seq, row.prev);
            if text.hash() != row.hash {
                return Err(ExportBreak::Changed(row.seq));
            }
            let expected = known.last.saturating_add(1);
            if row.seq < expected {
                return Err(ExportBreak::Unlinked(row.seq));
            }
            if row.seq > expected && !filtered {
                return Err(ExportBreak::Missing(expected));
            }
            if row.seq == expected && text.prev != known.hash {
                return Err(ExportBreak::Unlinked(row.seq));
            }
            if known.rows == 0 {
                known.first = row.seq;
            } else {
                known.left_out += row.seq.abs_diff(expected);
            }
            (known.rows, known.last, known.hash) = (known.rows + 1, row.seq, row.hash);
        }
        Ok(known)
    }
}
