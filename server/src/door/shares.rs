//! Share links: made, listed and revoked by those who may; redeemed by guests.
//!
//! [`crate::access::share`] decides, the store keeps it so among all who redeem at once, and the [`Book`] tells
//! whoever is in when a link changes. Whoever is refused a link is not told why: what was tried counts
//! against their address ([`crate::access::brake`]).

mod book;
mod guests;
mod look;
mod redeem;
mod requests;

use std::sync::Arc;

use jiff::Timestamp;
use serde::Deserialize;
use serde_json::json;
use transom_protocol::problem::Problem;
use utoipa::ToSchema;

use super::journal::Outcome;
use super::{Actor, Door, Entry, Refused, ended, require};
use crate::access::event::EventKind;
use crate::access::lifecycle::State;
use crate::access::share::{
    LIFE_S, LONGEST_S, Offer, Share, ShareOver, ShareRole, Shared, expiry, may_make, may_manage,
};
use crate::access::{Capabilities, Grant};
use crate::keys::{SecretHash, hash_passcode, is_passcode};
use crate::random;
pub use crate::store::Request as Asking;
use crate::store::{Request, StoredShare};

pub use book::{Book, Known};
pub use guests::{Guest, GuestPlace, Guests};
pub use redeem::{Joined, Key, Redeemed};

/// Links of one build that are good at the same time.
const SHARES_PER_BUILD: u32 = 64;
/// Longest label, in bytes.
const LABEL_BYTES: usize = 200;
/// Shortest and longest passcode, in bytes.
const PASSCODE_BYTES: std::ops::RangeInclusive<usize> = 4..=128;

/// A link that somebody wants.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewShare {
    /// What to call it; guests see it too.
    #[serde(default)]
    pub label: String,
    /// Terminals, the desktop, or both.
    #[serde(default)]
    pub what: Shared,
    /// Whether guests look or control.
    #[serde(default)]
    pub role: ShareRole,
    /// How long it lasts, in seconds: an hour, at most 40 days, and never beyond the build's deadline.
    #[serde(default = "an_hour")]
    #[schema(default = 3600)]
    pub expires_in_s: u32,
    /// How many guests may be in at once.
    #[serde(default)]
    pub max_viewers: Option<u32>,
    /// How often it can be redeemed.
    #[serde(default)]
    pub max_uses: Option<u32>,
    /// What guests have to know besides: 4 to 128 bytes. It is never shown again.
    #[serde(default)]
    pub passcode: Option<String>,
    /// Whether each guest waits until somebody lets them in.
    #[serde(default)]
    pub approval: bool,
}

fn an_hour() -> u32 {
    LIFE_S
}

/// A new link.
pub struct MadeShare {
    /// The link.
    pub listed: Listed,
    /// Its secret, shown once.
    pub secret: String,
}

/// A link as those see it who may.
#[derive(Debug, Clone, PartialEq)]
pub struct Listed {
    /// The link.
    pub share: Share,
    /// Why nobody comes in by it any more.
    pub over: Option<ShareOver>,
    /// Who came by it and is in, on this node.
    pub guests: Vec<Guest>,
    /// Who waits to be let in.
    pub waiting: Vec<Request>,
}

impl NewShare {
    fn check(&self) -> Result<(), Refused> {
        let refuse =
            |what: &str| Err(Refused::because(Problem::Malformed, format!("The field {what} is not valid.")));
        if self.label.len() > LABEL_BYTES || self.label.chars().any(char::is_control) {
            return refuse("label");
        }
        if !(1..=LONGEST_S).contains(&self.expires_in_s) {
            return refuse("expires_in_s");
        }
        if self.max_viewers == Some(0) {
            return refuse("max_viewers");
        }
        if self.max_uses == Some(0) {
            return refuse("max_uses");
        }
        if self.passcode.as_ref().is_some_and(|p| !PASSCODE_BYTES.contains(&p.len())) {
            return refuse("passcode");
        }
        Ok(())
    }
}

