//! `/builds/{id}/files/content`: what is in a file, streamed both ways. Nothing is kept on the way.

use axum::body::Body;
use axum::extract::{Request, State};
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use bytes::Bytes;
use futures_util::StreamExt as _;
use serde::{Deserialize, Serialize};
use tokio::sync::{mpsc, oneshot};
use transom_protocol::problem::Problem;
use ts_rs::TS;
use utoipa::ToSchema;

use super::disposition::attachment;
use super::{PathView, asked};
use crate::api::App;
use crate::api::auth::Proof;
use crate::api::body::Build;
use crate::api::error::{ApiError, ProblemBody};
use crate::door::{Actor, Download, Part, Refused};

/// Pieces between the machine and the network.
const PIECES: usize = 4;
/// Bytes of a refused upload that are still read, so that its sender gets to hear why.
const READ_IN_VAIN_BYTES: usize = 4 * 1024 * 1024;

/// A file that was put on the machine.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS, ToSchema)]
#[ts(export)]
pub struct UploadedView {
    /// Where it is.
    pub path: PathView,
    /// How large it is, in bytes.
    #[ts(type = "number")]
    pub bytes: u64,
}

/// Fetches a file, or one part of it (`Range`, with `If-Range`). Always `application/octet-stream`, to be
/// saved and not to be shown. A reply that ends early did not become whole.
#[utoipa::path(get, path = "/api/v1/builds/{id}/files/content", tag = "files",
    params(("id" = String, Path), ("path" = String, Query, description = "percent-encoded")),
    security(("access_token" = ["files.read"])),
    responses((status = 200, content_type = "application/octet-stream", body = Vec<u8>),
        (status = 206, content_type = "application/octet-stream", body = Vec<u8>), (status = "default", body = ProblemBody)))]
pub async fn download(
    State(app): State<App>,
    proof: Proof,
    Build(id): Build,
    asked::Path(asked): asked::Path,
    headers: HeaderMap,
) -> Result<Response, ApiError> {
    let (grant, entry) = proof.person_of(&app, &id).await?;
    let actor = Actor::of(&grant, proof.address);
    let part = |stamp: &str| part(&headers, stamp);
    let download = app.door.download(&grant, &entry, &asked?, part, &actor).await?;
    Ok(send(&app, download))
}

/// Puts a file on the machine, in place of one that is there unless `If-None-Match: *` says not to. It is
/// written under another name and gets its own when it is whole. An existing file keeps its mode, a new one
/// gets 0644.
#[utoipa::path(put, path = "/api/v1/builds/{id}/files/content", tag = "files",
    params(("id" = String, Path), ("path" = String, Query, description = "percent-encoded"),
        ("If-None-Match" = Option<String>, Header, description = "`*`: only where there is none")),
    request_body(content = Vec<u8>, content_type = "application/octet-stream"),
    security(("access_token" = ["files.write"])),
    responses((status = 200, body = UploadedView), (status = "default", body = ProblemBody)))]
pub async fn upload(
    State(app): State<App>,
    proof: Proof,
    Build(id): Build,
    asked::Path(asked): asked::Path,
    request: Request,
) -> Result<axum::Json<UploadedView>, ApiError> {
    let (grant, entry) = proof.person_of(&app, &id).await?;
    let actor = Actor::of(&grant, proof.address);
    let asked = asked?;
    let headers = request.headers();
    if headers.contains_key(header::CONTENT_ENCODING) || headers.contains_key(header::CONTENT_RANGE) {
        return Err(Refused::because(Problem::Malformed, "A file comes as it is, and whole.").into());
    }
    let length =
        headers.get(header::CONTENT_LENGTH).and_then(|v| v.to_str().ok()).and_then(|v| v.parse().ok());
    let replace = headers.get(header::IF_NONE_MATCH).is_none_or(|v| v != "*");
    if app.viewers.is_ending() {
        return Err(Problem::Restarting.into());
    }
    let (done, outcome) = oneshot::channel();
    let (door, viewers) = (app.door.clone(), app.viewers.clone());
    // On its own: whoever sends may go away, and then there is something to be tidied up.
    app.viewers.spawn(async move {
        let mut body = request.into_body().into_data_stream();
        let outcome = match door.upload(&grant, &entry, &asked, (length, replace), &actor).await {
            Ok(upload) => upload.run(&mut body, viewers.ending()).await,
            Err(refused) => Err(refused),
        };
        let refused = outcome.is_err();
        if done.send(outcome).is_ok() && refused {
            let mut left = READ_IN_VAIN_BYTES;
            while let Some(Ok(bytes)) = body.next().await
                && bytes.len() < left
                && !viewers.is_ending()
            {
                left -= bytes.len();
            }
        }
    });
    let uploaded = outcome.await.map_err(|_| Problem::Internal)??;
    Ok(axum::Json(UploadedView { path: PathView::of(&uploaded.path), bytes: uploaded.bytes }))
}

