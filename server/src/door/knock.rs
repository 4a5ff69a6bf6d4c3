//! Knocking: a token is opened, and what it says is held against what is so now.

use std::net::IpAddr;
use std::sync::Arc;

use transom_protocol::problem::Problem;

use super::{Actor, Door, Entry, Refused, ended};
use crate::access::Grant;
use crate::access::lifecycle::State;

impl Door {
    /// Opens a token and says what it allows now: its capabilities, cut down to what the policy of
    /// the build allows, and for a guest to what the link does. A token from before the last revocation opens
    /// nothing.
    ///
    /// # Errors
    /// Why the token is refused.
    pub async fn grant(
        &self,
        token: &str,
        address: Option<IpAddr>,
        route: &str,
    ) -> Result<(Grant, Arc<Entry>), Refused> {
        let grant = self.token_of(token, address, route).await?;
        let actor = Actor::of(&grant, address);
        let allowed = self.as_of_now(grant).await;
        if let Err(refused) = &allowed {
            self.note_stranger(&actor, "token.refuse", refused.problem, route).await;
        }
        let (grant, entry) = allowed?;
        self.heard_from_ci(&grant, &entry).await?;
        Ok((grant, entry))
    }

    /// Like [`Door::grant`], for somebody who wants in: a refusal is audited, once it is known whom it
    /// concerns.
    ///
    /// # Errors
    /// Why the token is refused.
    pub async fn knock(
        &self,
        token: &str,
        address: Option<IpAddr>,
        route: &str,
    ) -> Result<(Grant, Arc<Entry>, Actor), Refused> {
        let grant = self.token_of(token, address, route).await?;
        let (build, actor) = (grant.build.clone(), Actor::of(&grant, address));
        let allowed = self.as_of_now(grant).await;
        let (grant, entry) = self.denied(Some(&build), &actor, "viewer.join", allowed).await?;
        self.heard_from_ci(&grant, &entry).await?;
        Ok((grant, entry, actor))
    }

    /// Opens a token; that it does not open is on record.
    async fn token_of(&self, token: &str, address: Option<IpAddr>, route: &str) -> Result<Grant, Refused> {
        let opened = self.open_token(token, address).await;
        if let Err(refused) = &opened {
            self.note_stranger(&Actor::Unknown { address }, "token.refuse", refused.problem, route).await;
        }
        opened
    }

    /// What a grant allows now.
    pub(super) async fn as_of_now(&self, grant: Grant) -> Result<(Grant, Arc<Entry>), Refused> {
        // A token for a build that was never registered says no more than any other wrong token.
        let entry = self.entry(&grant.build).await.map_err(|refused| match refused.problem {
            Problem::BuildUnknown => Problem::TokenInvalid.into(),
            _ => refused,
        })?;
        let record = entry.record();
        let life = self.life(&record);
        if life.state == State::Ended {
            return Err(ended(&life));
        }
        if grant.epoch < record.epoch {
            return Err(Problem::Revoked.into());
        }
        if grant.epoch > record.epoch {
            // One that the future may not revoke either.
            return Err(Problem::TokenInvalid.into());
        }
        if let Some(admin) = &grant.admin {
            self.is_admin(admin).await?;
        }
        if grant.share.is_some() {
            // Another node may have revoked it.
            self.read_shares(&entry).await?;
        }
        Ok((self.narrowed(&entry, &grant)?, entry))
    }
}
