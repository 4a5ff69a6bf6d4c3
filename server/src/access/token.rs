//! Access tokens: grants, sealed for a few minutes.
//!
//! A token is a JWT (RFC 7519) with `typ: transom-access+jwt`, signed by Transom with EdDSA or
//! ES256, or by a CI with a key that is configured here (also RS256). Opening one is strict: what
//! is not exactly as written here is refused.
//!
//! | claim | |
//! |---|---|
//! | `iss` `aud` | pick the configured issuer, and must contain the name that it knows us by |
//! | `sub` `name` | the person |
//! | `iat` `nbf` `exp` | whole seconds; `exp` − `iat` is 1 to 300 |
//! | `jti` | the token's own id |
//! | `build` | the build, and no other |
//! | `epoch` | the epoch of the build's access. Required also of a CI, which reads it from the API: a token that says none can't be taken back |
//! | `caps` | names of capabilities. An unknown one is refused, for nobody knows what it was to limit or allow |
//! | `share` | the link that a guest came by. Only we make guests: from anybody else it is refused |
//! | `admin` | the administrator's grant that somebody watches by. Only we make those: from anybody else it is refused |
//!
//! An administrator's own token has `typ: transom-admin+jwt` and no build: `sid` names the grant in the store. Only
//! we make these.
//!
//! Other claims mean nothing. A claim or header member that stands twice is refused, at any depth.

mod claims;
mod key;
mod mint;
#[cfg(test)]
mod proofs;
mod signing;
mod verify;

use thiserror::Error;
use transom_protocol::problem::Problem;

pub use key::{Algorithm, KeyError, PublicKey};
pub use mint::{Mint, Sealed};
pub use signing::SigningKey;
pub use verify::{Issuer, Keys, Unopened, Verifier};

/// The `typ` of an access token.
pub const TYPE: &str = "transom-access+jwt";
/// The `typ` of an administrator's token.
pub const ADMIN_TYPE: &str = "transom-admin+jwt";
/// How long a token lives at most, in seconds.
pub const LIFE_S: i64 = 300;
/// By how much another clock may differ from ours, in seconds.
pub const LEEWAY_S: i64 = 30;

/// Why a token is refused.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
pub enum TokenError {
    /// There is none.
    #[error("no token")]
    Missing,
    /// More bytes than any token has.
    #[error("token too large")]
    TooLarge,
    /// Not three parts of base64url, or not JSON, or something stands in it twice.
    #[error("token malformed")]
    Malformed,
    /// A JWT for something else.
    #[error("not an access token")]
    WrongType,
    /// The header says something that must not or can't be heeded: `crit`, or a key of its own.
    #[error("token header {0} refused")]
    Header(&'static str),
    /// An algorithm that is not allowed, or not the key's.
    #[error("token algorithm not allowed")]
    Algorithm,
    /// Nobody configured this issuer.
    #[error("token issuer unknown")]
    UnknownIssuer,
    /// The issuer has no such key.
    #[error("token key unknown")]
    UnknownKey,
    /// The issuer's keys could not be fetched, so nobody can say.
    #[error("issuer's keys unavailable")]
    KeysUnavailable,
    /// Not signed with the key that it names.
    #[error("token signature wrong")]
    Signature,
    /// Meant for somebody else.
    #[error("token for another audience")]
    Audience,
    /// Its time is over.
    #[error("token expired")]
    Expired,
    /// Its time has not come.
    #[error("token not valid yet")]
    NotYet,
    /// It was to live longer than a token may.
    #[error("token lives too long")]
    TooLong,
    /// A claim is missing or wrong.
    #[error("token claim {0} missing or wrong")]
    Claim(&'static str),
}

impl TokenError {
    /// Whether nobody who is known here made it. One whose time is over, or that was made wrongly, is no guess.
    #[must_use]
    pub const fn is_guess(self) -> bool {
        let made_here = matches!(self, Self::Audience | Self::NotYet | Self::TooLong | Self::Claim(_));
        matches!(self.problem(), Problem::TokenInvalid) && !made_here
    }

    /// What a caller is told. The cause itself is for the log.
    #[must_use]
    pub const fn problem(self) -> Problem {
        match self {
            Self::Missing => Problem::TokenMissing,
            Self::Expired => Problem::TokenExpired,
            // Not the caller's fault, and worth another attempt.
            Self::KeysUnavailable => Problem::Internal,
            Self::TooLarge
            | Self::Malformed
            | Self::WrongType
            | Self::Header(_)
            | Self::Algorithm
            | Self::UnknownIssuer
            | Self::UnknownKey
            | Self::Signature
            | Self::Audience
            | Self::NotYet
            | Self::TooLong
            | Self::Claim(_) => Problem::TokenInvalid,
        }
    }
}
