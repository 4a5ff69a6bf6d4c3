//! The audit as a file. A piece is read when the one before is on its way.

use std::io;

use axum::body::Body;
use axum::http::{HeaderValue, header};
use axum::response::{IntoResponse as _, Response};
use bytes::Bytes;
use futures_util::stream;

use crate::api::App;
use crate::door::Refused;
use crate::store::AuditFilter;

/// One JSON document a line.
pub const CONTENT_TYPE: &str = "application/x-ndjson";

/// All rows there are now that `filter` takes, whatever its limit and order.
///
/// # Errors
/// Where the store does not answer. Once lines are on their way, the connection breaks instead.
pub async fn send(app: &App, filter: AuditFilter) -> Result<Response, Refused> {
    let export = app.door.store().export_audit(filter).await?;
    let lines = stream::unfold(Some(export), async |left| {
        let mut export = left?;
        match export.next().await {
            Ok(lines) => lines.map(|lines| (Ok(Bytes::from(lines)), Some(export))),
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
