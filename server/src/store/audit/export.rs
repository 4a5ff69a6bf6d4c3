//! An export of the audit: one row a line, and whether those lines still are what was written.

use std::io::{self, BufRead};

use super::{AuditFilter, AuditRow, Text};
use crate::store::{Store, StoreError};

/// Rows that are read at once.
const BATCH: u32 = 500;

/// An export under way.
pub struct Export {
    store: Store,
    filter: AuditFilter,
}

impl Store {
    /// All rows there are now that `filter` takes, oldest first, whatever its limit and order.
    ///
    /// # Errors
    ///
    /// [`StoreError`].
    pub async fn export_audit(&self, filter: AuditFilter) -> Result<Export, StoreError> {
        let end = self.audit_end().await?.saturating_add(1);
        let before = filter.before.map_or(end, |before| before.min(end));
        let filter = AuditFilter { before: Some(before), newest_first: false, limit: BATCH, ..filter };
        Ok(Export { store: self.clone(), filter })
    }
}

impl Export {
    /// Some more lines; `None` at the end.
    ///
    /// # Errors
    ///
    /// [`StoreError`].
    pub async fn next(&mut self) -> Result<Option<Vec<u8>>, StoreError> {
        let rows = self.store.audit(&self.filter).await?;
        let Some(last) = rows.last() else { return Ok(None) };
        self.filter.after = last.seq;
        let mut lines = Vec::new();
        for row in &rows {
            let written = serde_json::to_writer(&mut lines, row);
            written.map_err(|error| StoreError::Corrupt(format!("audit row {}: {error}", row.seq)))?;
            lines.push(b'\n');
        }
        Ok(Some(lines))
    }
}

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
