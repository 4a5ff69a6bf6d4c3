//! `/builds/{id}/masks`: secret values to hide in transcripts and recordings.

use axum::extract::State;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use zeroize::Zeroizing;

use super::App;
use super::auth::Proof;
use super::body::{Build, Json};
use super::error::{ApiError, ProblemBody};
use crate::config::Right;

/// Secret values of a build. Write only.
#[derive(Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct MasksUpdate {
    /// All of them: they take the place of those before. 256 at most, each of up to 8 KiB, 64 KiB together.
    /// Line by line and as tools write them (base64, URL, JSON) they are replaced in whatever is recorded
    /// from now on. Values of less than 6 bytes are not looked for.
    pub values: Vec<String>,
}

/// What became of the values.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
pub struct MasksTaken {
    /// How many are looked for.
    pub masked: usize,
    /// How many are too short for that.
    pub too_short: usize,
}

/// Takes the secret values of a build.
#[utoipa::path(put, path = "/api/v1/builds/{id}/masks", tag = "builds", params(("id" = String, Path)),
    request_body = MasksUpdate, security(("service_key" = ["builds"])),
    responses((status = 200, body = MasksTaken), (status = "default", body = ProblemBody)))]
pub async fn put(
    State(app): State<App>,
    proof: Proof,
    Build(id): Build,
    Json(update): Json<MasksUpdate>,
) -> Result<axum::Json<MasksTaken>, ApiError> {
    let actor = proof.service(&app, Right::Builds).await?;
    let taken = app.door.put_masks(&id, Zeroizing::new(update.values), &actor).await?;
    Ok(axum::Json(MasksTaken { masked: taken.masked, too_short: taken.too_short }))
}
