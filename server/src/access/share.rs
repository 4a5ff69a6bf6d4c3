//! Share links: who may make which, what a guest may do now, and when a link is over. Pure: no I/O, no clock.
//!
//! A link offers looking or control, of terminals, desktops or both, and nothing else of what its maker may
//! do. At every moment a guest may do what the link offers, as far as the policy allows it and its maker
//! still may do it and hand it on.
//!
//! | a guest may | where the link offers | and its maker may |
//! |---|---|---|
//! | look | looking or control | look at that or control it, and share a view or control |
//! | control | control | control that, and share control |
//!
//! What a maker may do is what the CI said last: in the newest token that it issued or signed for them.

#[cfg(test)]
mod tests;

use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};
use ts_rs::TS;
use utoipa::ToSchema;

use super::build::BuildRecord;
use super::{BuildId, Capabilities, Capability, Grant, Person};

/// How long a link lasts unless its maker says otherwise, in seconds.
pub const LIFE_S: u32 = 3600;
/// How long a link may last at most, in seconds: 40 days, like a build.
pub const LONGEST_S: u32 = 40 * 24 * 3600;

/// What guests may do.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, TS, ToSchema)]
#[serde(rename_all = "snake_case")]
#[ts(export)]
pub enum ShareRole {
    /// Look.
    #[default]
    View,
    /// Look and control.
    Control,
}

/// Of what.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, TS, ToSchema)]
#[serde(rename_all = "snake_case")]
#[ts(export)]
pub enum Shared {
    /// Of terminals.
    #[default]
    Terminal,
    /// Of the desktop.
    Desktop,
    /// Of either.
    Both,
}

/// What a link offers. It never changes.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Offer {
    /// What its maker calls it.
    pub label: String,
    /// Of what.
    pub what: Shared,
    /// What guests may do.
    pub role: ShareRole,
    /// When it ends, in whole seconds, as tokens do.
    pub expires_at: Timestamp,
    /// How many guests may be in at once.
    pub max_viewers: Option<u32>,
    /// How often it can be redeemed.
    pub max_uses: Option<u32>,
    /// Whether each guest waits until somebody lets them in.
    pub approval: bool,
}

/// A link and what has become of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Share {
    /// Its id. It is no secret and opens nothing.
    pub id: String,
    /// The build, and no other.
    pub build: BuildId,
    /// Who made it.
    pub maker: Person,
    /// The epoch of the build's access at that time.
    pub epoch: u64,
    /// When.
    pub made_at: Timestamp,
    /// What it offers.
    pub offer: Offer,
    /// Whether it asks for a passcode.
    pub has_passcode: bool,
    /// What its maker may do, as the CI said last.
    pub maker_may: Capabilities,
    /// How often it was redeemed.
    pub used: u32,
    /// What was recorded of its end: revoked, or expired. That stays so, even where a clock was set back.
    pub ended: Option<ShareOver>,
}

/// Why a link is over.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, TS, ToSchema)]
#[serde(rename_all = "snake_case")]
#[ts(export)]
pub enum ShareOver {
    /// Somebody revoked it.
    Revoked,
    /// Its time is over.
    Expired,
    /// Access was revoked or has ended since it was made.
    Ended,
    /// Its maker, or the policy, allows nothing of it any more. That may change back.
    Withdrawn,
    /// It was redeemed as often as it may be: whoever is in stays.
    UsedUp,
}

impl ShareOver {
    /// What a guest is told who was in by a link of `maker`.
    #[must_use]
    pub fn sentence(self, maker: &str) -> String {
        match self {
            Self::Revoked => format!("{maker}'s link was revoked."),
            Self::Expired => format!("The time of {maker}'s link is over."),
            Self::Ended => "Access was taken back.".to_owned(),
            Self::Withdrawn => format!("{maker} may not share this any more."),
            Self::UsedUp => format!("{maker}'s link was used as often as it may be."),
        }
    }
}

impl Share {
    /// What a guest may do at `now`.
    ///
    /// # Errors
    /// Why nothing.
    pub fn allows(&self, record: &BuildRecord, now: Timestamp) -> Result<Capabilities, ShareOver> {
        if let Some(over) = self.ended {
            return Err(over);
        }
        if self.lapses(now) {
            return Err(ShareOver::Expired);
        }
        if self.epoch != record.epoch || record.facts.ended.is_some() {
            return Err(ShareOver::Ended);
        }
        let maker = self.maker_may.intersect(&record.policy.capabilities);
        let capabilities = handed_on(self.offer.what, self.offer.role, &maker);
        if capabilities.is_empty() { Err(ShareOver::Withdrawn) } else { Ok(capabilities) }
    }

    /// Whether its time is over at `now`, which nobody has recorded yet.
    #[must_use]
    pub fn lapses(&self, now: Timestamp) -> bool {
        self.ended.is_none() && self.offer.expires_at <= now
    }