impl Door {
    /// Makes a link.
    ///
    /// # Errors
    /// [`Problem::Forbidden`] where its maker lacks what it would hand on; [`Problem::TooMany`] where the build has
    /// as many as may be; why after the end of access.
    pub async fn make_share(
        &self,
        grant: &Grant,
        entry: &Entry,
        wanted: &NewShare,
        actor: &Actor,
    ) -> Result<MadeShare, Refused> {
        wanted.check()?;
        let made = self.try_make(grant, entry, wanted).await;
        let offer = made.as_ref().ok().map(|made| &made.listed.share);
        let detail = json!({
            "share": offer.map(|s| &s.id), "label": wanted.label, "what": wanted.what, "role": wanted.role,
            "expires_at": offer.map(|s| s.offer.expires_at), "max_viewers": wanted.max_viewers,
            "max_uses": wanted.max_uses, "passcode": wanted.passcode.is_some(), "approval": wanted.approval,
        });
        let told = EventKind::ShareCreated;
        self.audited_telling(Some(&grant.build), actor, "share.create", made, detail, Some(told)).await
    }

    async fn try_make(&self, grant: &Grant, entry: &Entry, wanted: &NewShare) -> Result<MadeShare, Refused> {
        if let Err(missing) = may_make(grant, wanted.what, wanted.role) {
            // A guest may have what it takes, and yet hands nothing on.
            require(grant, missing)?;
            return Err(Refused::because(Problem::Forbidden, "A guest may not share."));
        }
        let life = self.life(&entry.record());
        match life.state {
            State::Ended => return Err(ended(&life)),
            State::Off => return Err(Problem::AccessOff.into()),
            _ => {}
        }
        let passcode = match wanted.passcode.clone() {
            Some(passcode) => self.hash_slowly(move || hash_passcode(&passcode)).await?.map_err(|error| {
                tracing::error!(%error, "passcode not hashed");
                Refused::from(Problem::Internal)
            })?,
            None => String::new(),
        };
        let now = self.now();
        let share = Share {
            id: random::id("l"),
            build: grant.build.clone(),
            maker: grant.person.clone(),
            epoch: grant.epoch,
            made_at: now,
            offer: Offer {
                label: wanted.label.clone(),
                what: wanted.what,
                role: wanted.role,
                expires_at: expiry(wanted.expires_in_s, life.deadline, now),
                max_viewers: wanted.max_viewers,
                max_uses: wanted.max_uses,
                approval: wanted.approval,
            },
            has_passcode: !passcode.is_empty(),
            maker_may: grant.capabilities.clone(),
            used: 0,
            ended: None,
        };
        let secret = random::secret();
        let stored = StoredShare { share: share.clone(), hash: SecretHash::of(&secret), passcode };
        let said_at = grant.said_at.unwrap_or(now);
        if !self.0.store.put_share(&stored, said_at, SHARES_PER_BUILD, now).await? {
            let why = "This build has as many links as it may have. Revoke one first.";
            return Err(Refused::because(Problem::TooMany, why));
        }
        self.read_shares(entry).await?;
        let listed = Listed { share, over: None, guests: Vec::new(), waiting: Vec::new() };
        Ok(MadeShare { listed, secret })
    }

    /// The links of a build, oldest first, as they are in the store.
    ///
    /// # Errors
    /// [`Problem::StoreUnavailable`].
    pub async fn shares(&self, entry: &Entry) -> Result<Vec<Listed>, Refused> {
        self.read_shares(entry).await?;
        Ok(self.known_shares(entry))
    }

    /// The same, as far as this node knows.
    #[must_use]
    pub fn known_shares(&self, entry: &Entry) -> Vec<Listed> {
        let (known, record, now) = (entry.book.known(), entry.record(), self.now());
        let listed = |share: &Share| {
            let over = share.admits(&record, now).err();
            let waits = |r: &&Request| r.share == share.id && over.is_none();
            Listed {
                over,
                guests: entry.guests.of(&share.id),
                waiting: known.waiting.iter().filter(waits).cloned().collect(),
                share: share.clone(),
            }
        };
        known.shares.iter().map(listed).collect()
    }

