//! Who is asking: a CI with a service key, or a person with an access token.

use std::net::{IpAddr, SocketAddr};
use std::sync::Arc;

use axum::extract::{ConnectInfo, FromRequestParts, MatchedPath};
use axum::http::request::Parts;
use axum::http::{HeaderMap, header};
use transom_protocol::problem::Problem;

use super::App;
use super::error::ApiError;
use crate::access::admin::AdminGrant;
use crate::access::{BuildId, Grant};
use crate::config::{Right, ServiceKey};
use crate::door::{Actor, Entry, Refused};
use crate::keys::SERVICE_KEY_PREFIX;

/// What came with a request to prove who sent it. Nothing is checked yet.
pub struct Proof {
    bearer: Option<String>,
    /// Where the request came from.
    pub address: Option<IpAddr>,
    /// What it wants, without the names in it.
    route: String,
}

/// Who it is, once that is proven.
pub enum Caller {
    /// A CI.
    Service(ServiceKey),
    /// A person, with what they may do and the build that they may do it to.
    Person(Grant, Arc<Entry>),
}

impl FromRequestParts<App> for Proof {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self, ApiError> {
        let bearer = parts
            .headers
            .get(header::AUTHORIZATION)
            .and_then(|v| v.to_str().ok())
            .and_then(|v| v.split_once(' '))
            .filter(|(scheme, _)| scheme.eq_ignore_ascii_case("bearer"))
            .map(|(_, token)| token.trim().to_owned())
            .filter(|token| !token.is_empty());
        let peer = parts.extensions.get::<ConnectInfo<SocketAddr>>().map(|c| c.0.ip());
        let route = parts.extensions.get::<MatchedPath>().map(|path| path.as_str().to_owned());
        let address = peer.map(|peer| address(app, peer, &parts.headers));
        Ok(Self { bearer, address, route: route.unwrap_or_default() })
    }
}

/// The address of whoever is at the far end: what a trusted proxy says, else the peer.
pub fn address(app: &App, peer: IpAddr, headers: &HeaderMap) -> IpAddr {
    let listen = &app.config.listen;
    let mut seen = peer;
    let forwarded = headers.get_all("x-forwarded-for").iter().filter_map(|v| v.to_str().ok());
    let hops: Vec<_> = forwarded.flat_map(|v| v.split(',')).map(str::trim).collect();
    for hop in hops.iter().rev() {
        if !listen.trusts(seen) {
            break;
        }
        match hop.parse() {
            Ok(ip) => seen = ip,
            Err(_) => break,
        }
    }
    seen
}

impl Proof {
    /// A CI whose key allows `right`. A refusal is audited, unless nothing was shown.
    ///
    /// # Errors
    /// Without a key, with an unknown one, or with one that does not allow it.
    pub async fn service(&self, app: &App, right: Right) -> Result<Actor, ApiError> {
        let bearer = self.bearer.as_deref().ok_or(Problem::TokenMissing)?;
        let stranger = Actor::Unknown { address: self.address };
        let (actor, refused) = if !bearer.starts_with(SERVICE_KEY_PREFIX) {
            (stranger, Refused::because(Problem::Forbidden, "This takes a service key."))
        } else if let Some(key) = app.config.service_key(bearer) {
            let actor = self.actor_of(key);
            if key.allows(right) {
                return Ok(actor);
            }
            (actor, Refused::because(Problem::Forbidden, "This service key does not allow that."))
        } else {
            (stranger, app.door.was_guessed(self.address, Problem::ServiceKeyInvalid.into()))
        };
        app.door.note_stranger(&actor, "key.refuse", refused.problem, &self.route).await;
        Err(refused.into())
    }

    /// An administrator.
    ///
    /// # Errors
    /// Without an administrator's token, or why it is refused.
    pub async fn admin(&self, app: &App) -> Result<(AdminGrant, Actor), ApiError> {
        let bearer = self.bearer.as_deref().ok_or(Problem::TokenMissing)?;
        if bearer.starts_with(SERVICE_KEY_PREFIX) {
            let refused = Refused::because(Problem::Forbidden, "This takes an administrator's token.");
            let stranger = Actor::Unknown { address: self.address };
            app.door.note_stranger(&stranger, "key.refuse", refused.problem, &self.route).await;
            return Err(refused.into());
        }
        Ok(app.door.admin(bearer, self.address, &self.route).await?)
    }

    /// A CI whose key allows `right`, or an administrator.
    ///
    /// # Errors
    /// As [`Proof::service`] and [`Proof::admin`].
    pub async fn service_or_admin(&self, app: &App, right: Right) -> Result<Actor, ApiError> {
        match self.is_service() || self.bearer.is_none() {
            true => self.service(app, right).await,
            false => Ok(self.admin(app).await?.1),
        }
    }

    /// A person whose token is for some build.
    ///
    /// # Errors
    /// Without a token, or why it is refused.
    pub async fn person(&self, app: &App) -> Result<(Grant, Arc<Entry>), ApiError> {
        let bearer = self.bearer.as_deref().ok_or(Problem::TokenMissing)?;
        if bearer.starts_with(SERVICE_KEY_PREFIX) {
            return Err(Refused::because(Problem::Forbidden, "This takes a person's access token.").into());
        }
        Ok(app.door.grant(bearer, self.address, &self.route).await?)
    }

    /// A person whose token is for `build`, and no other.
    ///
    /// # Errors
    /// As [`Proof::person`]; [`Problem::Forbidden`] with a token for another build, whether or not
    /// there is this one.
    pub async fn person_of(&self, app: &App, build: &BuildId) -> Result<(Grant, Arc<Entry>), ApiError> {
        let (grant, entry) = self.person(app).await?;
        if grant.build != *build {
            return Err(Refused::because(Problem::Forbidden, "This token is for another build.").into());
        }
        Ok((grant, entry))
    }

    /// Either of the two.
    ///
    /// # Errors
    /// As [`Proof::service`] and [`Proof::person_of`].
    pub async fn either(&self, app: &App, right: Right, build: &BuildId) -> Result<Caller, ApiError> {
        match self.bearer.as_deref() {
            Some(bearer) if bearer.starts_with(SERVICE_KEY_PREFIX) => {
                self.service(app, right).await?;
                app.config
                    .service_key(bearer)
                    .cloned()
                    .map(Caller::Service)
                    .ok_or_else(|| Problem::ServiceKeyInvalid.into())
            }
            _ => {
                let (grant, entry) = self.person_of(app, build).await?;
                Ok(Caller::Person(grant, entry))
            }
        }
    }

    /// Whether a service key came along.
    #[must_use]
    pub fn is_service(&self) -> bool {
        self.bearer.as_deref().is_some_and(|b| b.starts_with(SERVICE_KEY_PREFIX))
    }

    /// The name of a CI in the audit.
    #[must_use]
    pub fn actor_of(&self, key: &ServiceKey) -> Actor {
        Actor::Service { name: key.name.clone(), address: self.address }
    }
}
