//! Errors as problem documents (RFC 9457). The only place that knows how a cause looks in HTTP.

use axum::extract::{Request, State};
use axum::http::{HeaderName, HeaderValue, StatusCode, header};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use serde::{Deserialize, Serialize};
use transom_protocol::problem::Problem;
use utoipa::ToSchema;

use super::App;
use crate::door::Refused;
use crate::random;

/// Name of the header that tells a request from all others.
const REQUEST_ID: HeaderName = HeaderName::from_static("x-request-id");

/// When to try again where nobody knows better, in seconds.
const RETRY_AFTER_S: u64 = 5;

/// A problem document.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct ProblemBody {
    /// `urn:transom:problem:` and a stable name.
    #[schema(example = "urn:transom:problem:access-ended")]
    pub r#type: String,
    /// What happened, the same for every problem of this type.
    pub title: String,
    /// The HTTP status.
    pub status: u16,
    /// What happened this time, for a person.
    pub detail: String,
    /// The request, for whoever looks into the log.
    pub request_id: String,
}

/// A refusal on its way out.
#[derive(Debug, Clone)]
pub struct ApiError(pub Refused);

impl<E: Into<Refused>> From<E> for ApiError {
    fn from(error: E) -> Self {
        Self(error.into())
    }
}

impl IntoResponse for ApiError {
    fn into_response(self) -> Response {
        let status =
            StatusCode::from_u16(self.0.problem.status()).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
        let mut response = status.into_response();
        // `answer` below writes the body: it knows the request's id.
        response.extensions_mut().insert(self);
        response
    }
}

/// Where there is nothing.
pub async fn not_found() -> ApiError {
    Problem::NotFound.into()
}

/// Where there is something for another method.
pub async fn method_not_allowed() -> ApiError {
    Problem::MethodNotAllowed.into()
}

/// Gives every request an id, every error its document, and every reply the headers that all have.
pub async fn answer(State(app): State<App>, request: Request, next: Next) -> Response {
    let id = random::id("r");
    let (method, path) = (request.method().clone(), request.uri().path().to_owned());
    let mut response = next.run(request).await;
    let failed = response.extensions_mut().remove::<ApiError>();
    if let Some(ApiError(refused)) = failed {
        let problem = refused.problem;
        if problem.status() >= 500 {
            tracing::warn!(request.id = id, %method, path, problem = problem.name(), "request failed");
        } else {
            tracing::debug!(request.id = id, %method, path, problem = problem.name(), "request refused");
        }
        app.metrics.problem(problem);
        let body = ProblemBody {
            r#type: problem.type_uri(),
            title: problem.sentence().to_owned(),
            status: problem.status(),
            detail: refused.detail,
            request_id: id.clone(),
        };
        let (mut parts, _) = response.into_parts();
        parts.headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("application/problem+json"));
        parts.headers.remove(header::CONTENT_LENGTH);
        match problem {
            Problem::TokenMissing
            | Problem::TokenInvalid
            | Problem::TokenExpired
            | Problem::ServiceKeyInvalid => {
                parts.headers.insert(header::WWW_AUTHENTICATE, HeaderValue::from_static("Bearer"));
            }
            Problem::TooMany | Problem::StoreUnavailable | Problem::Restarting | Problem::NotReady => {
                let after = refused.retry_after_s.unwrap_or(RETRY_AFTER_S);
                parts.headers.insert(header::RETRY_AFTER, after.into());
            }
            _ => {}
        }
        response = Response::from_parts(parts, serde_json::to_string(&body).unwrap_or_default().into());
    }
    let headers = response.headers_mut();
    if let Ok(id) = HeaderValue::from_str(&id) {
        headers.insert(REQUEST_ID, id);
    }
    headers.entry(header::CACHE_CONTROL).or_insert(HeaderValue::from_static("no-store"));
    headers.insert(header::X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
    headers.insert(header::REFERRER_POLICY, HeaderValue::from_static("no-referrer"));
    if app.config.public_url.as_str().starts_with("https:") {
        headers.insert(header::STRICT_TRANSPORT_SECURITY, HeaderValue::from_static("max-age=31536000"));
    }
    response
}
