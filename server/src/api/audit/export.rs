//! The audit as a file: all rows that match, oldest first, one a line. A page is read when the one before is on
//! its way, so that the whole never stands in memory.

use std::io;

use axum::body::Body;
use axum::http::{HeaderValue, header};
use axum::response::{IntoResponse as _, Response};
use bytes::Bytes;
use futures_util::stream;

use crate::api::App;
use crate::door::Refused;
use crate::store::{AuditFilter, Store, StoreError};

/// One JSON document a line.
pub const CONTENT_TYPE: &str = "application/x-ndjson";
/// Rows that are read at once.
const BATCH: u32 = 500;

/// All rows there are now that `filter` takes, whatever its limit and order.
///
/// # Errors
/// Where the store does not answer. Once lines are on their way, the connection breaks instead.
pub async fn send(app: &App, filter: AuditFilter) -> Result<Response, Refused> {
    let store = app.door.store().clone();
    let end = store.audit_end().await?.saturating_add(1);
    let before = filter.before.map_or(end, |before| before.min(end));
    let filter = AuditFilter { before: Some(before), newest_first: false, limit: BATCH, ..filter };
    let lines = stream::unfold(Some((store, filter)), async |left| {
        let (store, mut filter) = left?;
        match batch(&store, &mut filter).await {
            Ok(None) => None,
            Ok(Some(lines)) => Some((Ok(lines), Some((store, filter)))),
            Err(error) => {
                tracing::error!(%error, "export of the audit broken off");
                Some((Err(io::Error::other("the store does not answer")), None))
            }
        }
    });
    let mut response = Body::from_stream(lines).into_response();
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(CONTENT_TYPE));
    let name = HeaderValue::from_static("attachment; filename=\"audit.ndjson\"");
    headers.insert(header::CONTENT_DISPOSITION, name);
    Ok(response)
}

async fn batch(store: &Store, filter: &mut AuditFilter) -> Result<Option<Bytes>, StoreError> {
    let rows = store.audit(filter).await?;
    let Some(last) = rows.last() else { return Ok(None) };
    filter.after = last.seq;
    let mut lines = Vec::new();
    for row in &rows {
        let written = serde_json::to_writer(&mut lines, row);
        written.map_err(|error| StoreError::Corrupt(format!("audit row {}: {error}", row.seq)))?;
        lines.push(b'\n');
    }
    Ok(Some(lines.into()))
}
