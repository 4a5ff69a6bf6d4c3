//! The path in the query of an address.

use std::convert::Infallible;

use axum::extract::FromRequestParts;
use axum::http::request::Parts;
use transom_protocol::path::{MachinePath, PathError};
use transom_protocol::problem::Problem;

use crate::door::{Asked, Refused};

/// `path=…`, percent-encoded bytes. Whether they are a path comes out only once it is clear who asks.
pub struct Path(pub Result<Asked, Refused>);

impl<S: Send + Sync> FromRequestParts<S> for Path {
    type Rejection = Infallible;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Infallible> {
        let mut paths =
            parts.uri.query().unwrap_or_default().split('&').filter_map(|p| p.strip_prefix("path="));
        let asked = match (paths.next(), paths.next()) {
            (None | Some(""), None) => Ok(Asked(None)),
            // As forms write a space.
            (Some(path), None) => read(&path.replace('+', "%20")),
            (_, Some(_)) => Err(Refused::because(Problem::Malformed, "There is one path at most.")),
        };
        Ok(Self(asked))
    }
}

/// The exact form of a path.
pub fn read(exact: &str) -> Result<Asked, Refused> {
    let wrong =
        |error: PathError| Refused::because(Problem::Malformed, format!("The path is not valid: {error}."));
    MachinePath::from_exact(exact).map(|path| Asked(Some(path))).map_err(wrong)
}