/// The reply with a file in it. It is read from the machine as fast as it is taken here.
pub(super) fn send(app: &App, download: Download) -> Response {
    let (from, until) = download.range;
    let (size, stamp) = (download.size, download.stamp());
    let whole = size.is_none() || (from, until) == (0, size);
    let disposition = attachment(&download.name);
    let (pieces, received) = mpsc::channel(PIECES);
    let viewers = app.viewers.clone();
    app.viewers.spawn(async move { download.run(pieces, viewers.ending()).await });
    let body = futures_util::stream::unfold((received, until.map(|until| until - from)), next);
    let status = if whole { StatusCode::OK } else { StatusCode::PARTIAL_CONTENT };
    let mut response = (status, Body::from_stream(body)).into_response();
    let headers = response.headers_mut();
    let mut set = |name: header::HeaderName, value: &str| {
        if let Ok(value) = HeaderValue::from_str(value) {
            headers.insert(name, value);
        }
    };
    set(header::CONTENT_TYPE, "application/octet-stream");
    set(header::CONTENT_SECURITY_POLICY, "default-src 'none'; sandbox; frame-ancestors 'none'");
    if let (Some(size), Some(until)) = (size, until) {
        set(header::CONTENT_LENGTH, &(until - from).to_string());
        set(header::ACCEPT_RANGES, "bytes");
        set(header::ETAG, &format!("\"{stamp}\""));
        if !whole {
            set(header::CONTENT_RANGE, &format!("bytes {from}-{}/{size}", until - 1));
        }
    }
    headers.insert(header::CONTENT_DISPOSITION, disposition);
    response
}

type Rest = (mpsc::Receiver<crate::backend::Piece>, Option<u64>);

/// The next piece. A stream that ends too early ends with an error, so that nobody takes it for all.
async fn next((mut received, left): Rest) -> Option<(Result<Bytes, std::io::Error>, Rest)> {
    let broken = |why: &str| std::io::Error::other(why.to_owned());
    match (received.recv().await, left) {
        (Some(Ok(piece)), left) => {
            let left = left.map(|left| left.saturating_sub(piece.len() as u64));
            Some((Ok(piece), (received, left)))
        }
        (Some(Err(error)), _) => Some((Err(broken(&error.to_string())), (received, Some(0)))),
        (None, None | Some(0)) => None,
        (None, Some(_)) => Some((Err(broken("cut off")), (received, Some(0)))),
    }
}

/// Which part is asked for: one range of bytes (RFC 9110, section 14), of the file as it was known when it
/// had this stamp. Whatever else is asked for gets the whole.
fn part(headers: &HeaderMap, stamp: &str) -> Part {
    let text = |name: header::HeaderName| headers.get(name).and_then(|v| v.to_str().ok());
    if text(header::IF_RANGE).is_some_and(|known| known != format!("\"{stamp}\"")) {
        return Part::Whole;
    }
    let range = text(header::RANGE).and_then(|range| range.strip_prefix("bytes="));
    let Some((first, last)) = range.and_then(|range| range.split_once('-')) else { return Part::Whole };
    match (first.parse(), last.parse()) {
        (Ok(first), Ok(last)) if first <= last => Part::From(first, Some(last)),
        (Ok(first), _) if last.is_empty() => Part::From(first, None),
        (_, Ok(bytes)) if first.is_empty() => Part::Last(bytes),
        _ => Part::Whole,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_range_is_understood_and_nothing_else() {
        let asked = |range: &str, known: Option<&str>| {
            let mut headers = HeaderMap::new();
            headers.insert(header::RANGE, range.parse().unwrap());
            if let Some(known) = known {
                headers.insert(header::IF_RANGE, known.parse().unwrap());
            }
            part(&headers, "1-2")
        };
        assert_eq!(asked("bytes=0-499", None), Part::From(0, Some(499)));
        assert_eq!(asked("bytes=500-", Some("\"1-2\"")), Part::From(500, None));
        assert_eq!(asked("bytes=500-", Some("\"other\"")), Part::Whole);
        assert_eq!(asked("bytes=-5", None), Part::Last(5));
        for odd in ["bytes=9-1", "bytes=a-b", "bytes=1-2,4-5", "lines=1-2", "bytes=-", "bytes=1"] {
            assert_eq!(asked(odd, None), Part::Whole, "{odd}");
        }
    }
}
