//! `/builds/{id}/files`: look at the files of a build's machine, make folders. Names are the machine's:
//! each comes as text to be shown and in an exact form to ask with.

mod asked;
pub mod content;
mod disposition;
pub mod ticket;

use axum::extract::State;
use axum::http::StatusCode;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use transom_protocol::path::{self, MachinePath};
use transom_protocol::sftp::{Attributes, Kind};
use ts_rs::TS;
use utoipa::ToSchema;

use super::App;
use super::auth::Proof;
use super::body::Build;
use super::error::{ApiError, ProblemBody};
use crate::backend::Found;
use crate::door::{Actor, Asked};

/// A path on the machine.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS, ToSchema)]
#[ts(export)]
pub struct PathView {
    /// To be shown. What is not UTF-8 is replaced; anything may stand in it, so it is never markup.
    pub text: String,
    /// To ask with: percent-encoded, goes into an address as it is, and two of them may be put together
    /// with a `/`.
    pub exact: String,
}

/// What a file is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, TS, ToSchema)]
#[serde(rename_all = "snake_case")]
#[ts(export)]
pub enum FileKind {
    /// A plain file.
    File,
    /// A folder.
    Directory,
    /// A link that leads nowhere.
    Link,
    /// A device, a pipe, a socket.
    Other,
}

/// A file or a folder.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS, ToSchema)]
#[ts(export)]
pub struct FileView {
    /// Its name in a listing, else its canonical path.
    pub name: PathView,
    /// What it is, or what the link leads to.
    pub kind: FileKind,
    /// Whether it is a link.
    pub link: bool,
    /// In bytes, where the machine says.
    #[ts(type = "number | null")]
    pub size: Option<u64>,
    /// When it was last written, where the machine says.
    #[ts(type = "string | null")]
    #[schema(value_type = Option<String>, format = DateTime)]
    pub modified_at: Option<Timestamp>,
}

/// What is in a folder.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS, ToSchema)]
#[ts(export)]
pub struct ListingView {
    /// Its canonical path.
    pub path: PathView,
    /// What is in it, by name.
    pub entries: Vec<FileView>,
    /// Whether there is more than is shown.
    pub truncated: bool,
    /// Largest file that may be sent or fetched, in bytes.
    #[ts(type = "number")]
    pub file_bytes: u64,
}

impl PathView {
    fn of(path: &MachinePath) -> Self {
        Self { text: path.text(), exact: path.exact() }
    }
}

impl FileView {
    fn new(name: PathView, attributes: Attributes, link: bool) -> Self {
        let kind = match attributes.kind() {
            Kind::File => FileKind::File,
            Kind::Directory => FileKind::Directory,
            Kind::Link => FileKind::Link,
            Kind::Other => FileKind::Other,
        };
        let modified_at = attributes.modified_s.and_then(|s| Timestamp::from_second(s.into()).ok());
        Self { name, kind, link, size: attributes.size, modified_at }
    }

    fn found(found: &Found) -> Self {
        let text = String::from_utf8_lossy(&found.name).into_owned();
        let name = PathView { text, exact: path::exact(&found.name) };
        Self::new(name, found.attributes, found.link)
    }
}

/// What is in a folder. `path` is absolute, from home (`~/…`), or from the build directory, which it is
/// when left out.
#[utoipa::path(get, path = "/api/v1/builds/{id}/files", tag = "files",
    params(("id" = String, Path), ("path" = Option<String>, Query, description = "percent-encoded")),
    security(("access_token" = ["files.read"])),
    responses((status = 200, body = ListingView), (status = "default", body = ProblemBody)))]
pub async fn list(
    State(app): State<App>,
    proof: Proof,
    Build(id): Build,
    asked::Path(asked): asked::Path,
) -> Result<axum::Json<ListingView>, ApiError> {
    let (grant, entry) = proof.person_of(&app, &id).await?;
    let actor = Actor::of(&grant, proof.address);
    let listing = app.door.list_files(&grant, &entry, &asked?, &actor).await?;
    Ok(axum::Json(ListingView {
        path: PathView::of(&listing.path),
        entries: listing.entries.iter().map(FileView::found).collect(),
        truncated: listing.truncated,
        file_bytes: app.config.limits.file_bytes,
    }))
}

/// What is known of a file or a folder.
#[utoipa::path(get, path = "/api/v1/builds/{id}/files/stat", tag = "files",
    params(("id" = String, Path), ("path" = Option<String>, Query, description = "percent-encoded")),
    security(("access_token" = ["files.read"])),
    responses((status = 200, body = FileView), (status = "default", body = ProblemBody)))]
pub async fn stat(
    State(app): State<App>,
    proof: Proof,
    Build(id): Build,
    asked::Path(asked): asked::Path,
) -> Result<axum::Json<FileView>, ApiError> {
    let (grant, entry) = proof.person_of(&app, &id).await?;
    let actor = Actor::of(&grant, proof.address);
    let (path, attributes) = app.door.stat_file(&grant, &entry, &asked?, &actor).await?;
    Ok(axum::Json(FileView::new(PathView::of(&path), attributes, false)))
}

/// Makes a folder: 201 where there was none, 204 where there is one already.
#[utoipa::path(put, path = "/api/v1/builds/{id}/files/directory", tag = "files",
    params(("id" = String, Path), ("path" = String, Query, description = "percent-encoded")),
    security(("access_token" = ["files.write"])),
    responses((status = 201), (status = 204), (status = "default", body = ProblemBody)))]
pub async fn make_directory(
    State(app): State<App>,
    proof: Proof,
    Build(id): Build,
    asked::Path(asked): asked::Path,
) -> Result<StatusCode, ApiError> {
    let (grant, entry) = proof.person_of(&app, &id).await?;
    let actor = Actor::of(&grant, proof.address);
    let asked: Asked = asked?;
    let made = app.door.make_directory(&grant, &entry, &asked, &actor).await?;
    Ok(if made { StatusCode::CREATED } else { StatusCode::NO_CONTENT })
}
