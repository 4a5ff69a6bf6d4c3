//! The HTTP API: every route on one page.
//!
//! Only `api/` says axum or HTTP. A route, its body, its reply and its errors stand in one file.

mod access;
mod admin;
mod assets;
mod audit;
mod auth;
mod body;
mod breakpoint;
mod builds;
mod error;
mod events;
mod files;
mod health;
mod hooks;
mod machine;
mod masks;
mod paging;
mod sessions;
mod shares;
mod socket;
mod tokens;
mod transcript;
pub mod view;
mod viewers;
mod viewing;

use std::sync::Arc;

use axum::Router;
use axum::extract::DefaultBodyLimit;
use axum::middleware;
use axum::routing::get;
use utoipa::OpenApi;
use utoipa::openapi::OpenApi as Document;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::config::Config;
use crate::door::Door;
use crate::lifetime::Lifetime;
use crate::telemetry::Metrics;

/// Largest body of a request, in bytes.
const BODY_BYTES: usize = 512 * 1024;

/// What every route may use.
#[derive(Clone)]
pub struct App {
    /// The operator's decisions.
    pub config: Arc<Config>,
    /// The door.
    pub door: Door,
    /// Runs the viewers.
    pub viewers: Lifetime,
    /// What Prometheus reads.
    pub metrics: Metrics,
}

#[derive(OpenApi)]
#[openapi(info(
    title = "Transom",
    description = "Access to the machines of CI builds. Errors are problem documents (RFC 9457) with a stable `type`.",
    license(name = "MIT OR Apache-2.0", identifier = "MIT OR Apache-2.0")
))]
struct Described;

/// Routes of the API, with their description.
fn described() -> OpenApiRouter<App> {
    OpenApiRouter::with_openapi(Described::openapi())
        .routes(routes!(builds::put))
        .routes(routes!(builds::get))
        .routes(routes!(builds::finish))
        .routes(routes!(machine::put, machine::delete))
        .routes(routes!(masks::put))
        .routes(routes!(tokens::issue))
        .routes(routes!(access::put, access::delete))
        .routes(routes!(access::extend))
        .routes(routes!(breakpoint::put, breakpoint::get))
        .routes(routes!(breakpoint::decide))
        .routes(routes!(events::events))
        .routes(routes!(sessions::open, sessions::list))
        .routes(routes!(sessions::get, sessions::delete))
        .routes(routes!(viewers::change, viewers::remove))
        .routes(routes!(shares::make, shares::list))
        .routes(routes!(shares::revoke))
        .routes(routes!(shares::look::look))
        .routes(routes!(shares::redeem::redeem))
        .routes(routes!(shares::answer))
        .routes(routes!(transcript::get))
        .routes(routes!(files::list))
        .routes(routes!(files::stat))
        .routes(routes!(files::make_directory))
        .routes(routes!(files::content::download, files::content::upload))
        .routes(routes!(files::ticket::issue))
        .routes(routes!(files::ticket::redeem))
        .routes(routes!(tokens::redeem))
        .routes(routes!(tokens::renew))
        .routes(routes!(hooks::list, hooks::make))
        .routes(routes!(hooks::delete))
        .routes(routes!(hooks::change_secret))
        .routes(routes!(hooks::enable))
        .routes(routes!(hooks::deliveries::to_hook))
        .routes(routes!(hooks::deliveries::of_build))
        .routes(routes!(hooks::deliveries::redeliver))
        .routes(routes!(audit::rows))
        .routes(routes!(admin::code))
        .routes(routes!(admin::redeem))
        .routes(routes!(admin::renew))
        .routes(routes!(admin::revoke))
        .routes(routes!(admin::sessions::list))
        .routes(routes!(admin::sessions::watch))
        .routes(routes!(admin::sessions::end))
        .routes(routes!(admin::builds::search))
        .routes(routes!(admin::builds::end_access))
        .routes(routes!(socket::socket))
        .routes(routes!(health::config))
        .routes(routes!(health::openapi))
        .routes(routes!(health::healthz))
        .routes(routes!(health::readyz))
        .routes(routes!(health::metrics))
}

/// The description of the API (OpenAPI 3.1).
#[must_use]
pub fn document() -> Document {
    described().into_openapi()
}

/// Everything that is served.
pub fn router(app: App) -> Router {
    let (api, _) = described().split_for_parts();
    let pages = Router::new()
        .route("/", get(assets::index))
        .route("/b/{build}", get(assets::access))
        .route("/b/{build}/terminal", get(assets::terminal))
        .route("/b/{build}/terminal/{session}", get(assets::terminal))
        .route("/b/{build}/desktop", get(assets::desktop))
        .route("/b/{build}/desktop/{session}", get(assets::desktop))
        .route("/s/{share}", get(assets::share))
        .route("/admin", get(assets::admin))
        .route("/assets/{*path}", get(assets::asset))
        .route("/embed/{*path}", get(assets::embed))
        .layer(assets::compression());
    api.merge(pages)
        .fallback(error::not_found)
        .method_not_allowed_fallback(error::method_not_allowed)
        .layer(DefaultBodyLimit::max(BODY_BYTES))
        .layer(middleware::from_fn_with_state(app.clone(), error::answer))
        .with_state(app)
}