    /// Revokes a link; says how many viewers that disconnects. `grant` is that of a person, who has to be
    /// allowed to.
    ///
    /// # Errors
    /// [`Problem::ShareInvalid`] where there is no such link; [`Problem::Forbidden`].
    pub async fn revoke_share(
        &self,
        id: &str,
        grant: Option<&Grant>,
        actor: &Actor,
    ) -> Result<usize, Refused> {
        let (share, entry) = self.managed(id, grant, actor, "share.revoke").await?;
        let revoked = self.0.store.revoke_share(id).await;
        let disconnected = entry.guests.connections(id);
        let is_new = matches!(revoked, Ok(true));
        let result = match revoked {
            // Whoever is in learns it from the book.
            Ok(_) => self.read_shares(&entry).await,
            Err(error) => Err(error.into()),
        };
        let detail = json!({ "share": id, "disconnected": disconnected });
        let build = Some(&share.build);
        if is_new {
            let told = Some(EventKind::ShareRevoked);
            let _ = self.note_telling(build, actor, "share.revoke", Outcome::Allowed, detail, told).await;
        } else {
            self.note_result(build, actor, "share.revoke", &result, detail).await;
        }
        result.map(|()| disconnected)
    }

    /// A link that somebody may manage, and its build.
    async fn managed(
        &self,
        id: &str,
        grant: Option<&Grant>,
        actor: &Actor,
        action: &str,
    ) -> Result<(Share, Arc<Entry>), Refused> {
        let unknown = || Refused::because(Problem::ShareInvalid, "There is no such link.");
        let share = self.0.store.share(id).await?.ok_or_else(unknown)?.share;
        if let Some(grant) = grant {
            // One of another build is as unknown as none.
            if grant.build != share.build {
                return Err(unknown());
            }
            if !may_manage(grant, &share) {
                let why = "You may not manage this link.";
                let refused = Err(Refused::because(Problem::Forbidden, why));
                return self.denied(Some(&share.build), actor, action, refused).await;
            }
        }
        let entry = self.entry(&share.build).await?;
        Ok((share, entry))
    }

    /// The CI said at `said_at` what somebody may do: guests of their links may do no more.
    pub(super) async fn maker_may(
        &self,
        entry: &Entry,
        maker: &str,
        may: &Capabilities,
        said_at: Timestamp,
    ) -> Result<(), Refused> {
        let build = entry.record().id.clone();
        if self.0.store.maker_may(&build, maker, may, said_at).await? > 0 {
            self.read_shares(entry).await?;
        }
        Ok(())
    }

    /// A token that a CI signed says what its holder may do. The store is asked only where that seems to be
    /// news about the maker of a link.
    pub(super) async fn heard_from_ci(&self, grant: &Grant, entry: &Entry) -> Result<(), Refused> {
        let Some(said_at) = grant.said_at else { return Ok(()) };
        let known = entry.book.known();
        let mut theirs = known.shares.iter().filter(|share| share.maker.sub == grant.person.sub);
        if theirs.any(|share| share.maker_may != grant.capabilities) {
            self.maker_may(entry, &grant.person.sub, &grant.capabilities, said_at).await?;
        }
        Ok(())
    }

    /// Runs something slow on a thread where nobody waits for another, few at once.
    async fn hash_slowly<T: Send + 'static>(
        &self,
        work: impl FnOnce() -> T + Send + 'static,
    ) -> Result<T, Refused> {
        let _turn = self.0.hashing.acquire().await.map_err(|_| Problem::Restarting)?;
        tokio::task::spawn_blocking(work).await.map_err(|_| Problem::Internal.into())
    }

    async fn knows_passcode(&self, passcode: String, hash: String) -> Result<bool, Refused> {
        self.hash_slowly(move || is_passcode(&passcode, &hash)).await
    }
}