    /// What one more guest may do.
    ///
    /// # Errors
    /// Why nobody comes in any more.
    pub fn admits(&self, record: &BuildRecord, now: Timestamp) -> Result<Capabilities, ShareOver> {
        let capabilities = self.allows(record, now)?;
        if self.offer.max_uses.is_some_and(|most| self.used >= most) {
            return Err(ShareOver::UsedUp);
        }
        Ok(capabilities)
    }

    /// The grant of one more guest.
    ///
    /// # Errors
    /// As [`Share::admits`].
    pub fn grant(&self, guest: Person, record: &BuildRecord, now: Timestamp) -> Result<Grant, ShareOver> {
        self.admits(record, now)?;
        Ok(Grant {
            build: self.build.clone(),
            person: guest,
            // All that it offers: what of that a guest may do is asked anew each time.
            capabilities: offered(self.offer.what, self.offer.role),
            epoch: self.epoch,
            expires_at: self.offer.expires_at,
            share: Some(self.id.clone()),
            admin: None,
            said_at: None,
        })
    }

    /// What is left of a guest's grant at `now`.
    ///
    /// # Errors
    /// Why nothing.
    pub fn narrow(&self, guest: Grant, record: &BuildRecord, now: Timestamp) -> Result<Grant, ShareOver> {
        let allowed = self.allows(record, now)?;
        let capabilities = guest.capabilities.intersect(&allowed);
        if capabilities.is_empty() {
            return Err(ShareOver::Withdrawn);
        }
        Ok(Grant { capabilities, expires_at: guest.expires_at.min(self.offer.expires_at), ..guest })
    }
}

/// Whether somebody may make such a link; else what they lack.
///
/// # Errors
/// The first capability that is missing.
pub fn may_make(grant: &Grant, what: Shared, role: ShareRole) -> Result<(), Capability> {
    let share = match role {
        ShareRole::View => Capability::ShareView,
        ShareRole::Control => Capability::ShareControl,
    };
    let has = |capability| grant.capabilities.contains(capability);
    // Guests hand nothing on, whatever their token says.
    if grant.share.is_some() || !(has(share) || has(Capability::ShareControl)) {
        return Err(share);
    }
    let handed_on = handed_on(what, role, &grant.capabilities);
    let missing = offered(what, role).iter().find(|one| !handed_on.contains(*one));
    missing.map_or(Ok(()), Err)
}

/// Whether somebody sees the links of their build, and who waits at them.
#[must_use]
pub fn may_list(grant: &Grant) -> bool {
    let shares = [Capability::ShareView, Capability::ShareControl];
    grant.share.is_none() && shares.into_iter().any(|share| grant.capabilities.contains(share))
}

/// Whether somebody may revoke a link, or let guests in by it: its maker, and whoever could have made one
/// with its role.
#[must_use]
pub fn may_manage(grant: &Grant, share: &Share) -> bool {
    let has = |capability| grant.capabilities.contains(capability);
    let equal = match share.offer.role {
        ShareRole::View => has(Capability::ShareView) || has(Capability::ShareControl),
        ShareRole::Control => has(Capability::ShareControl),
    };
    grant.share.is_none() && grant.build == share.build && (equal || grant.person.sub == share.maker.sub)
}

/// When a link ends that is to last so many seconds: never after the deadline.
#[must_use]
pub fn expiry(seconds: u32, deadline: Option<Timestamp>, now: Timestamp) -> Timestamp {
    let wanted = SignedDuration::from_secs(seconds.min(LONGEST_S).into());
    let at = now.saturating_add(wanted).unwrap_or(now).min(deadline.unwrap_or(Timestamp::MAX));
    Timestamp::from_second(at.as_second()).unwrap_or(at)
}

/// What a link offers at most.
#[must_use]
pub fn offered(what: Shared, role: ShareRole) -> Capabilities {
    let view = families(what).map(|(view, _)| view);
    let control = families(what).filter(|_| role == ShareRole::Control).map(|(_, control)| control);
    view.chain(control).collect()
}

/// What of that a maker with these capabilities hands on.
fn handed_on(what: Shared, role: ShareRole, maker: &Capabilities) -> Capabilities {
    let has = |capability| maker.contains(capability);
    let views = has(Capability::ShareView) || has(Capability::ShareControl);
    let controls = role == ShareRole::Control && has(Capability::ShareControl);
    let mut given = Vec::new();
    for (view, control) in families(what) {
        // Whoever controls sees what they do.
        given.extend((views && (has(view) || has(control))).then_some(view));
        given.extend((controls && has(control)).then_some(control));
    }
    given.into_iter().collect()
}

/// What it takes to look, and to control.
fn families(what: Shared) -> impl Iterator<Item = (Capability, Capability)> {
    let terminal = (Capability::TerminalView, Capability::TerminalControl);
    let desktop = (Capability::DesktopView, Capability::DesktopControl);
    let both = [terminal, desktop];
    let range = match what {
        Shared::Terminal => 0..1,
        Shared::Desktop => 1..2,
        Shared::Both => 0..2,
    };
    both.into_iter().take(range.end).skip(range.start)
}
