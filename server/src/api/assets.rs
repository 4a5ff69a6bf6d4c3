//! The front end, embedded: pages, hashed assets, the custom elements for other sites.

use axum::extract::rejection::PathRejection;
use axum::extract::{Path, State};
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use rust_embed::RustEmbed;
use tower_http::compression::CompressionLayer;
use transom_protocol::problem::Problem;

use super::App;
use super::error::ApiError;
use crate::config::FrameAncestor;

#[derive(RustEmbed)]
#[folder = "../web/dist"]
#[allow_missing = true]
struct Dist;

/// Compresses what a browser accepts compressed.
pub fn compression() -> CompressionLayer {
    CompressionLayer::new().br(true).gzip(true)
}

/// `/`
pub async fn index(State(app): State<App>) -> Response {
    page(&app, "index.html")
}

/// `/b/{build}`
pub async fn access(State(app): State<App>) -> Response {
    page(&app, "access.html")
}

/// `/b/{build}/terminal`, with or without a session
pub async fn terminal(State(app): State<App>) -> Response {
    page(&app, "terminal.html")
}

/// `/b/{build}/desktop`, with or without a session
pub async fn desktop(State(app): State<App>) -> Response {
    page(&app, "desktop.html")
}

/// `/s/{share}`, whose secret stays in the browser
pub async fn share(State(app): State<App>) -> Response {
    page(&app, "share.html")
}

/// `/admin`, for administrators
pub async fn admin(State(app): State<App>) -> Response {
    page(&app, "admin.html")
}

/// `/assets/…`: their names hold a hash of their content, so they never change. Other sites may use
/// them, for they hold no data.
pub async fn asset(path: AssetPath) -> Response {
    file("assets", path, "public, max-age=31536000, immutable")
}

/// `/embed/…`: the entry for other sites, of a fixed name.
pub async fn embed(path: AssetPath) -> Response {
    file("embed", path, "no-cache")
}

/// A path that is no text leads nowhere.
type AssetPath = Result<Path<String>, PathRejection>;

fn file(directory: &str, path: AssetPath, caching: &'static str) -> Response {
    let path = path.map(|Path(path)| format!("{directory}/{path}")).unwrap_or_default();
    let Some(found) = Dist::get(&path) else { return ApiError::from(Problem::NotFound).into_response() };
    let mut response = found.data.into_owned().into_response();
    let headers = response.headers_mut();
    if let Ok(kind) = HeaderValue::from_str(&kind_of(&path)) {
        headers.insert(header::CONTENT_TYPE, kind);
    }
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static(caching));
    headers.insert(header::ACCESS_CONTROL_ALLOW_ORIGIN, HeaderValue::from_static("*"));
    headers.insert("cross-origin-resource-policy", HeaderValue::from_static("cross-origin"));
    response
}

fn kind_of(path: &str) -> String {
    let kind = match path.rsplit('.').next().unwrap_or_default() {
        "html" => "text/html; charset=utf-8",
        "js" => "text/javascript; charset=utf-8",
        "css" => "text/css; charset=utf-8",
        "json" | "map" => "application/json",
        "svg" => "image/svg+xml",
        "png" => "image/png",
        "woff2" => "font/woff2",
        "wasm" => "application/wasm",
        "ico" => "image/x-icon",
        _ => "application/octet-stream",
    };
    kind.to_owned()
}

/// A page. It holds no data: the same bytes for everybody.
fn page(app: &App, name: &str) -> Response {
    let Some(found) = Dist::get(name) else {
        let text = "The front end is not built into this server. Run `make web` and build it again.\n";
        return (StatusCode::NOT_FOUND, text).into_response();
    };
    let mut response = found.data.into_owned().into_response();
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("text/html; charset=utf-8"));
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-cache"));
    if let Ok(policy) = HeaderValue::from_str(&content_security_policy(app)) {
        headers.insert(header::CONTENT_SECURITY_POLICY, policy);
    }
    headers.insert("cross-origin-opener-policy", HeaderValue::from_static("same-origin"));
    headers.insert(
        "permissions-policy",
        HeaderValue::from_static("camera=(), microphone=(), geolocation=(), payment=()"),
    );
    response
}

/// What a page may load, and who may frame it. `'unsafe-inline'` for styles is xterm.js's need.
fn content_security_policy(app: &App) -> String {
    let public = app.config.public_url.as_str();
    let socket = public.replacen("http", "ws", 1);
    let ancestors = match app.config.web.frame_ancestors.as_slice() {
        [] => "'none'".to_owned(),
        some => some.iter().map(FrameAncestor::as_str).collect::<Vec<_>>().join(" "),
    };
    format!(
        "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; font-src 'self'; \
         img-src 'self' data: blob:; connect-src 'self' {socket}; worker-src 'self' blob:; \
         manifest-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors {ancestors}"
    )
}
