//! Walking the audit: whether a row is missing, changed, or in the wrong place.

use sqlx::Row as _;

use super::audit::Text;
use super::{Store, StoreError};

/// Where the audit's chain is broken.
#[derive(Debug, thiserror::Error)]
pub enum AuditBreak {
    /// A row is missing where this number should stand.
    #[error("audit row {0} is missing")]
    Missing(i64),
    /// A row is not what was written.
    #[error("audit row {0} was changed")]
    Changed(i64),
    /// A row doesn't follow the one before it.
    #[error("audit row {0} does not follow the row before it")]
    Unlinked(i64),
    /// The store failed, which says nothing about the audit.
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl From<sqlx::Error> for AuditBreak {
    fn from(error: sqlx::Error) -> Self {
        Self::Store(error.into())
    }
}

const PAGE: i64 = 500;

impl Store {
    /// Walks all rows that there are when it starts and returns their number.
    ///
    /// This finds rows that somebody removed, changed or put in between. Whoever may write to the
    /// database can also make a whole new chain: keep the newest hash elsewhere to find that.
    ///
    /// # Errors
    ///
    /// [`AuditBreak`]: the first break.
    pub async fn verify_audit(&self) -> Result<u64, AuditBreak> {
        let head = sqlx::query("SELECT seq, hash FROM audit_head WHERE id = 1").fetch_one(&self.pool).await?;
        let (end, head): (i64, String) = (head.try_get("seq")?, head.try_get("hash")?);
        let (mut last, mut hash) = (0, String::new());
        while last < end {
            let page = self.audit_page(last, PAGE.min(end - last)).await?;
            if page.is_empty() {
                return Err(AuditBreak::Missing(last + 1));
            }
            for row in &page {
                let text = Text::read(row)?;
                if text.seq != last + 1 {
                    return Err(AuditBreak::Missing(last + 1));
                }
                if text.hash() != text.written {
                    return Err(AuditBreak::Changed(text.seq));
                }
                if text.prev != hash {
                    return Err(AuditBreak::Unlinked(text.seq));
                }
                (last, hash) = (text.seq, text.written);
            }
        }
        if hash != head {
            return Err(AuditBreak::Unlinked(end));
        }
        let beyond = self.audit_page(end, 1).await?;
        // A row beyond the head, unless the head has moved on meanwhile.
        if let Some(row) = beyond.first() {
            let text = Text::read(row)?;
            if text.hash() != text.written || text.prev != hash {
                return Err(AuditBreak::Unlinked(end + 1));
            }
        }
        Ok(end.unsigned_abs())
    }
}
