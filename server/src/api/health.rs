//! What probes, Prometheus and pages ask first.

use axum::extract::State;
use axum::http::header;
use axum::response::IntoResponse;
use serde::{Deserialize, Serialize};
use transom_protocol::problem::Problem;
use utoipa::ToSchema;

use super::App;
use super::error::{ApiError, ProblemBody};

/// What a page needs to know before anything else.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
pub struct ConfigReply {
    /// Where browsers reach this server.
    pub public_url: String,
    /// Its version.
    pub version: String,
}

/// What a page needs to know before anything else.
#[utoipa::path(get, path = "/api/v1/config", tag = "server", security(()),
    responses((status = 200, body = ConfigReply)))]
pub async fn config(State(app): State<App>) -> axum::Json<ConfigReply> {
    axum::Json(ConfigReply {
        public_url: app.config.public_url.as_str().to_owned(),
        version: env!("CARGO_PKG_VERSION").to_owned(),
    })
}

/// This description.
#[utoipa::path(get, path = "/api/v1/openapi.json", tag = "server", security(()),
    responses((status = 200, body = serde_json::Value)))]
pub async fn openapi() -> axum::Json<utoipa::openapi::OpenApi> {
    axum::Json(super::document())
}

/// The process runs.
#[utoipa::path(get, path = "/healthz", tag = "server", security(()),
    responses((status = 200, body = String)))]
pub async fn healthz() -> &'static str {
    "ok\n"
}

/// The server can serve: the store answers and no restart is under way.
#[utoipa::path(get, path = "/readyz", tag = "server", security(()),
    responses((status = 200, body = String), (status = 503, body = ProblemBody)))]
pub async fn readyz(State(app): State<App>) -> Result<&'static str, ApiError> {
    if app.viewers.is_ending() {
        return Err(Problem::Restarting.into());
    }
    app.door.store().healthy().await?;
    Ok("ok\n")
}

/// Figures in Prometheus' text format.
#[utoipa::path(get, path = "/metrics", tag = "server", security(()),
    responses((status = 200, body = String)))]
pub async fn metrics(State(app): State<App>) -> impl IntoResponse {
    let text = app.metrics.text(app.door.registry());
    ([(header::CONTENT_TYPE, "application/openmetrics-text; version=1.0.0; charset=utf-8")], text)
}
