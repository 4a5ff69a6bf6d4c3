//! Request bodies and path parts, read strictly, with errors that repeat no value.

use axum::body::HttpBody as _;
use axum::extract::rejection::BytesRejection;
use axum::extract::{FromRequest, FromRequestParts, Path, Request};
use axum::http::request::Parts;
use axum::http::{StatusCode, header};
use bytes::Bytes;
use serde::de::DeserializeOwned;
use transom_protocol::problem::Problem;

use super::error::ApiError;
use crate::access::BuildId;
use crate::door::Refused;

/// A JSON body.
pub struct Json<T>(pub T);

impl<T: DeserializeOwned, S: Send + Sync> FromRequest<S> for Json<T> {
    type Rejection = ApiError;

    async fn from_request(request: Request, state: &S) -> Result<Self, ApiError> {
        let json = request
            .headers()
            .get(header::CONTENT_TYPE)
            .and_then(|v| v.to_str().ok())
            .is_some_and(|v| v.split(';').next().is_some_and(|t| t.trim() == "application/json"));
        if !json {
            return Err(Refused::because(Problem::Malformed, "The body has to be application/json.").into());
        }
        let bytes = Bytes::from_request(request, state).await.map_err(too_large)?;
        parse(&bytes).map(Self)
    }
}

/// A JSON body that may be left out.
pub struct MaybeJson<T>(pub T);

impl<T: DeserializeOwned + Default, S: Send + Sync> FromRequest<S> for MaybeJson<T> {
    type Rejection = ApiError;

    async fn from_request(request: Request, state: &S) -> Result<Self, ApiError> {
        let is_empty = request.headers().get(header::CONTENT_TYPE).is_none()
            && request.body().size_hint().exact() == Some(0);
        if is_empty {
            return Ok(Self(T::default()));
        }
        Json::from_request(request, state).await.map(|Json(body)| Self(body))
    }
}

fn too_large(rejection: BytesRejection) -> ApiError {
    match rejection.status() {
        StatusCode::PAYLOAD_TOO_LARGE => Problem::TooLarge.into(),
        _ => Problem::Malformed.into(),
    }
}

fn parse<T: DeserializeOwned>(bytes: &[u8]) -> Result<T, ApiError> {
    serde_json::from_slice(bytes).map_err(|error| {
        let said = error.to_string();
        // Only these texts name fields; others repeat values, and a value may be a password.
        let safe = ["unknown field", "missing field", "duplicate field"].iter().any(|s| said.starts_with(s));
        let what = match (safe, error.classify()) {
            (true, _) => said.split(" at line").next().unwrap_or_default().to_owned(),
            (false, serde_json::error::Category::Data) => "a value has the wrong type".into(),
            (false, _) => "this is no JSON".into(),
        };
        let (line, column) = (error.line(), error.column());
        Refused::because(
            Problem::Malformed,
            format!("The body is not understood: {what}, at line {line}, column {column}."),
        )
        .into()
    })
}

/// The session in the path. An id that cannot be is one that is not known.
pub struct SessionId(pub String);

impl<S: Send + Sync> FromRequestParts<S> for SessionId {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, ApiError> {
        let id = Path::<String>::from_request_parts(parts, state).await;
        id.map(|Path(id)| Self(id)).map_err(|_| Problem::SessionUnknown.into())
    }
}

/// The build in the path. An id that cannot be is one that is not known.
pub struct Build(pub BuildId);

impl<S: Send + Sync> FromRequestParts<S> for Build {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, ApiError> {
        let Path(id) =
            Path::<String>::from_request_parts(parts, state).await.map_err(|_| Problem::BuildUnknown)?;
        BuildId::try_from(id).map(Self).map_err(|_| Problem::BuildUnknown.into())
    }
}

/// The hook in the path.
pub struct HookId(pub String);

impl<S: Send + Sync> FromRequestParts<S> for HookId {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, ApiError> {
        let id = Path::<String>::from_request_parts(parts, state).await;
        id.map(|Path(id)| Self(id)).map_err(|_| Problem::NotFound.into())
    }
}
