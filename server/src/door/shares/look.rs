//! Whoever holds a link's secret sees what it invites to, before they say who they are.
//!
//! Nothing is used up by that. A link that does not work, and a wrong secret, look as they do where links are
//! redeemed, and count against the same brake.

use std::sync::Arc;

use serde_json::json;
use transom_protocol::problem::Problem;

use super::super::journal::Outcome;
use super::redeem::{About, Miss, Why};
use super::{Actor, Door, Entry, Refused};
use crate::access::share::Share;
use crate::store::StoredShare;

/// What the audit calls it.
const LOOK: &str = "share.look";

impl Door {
    /// The link that a secret opens, and its build.
    ///
    /// # Errors
    /// [`Problem::ShareInvalid`] for every link that does not work alike; [`Problem::TooMany`] after too many
    /// attempts.
    pub async fn look_share(
        &self,
        id: &str,
        secret: &str,
        actor: &Actor,
    ) -> Result<(Share, Arc<Entry>), Refused> {
        let now = self.now();
        self.may_guess(actor, now)?;
        let stored = self.0.store.share(id).await?;
        let build = stored.as_ref().map(|stored| stored.share.build.clone());
        let about = About { action: LOOK, id, build: build.as_ref(), name: None };
        match self.try_look(stored, secret).await {
            Ok((share, entry)) => {
                let detail = json!({ "share": share.id });
                self.note(Some(&share.build), actor, LOOK, Outcome::Allowed, detail).await?;
                Ok((share, entry))
            }
            Err(Why::Miss(miss)) => {
                Err(self.missed(&about, Problem::ShareInvalid.into(), json!(miss), actor, now).await)
            }
            Err(Why::Refused(refused)) => {
                self.denied_guest(&about, &refused, json!(null), actor).await;
                Err(refused)
            }
        }
    }

    async fn try_look(&self, stored: Option<StoredShare>, secret: &str) -> Result<(Share, Arc<Entry>), Why> {
        let (share, _, entry) = self.opened(stored, secret).await?;
        if let Err(over) = share.admits(&entry.record(), self.now()) {
            // An expiry is recorded.
            self.read_shares(&entry).await?;
            return Err(Why::Miss(Miss::Over(over)));
        }
        Ok((share, entry))
    }
}
