//! `/hooks`: where events are sent. Those of the configuration are listed with those made here.

pub mod deliveries;

use axum::extract::State;
use axum::http::StatusCode;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use transom_protocol::problem::Problem;
use utoipa::ToSchema;

use super::App;
use super::auth::Proof;
use super::body::{HookId, Json};
use super::error::{ApiError, ProblemBody};
use crate::access::event::EventKind;
use crate::config::Right;
use crate::door::{HookOrigin, HookRow, NewHook};

/// A hook that somebody wants.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct HookRequest {
    /// Where events are sent: https, at an address of the internet.
    pub url: String,
    /// Kinds of events; all, also those of later versions, where there are none.
    #[serde(default)]
    pub events: Vec<EventKind>,
}

/// How a hook gets another secret.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct SecretRequest {
    /// Whether the secret so far is good no more. Without it both sign until the next change.
    #[serde(default)]
    pub drop_old: bool,
}

/// A hook.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
pub struct HookView {
    /// Its id; of a configured one its name.
    pub id: String,
    /// `config` or `api`.
    #[schema(example = "config")]
    pub origin: String,
    /// Where it is.
    pub url: String,
    /// Kinds of events that it gets; all, where there are none.
    pub events: Vec<EventKind>,
    /// Since when.
    #[schema(value_type = String, format = DateTime)]
    pub made_at: Timestamp,
    /// Since when nothing is sent to it, because it answered 410.
    #[schema(value_type = Option<String>, format = DateTime)]
    pub disabled_at: Option<Timestamp>,
}

/// A hook with a new secret, which is shown this once.
#[derive(Serialize, Deserialize, ToSchema)]
pub struct NewHookView {
    /// The hook.
    pub hook: HookView,
    /// `whsec_` and base64.
    pub secret: String,
}

impl From<HookRow> for HookView {
    fn from(row: HookRow) -> Self {
        let origin = match row.origin {
            HookOrigin::Config => "config",
            HookOrigin::Api => "api",
        };
        Self {
            id: row.id,
            origin: origin.to_owned(),
            url: row.url,
            events: row.events,
            made_at: row.made_at,
            disabled_at: row.disabled_at,
        }
    }
}

impl From<NewHook> for NewHookView {
    fn from(new: NewHook) -> Self {
        Self { hook: new.hook.into(), secret: new.secret.to_string() }
    }
}

/// All hooks.
#[utoipa::path(get, path = "/api/v1/hooks", tag = "hooks", security(("service_key" = ["hooks"])),
    responses((status = 200, body = Vec<HookView>), (status = "default", body = ProblemBody)))]
pub async fn list(State(app): State<App>, proof: Proof) -> Result<axum::Json<Vec<HookView>>, ApiError> {
    proof.service(&app, Right::Hooks).await?;
    Ok(axum::Json(app.door.hooks().await?.into_iter().map(Into::into).collect()))
}

/// Makes a hook.
#[utoipa::path(post, path = "/api/v1/hooks", tag = "hooks", request_body = HookRequest,
    security(("service_key" = ["hooks"])),
    responses((status = 201, body = NewHookView), (status = "default", body = ProblemBody)))]
pub async fn make(
    State(app): State<App>,
    proof: Proof,
    Json(request): Json<HookRequest>,
) -> Result<(StatusCode, axum::Json<NewHookView>), ApiError> {
    let actor = proof.service(&app, Right::Hooks).await?;
    if request.events.len() > EventKind::ALL.len() {
        return Err(Problem::Malformed.into());
    }
    let made = app.door.make_hook(&request.url, &request.events, &actor).await?;
    Ok((StatusCode::CREATED, axum::Json(made.into())))
}

/// Removes a hook that was made here.
#[utoipa::path(delete, path = "/api/v1/hooks/{hook}", tag = "hooks", params(("hook" = String, Path)),
    security(("service_key" = ["hooks"])),
    responses((status = 204), (status = "default", body = ProblemBody)))]
pub async fn delete(
    State(app): State<App>,
    proof: Proof,
    HookId(hook): HookId,
) -> Result<StatusCode, ApiError> {
    let actor = proof.service(&app, Right::Hooks).await?;
    app.door.remove_hook(&hook, &actor).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Gives a hook that was made here another secret.
#[utoipa::path(post, path = "/api/v1/hooks/{hook}/secret", tag = "hooks", params(("hook" = String, Path)),
    request_body = SecretRequest, security(("service_key" = ["hooks"])),
    responses((status = 200, body = NewHookView), (status = "default", body = ProblemBody)))]
pub async fn change_secret(
    State(app): State<App>,
    proof: Proof,
    HookId(hook): HookId,
    Json(request): Json<SecretRequest>,
) -> Result<axum::Json<NewHookView>, ApiError> {
    let actor = proof.service(&app, Right::Hooks).await?;
    Ok(axum::Json(app.door.change_hook_secret(&hook, request.drop_old, &actor).await?.into()))
}

/// Sends to a hook again that was disabled because it answered 410.
#[utoipa::path(post, path = "/api/v1/hooks/{hook}/enable", tag = "hooks", params(("hook" = String, Path)),
    security(("service_key" = ["hooks"])),
    responses((status = 204), (status = "default", body = ProblemBody)))]
pub async fn enable(
    State(app): State<App>,
    proof: Proof,
    HookId(hook): HookId,
) -> Result<StatusCode, ApiError> {
    let actor = proof.service(&app, Right::Hooks).await?;
    app.door.enable_hook(&hook, &actor).await?;
    Ok(StatusCode::NO_CONTENT)
}
