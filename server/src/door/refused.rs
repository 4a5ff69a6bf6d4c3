//! Why something was not allowed or not possible, for whoever wanted it.

use transom_protocol::problem::Problem;

use crate::access::lifecycle;
use crate::access::token::TokenError;
use crate::store::{StoreError, UpdateError};

/// Something was not allowed or not possible.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{}: {detail}", problem.name())]
pub struct Refused {
    /// The cause that others branch on.
    pub problem: Problem,
    /// A sentence for a person.
    pub detail: String,
    /// After how many seconds another attempt may be worth it.
    pub retry_after_s: Option<u64>,
}

impl From<Problem> for Refused {
    fn from(problem: Problem) -> Self {
        Self::because(problem, problem.sentence())
    }
}

impl Refused {
    /// A refusal with what is known beyond its cause: plain words that follow a colon.
    #[must_use]
    pub fn with_why(problem: Problem, why: Option<&str>) -> Self {
        match why {
            Some(why) => {
                Self::because(problem, format!("{}: {why}.", problem.sentence().trim_end_matches('.')))
            }
            None => problem.into(),
        }
    }

    /// A refusal that says more than its cause alone.
    #[must_use]
    pub fn because(problem: Problem, detail: impl Into<String>) -> Self {
        Self { problem, detail: detail.into(), retry_after_s: None }
    }
}

impl From<StoreError> for Refused {
    fn from(error: StoreError) -> Self {
        tracing::error!(%error, "store failed");
        Problem::StoreUnavailable.into()
    }
}

impl<E: Into<Refused>> From<UpdateError<E>> for Refused {
    fn from(error: UpdateError<E>) -> Self {
        match error {
            UpdateError::Refused(cause) => cause.into(),
            UpdateError::Unknown => Problem::BuildUnknown.into(),
            UpdateError::Store(error) => error.into(),
        }
    }
}

impl From<TokenError> for Refused {
    fn from(error: TokenError) -> Self {
        tracing::debug!(%error, "token refused");
        error.problem().into()
    }
}

impl From<lifecycle::Refusal> for Refused {
    fn from(refusal: lifecycle::Refusal) -> Self {
        let mut text = refusal.to_string();
        if let Some(first) = text.get_mut(..1) {
            first.make_ascii_uppercase();
        }
        Self::because(refusal.problem(), format!("{text}."))
    }
}
