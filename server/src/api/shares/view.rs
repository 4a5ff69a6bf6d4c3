//! What the API says about share links.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use ts_rs::TS;
use utoipa::ToSchema;

use crate::access::Person;
use crate::access::share::{Share, ShareOver, ShareRole, Shared};
use crate::door::{Asking, Guest, Listed};

/// A link, for those who may manage it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS, ToSchema)]
#[ts(export)]
pub struct ShareView {
    /// Its id. It opens nothing.
    pub id: String,
    /// What it offers.
    pub offer: InvitationView,
    /// When it was made.
    #[ts(type = "string")]
    #[schema(value_type = String, format = DateTime)]
    pub made_at: Timestamp,
    /// How many guests may be in at once.
    pub max_viewers: Option<u32>,
    /// How often it can be redeemed.
    pub max_uses: Option<u32>,
    /// How often it was.
    pub used: u32,
    /// Whether it asks for a passcode.
    pub passcode: bool,
    /// Whether each guest waits until somebody lets them in.
    pub approval: bool,
    /// Why nobody comes in by it any more; absent while somebody may.
    pub over: Option<ShareOver>,
    /// Who came by it and is in.
    pub guests: Vec<GuestHere>,
    /// Who waits to be let in.
    pub waiting: Vec<GuestWaiting>,
}

/// What a link invites to.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS, ToSchema)]
#[ts(export)]
pub struct InvitationView {
    /// What its maker calls it.
    pub label: String,
    /// Who made it.
    pub by: Person,
    /// Terminals, the desktop, or both.
    pub what: Shared,
    /// Whether guests look or control.
    pub role: ShareRole,
    /// When it ends by itself.
    #[ts(type = "string")]
    #[schema(value_type = String, format = DateTime)]
    pub expires_at: Timestamp,
}

/// A guest who is in.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS, ToSchema)]
#[ts(export)]
pub struct GuestHere {
    /// Their name.
    pub name: String,
    /// Since when.
    #[ts(type = "string")]
    #[schema(value_type = String, format = DateTime)]
    pub since: Timestamp,
    /// How many terminals and desktops they look at.
    pub viewers: u32,
}

/// A guest who waits.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS, ToSchema)]
#[ts(export)]
pub struct GuestWaiting {
    /// Their number, for the answer.
    pub number: u32,
    /// Their name.
    pub name: String,
    /// Where they ask from.
    pub address: Option<String>,
    /// Since when.
    #[ts(type = "string")]
    #[schema(value_type = String, format = DateTime)]
    pub since: Timestamp,
}

/// A new link.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS, ToSchema)]
#[ts(export)]
pub struct MadeView {
    /// The link.
    pub share: ShareView,
    /// What to send to guests. It holds the secret in its fragment and is never shown again.
    pub url: String,
}

impl From<&Share> for InvitationView {
    fn from(share: &Share) -> Self {
        let offer = &share.offer;
        Self {
            label: offer.label.clone(),
            by: share.maker.clone(),
            what: offer.what,
            role: offer.role,
            expires_at: offer.expires_at,
        }
    }
}

impl From<Listed> for ShareView {
    fn from(listed: Listed) -> Self {
        let Listed { share, over, guests, waiting } = listed;
        Self {
            offer: (&share).into(),
            made_at: share.made_at,
            max_viewers: share.offer.max_viewers,
            max_uses: share.offer.max_uses,
            used: share.used,
            passcode: share.has_passcode,
            approval: share.offer.approval,
            over,
            guests: guests.into_iter().map(Into::into).collect(),
            waiting: waiting.into_iter().map(Into::into).collect(),
            id: share.id,
        }
    }
}

impl From<Guest> for GuestHere {
    fn from(guest: Guest) -> Self {
        Self { name: guest.person.name, since: guest.since, viewers: guest.connections }
    }
}

impl From<Asking> for GuestWaiting {
    fn from(asking: Asking) -> Self {
        Self {
            number: asking.number,
            name: asking.guest.name,
            address: asking.address,
            since: asking.asked_at,
        }
    }
}
