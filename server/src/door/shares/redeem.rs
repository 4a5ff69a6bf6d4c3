//! A guest swaps a link's secret for a token and a chain of renewals of their own.
//!
//! ```text
//!  brake ─▶ secret ─▶ is it over? ─▶ passcode (slow, braked by link) ─▶ asked to be let in? ─▶ take one use
//! ```
//!
//! Up to the secret every failure looks the same, and so does a link that is over. Only who holds a good
//! link learns that it asks for a passcode, or for patience.

use std::sync::{Arc, MutexGuard, PoisonError};

use jiff::Timestamp;
use serde::Serialize;
use serde_json::json;
use transom_protocol::problem::Problem;

use super::super::journal::Outcome;
use super::super::tokens::check_secret;
use super::{Actor, Door, Entry, Refused};
use crate::access::brake::{Brake, seconds_until};
use crate::access::event::EventKind;
use crate::access::lifecycle::State;
use crate::access::share::{Share, ShareOver};
use crate::access::{BuildId, Grant, Person};
use crate::door::Renewed;
use crate::keys::SecretHash;
use crate::random;
use crate::store::{Answer, Request, ShareOutcome, StoredShare};

/// Longest name of a guest, in bytes.
const NAME_BYTES: usize = 128;
/// What stands behind a guest's name, so that nobody takes them for somebody of the CI.
const MARK: &str = " (guest)";
/// Guests who wait at one link at the same time.
const WAITING: u32 = 32;
/// What the audit calls it.
const REDEEM: &str = "share.redeem";

/// What a guest shows at the door.
pub struct Key {
    /// The link's secret.
    pub secret: String,
    /// Its passcode, where it asks for one.
    pub passcode: Option<String>,
    /// The name that others are to see.
    pub name: String,
    /// The secret that the page made, for its chain of renewals.
    pub renewal: String,
}

/// What comes of it.
pub enum Redeemed {
    /// They are in.
    In(Box<Joined>),
    /// Somebody has to let them in; ask again.
    Waiting,
}

/// A guest who is in.
pub struct Joined {
    /// Their token.
    pub token: Renewed,
    /// Who they are from now on.
    pub guest: Person,
    /// The link.
    pub share: Share,
}

/// Why a link was refused, for the audit. Outside all of these look alike.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum Miss {
    Unknown,
    WrongSecret,
    Over(ShareOver),
    RenewalUsed,
}

/// Why somebody does not come in.
pub(super) enum Why {
    Miss(Miss),
    Refused(Refused),
}

impl<E: Into<Refused>> From<E> for Why {
    fn from(error: E) -> Self {
        Self::Refused(error.into())
    }
}

impl Door {
    /// Redeems a link. The same key again, its reply having been lost, uses nothing more and gives another
    /// token, until its renewal is used.
    ///
    /// # Errors
    /// [`Problem::ShareInvalid`] for every link that does not work alike; [`Problem::PasscodeNeeded`];
    /// [`Problem::Forbidden`] where somebody said no; [`Problem::TooMany`] after too many attempts.
    pub async fn redeem_share(&self, id: &str, key: Key, actor: &Actor) -> Result<Redeemed, Refused> {
        check_secret(&key.renewal)?;
        let name = guest_name(&key.name)?;
        let now = self.now();
        self.may_guess(actor, now)?;
        let stored = self.0.store.share(id).await?;
        let build = stored.as_ref().map(|stored| stored.share.build.clone());
        let tried = self.try_redeem(stored, &key, &name, actor).await;
        let about = About { action: REDEEM, id, build: build.as_ref(), name: Some(&name) };
        match tried {
            Ok(redeemed) => Ok(redeemed),
            Err(Why::Miss(miss)) => {
                let cause = json!(miss);
                Err(self.missed(&about, Problem::ShareInvalid.into(), cause, actor, now).await)
            }
            Err(Why::Refused(refused)) if refused.problem == Problem::PasscodeNeeded => {
                // Who gave none has not guessed.
                if key.passcode.is_none() {
                    return Err(refused);
                }
                Err(self.missed(&about, refused, json!("passcode"), actor, now).await)
            }
            Err(Why::Refused(refused)) => {
                self.denied_guest(&about, &refused, json!(null), actor).await;
                Err(refused)
            }
        }
    }

    /// Whether somebody may try, who may have guessed before.
    pub(super) fn may_guess(&self, actor: &Actor, now: Timestamp) -> Result<(), Refused> {
        match actor.address().map(|address| self.brake().check(address, now)) {
            Some(Err(seconds)) => Err(too_early(seconds)),
            _ => Ok(()),
        }
    }

    /// The link that a secret opens, the hash of its passcode, and its build, whose access has not ended.
    pub(super) async fn opened(
        &self,
        stored: Option<StoredShare>,
        secret: &str,
    ) -> Result<(Share, String, Arc<Entry>), Why> {
        // Compared with something also where there is nothing, so that both take as long.
        let shown = SecretHash::of(secret);
        let none = SecretHash::of("");
        let right = stored.as_ref().map_or(&none, |stored| &stored.hash) == &shown;
        let Some(StoredShare { share, passcode, .. }) = stored else { return Err(Why::Miss(Miss::Unknown)) };
        if !right {
            return Err(Why::Miss(Miss::WrongSecret));
        }
        let entry = self.entry(&share.build).await?;
        // Time alone may have brought an end that nobody has recorded yet.
        if self.life(&entry.record()).state == State::Ended {
            return Err(Why::Miss(Miss::Over(ShareOver::Ended)));
        }
        Ok((share, passcode, entry))
    }

    async fn try_redeem(
        &self,
        stored: Option<StoredShare>,
        key: &Key,
        name: &str,
        actor: &Actor,
    ) -> Result<Redeemed, Why> {
        let (share, passcode, entry) = self.opened(stored, &key.secret).await?;
        let renewal = SecretHash::of(&key.renewal);
        let asked = self.0.store.request(&share.id, &renewal).await?;
        let repeated = self.0.store.is_chain_of(&share.id, &renewal).await?;
        let admits = share.admits(&entry.record(), self.now());
        match (admits, repeated) {
            (Err(over), false) => {
                // An expiry is recorded.
                self.read_shares(&entry).await?;
                return Err(Why::Miss(Miss::Over(over)));
            }
            // Who comes back has shown their passcode before.
            (Ok(_), false) if asked.is_none() => {
                self.check_passcode(&share, &passcode, key.passcode.as_deref()).await?;
            }
            _ => {}
        }
        let stranger = || Person { sub: random::id("g"), name: format!("{name}{MARK}") };
        let guest = match asked {
            Some(Request { answer: Answer::Approved, guest, .. }) => guest,
            Some(Request { answer: Answer::Waiting, .. }) => return Ok(Redeemed::Waiting),
            Some(Request { answer: Answer::Denied, .. }) => {
                return Err(Refused::because(Problem::Forbidden, "You were not let in.").into());
            }
            None if share.offer.approval && !repeated => {
                self.ask_in(&entry, &share, stranger(), &renewal, actor).await?;
                return Ok(Redeemed::Waiting);
            }
            None => stranger(),
        };
        self.take(&entry, share, guest, &renewal, actor).await
    }

    /// One use of the link, and what comes with it.
    async fn take(
        &self,
        entry: &Entry,
        share: Share,
        guest: Person,
        renewal: &SecretHash,
        actor: &Actor,
    ) -> Result<Redeemed, Why> {
        let (record, now) = (entry.record(), self.now());
        let taking = self.0.store.take_share(&share.id, renewal, |share| share.grant(guest, &record, now));
        let (grant, action) = match taking.await? {
            ShareOutcome::Taken(grant) => (grant, REDEEM),
            ShareOutcome::Repeated(grant) => (grant, "share.redeem.repeated"),
            ShareOutcome::Over(over) => return Err(Why::Miss(Miss::Over(over))),
            ShareOutcome::Used => return Err(Why::Miss(Miss::RenewalUsed)),
            ShareOutcome::Unknown => return Err(Why::Miss(Miss::Unknown)),
        };
        let token = match self.again(&grant).await {
            // Revoked in this very moment.
            Err(refused) if refused.problem == Problem::Revoked => {
                return Err(Why::Miss(Miss::Over(ShareOver::Revoked)));
            }
            token => token?,
        };
        let Grant { build, person: guest, .. } = grant.clone();
        let detail = json!({ "share": share.id, "name": guest.name });
        let told = (action == REDEEM).then_some(EventKind::ShareRedeemed);
        let actor = actor.proven(&grant);
        self.note_telling(Some(&build), &actor, action, Outcome::Allowed, detail, told).await?;
        Ok(Redeemed::In(Box::new(Joined { token, guest, share })))
    }

    /// Whether the passcode is right. However many try one at once, they are counted one after another.
    async fn check_passcode(&self, share: &Share, hash: &str, shown: Option<&str>) -> Result<(), Refused> {
        if !share.has_passcode {
            return Ok(());
        }
        let Some(shown) = shown else { return Err(Problem::PasscodeNeeded.into()) };
        let now = self.now();
        if let Some(until) = self.0.store.try_passcode(&share.id, now).await? {
            return Err(too_early(seconds_until(until, now)));
        }
        if !self.knows_passcode(shown.to_owned(), hash.to_owned()).await? {
            return Err(Refused::because(Problem::PasscodeNeeded, "That is not the passcode of this link."));
        }
        self.0.store.passcode_right(&share.id).await?;
        Ok(())
    }

    /// Somebody waits from now on to be let in.
    async fn ask_in(
        &self,
        entry: &Entry,
        share: &Share,
        guest: Person,
        renewal: &SecretHash,
        actor: &Actor,
    ) -> Result<(), Refused> {
        let request = Request {
            share: share.id.clone(),
            number: 0,
            guest,
            address: actor.address().map(|a| a.to_string()),
            asked_at: self.now(),
            answer: Answer::Waiting,
        };
        if !self.0.store.put_request(&request, renewal, WAITING).await? {
            return Err(Refused::because(Problem::TooMany, "Too many are waiting to be let in already."));
        }
        let detail = json!({ "share": share.id, "name": request.guest.name });
        self.note(Some(&share.build), actor, "share.request", Outcome::Allowed, detail).await?;
        self.read_shares(entry).await
    }

    /// Somebody has guessed, or might have: their address waits the longer the oftener.
    pub(super) async fn missed(
        &self,
        about: &About<'_>,
        refused: Refused,
        cause: serde_json::Value,
        actor: &Actor,
        now: Timestamp,
    ) -> Refused {
        if let Some(address) = actor.address() {
            self.brake().missed(address, now);
        }
        self.denied_guest(about, &refused, cause, actor).await;
        refused
    }

    pub(super) async fn denied_guest(
        &self,
        about: &About<'_>,
        refused: &Refused,
        cause: serde_json::Value,
        actor: &Actor,
    ) {
        let About { action, id, build, name } = about;
        if build.is_none() {
            // An id that nobody gave out may be anything, and long.
            self.note_stranger(actor, action, refused.problem, "/api/v1/shares").await;
            return;
        }
        let detail = json!({ "problem": refused.problem.name(), "cause": cause, "share": id, "name": name });
        let _ = self.note(*build, actor, action, Outcome::Denied, detail).await;
    }

    fn brake(&self) -> MutexGuard<'_, Brake> {
        self.0.brake.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// What was tried, for the audit.
pub(super) struct About<'a> {
    pub(super) action: &'a str,
    pub(super) id: &'a str,
    pub(super) build: Option<&'a BuildId>,
    pub(super) name: Option<&'a str>,
}

/// The refusal of somebody who has to wait.
fn too_early(seconds: u64) -> Refused {
    let detail = format!("Too many attempts. Try again in {seconds} s.");
    Refused { retry_after_s: Some(seconds), ..Refused::because(Problem::TooMany, detail) }
}

/// A name that can be shown: nothing in it that steers a screen, hides, or turns text around.
fn guest_name(name: &str) -> Result<String, Refused> {
    let hidden = |c: char| {
        c.is_control()
            || matches!(c, '\u{ad}' | '\u{61c}' | '\u{180e}' | '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}'
                | '\u{2060}'..='\u{206f}' | '\u{feff}' | '\u{fff9}'..='\u{fffb}' | '\u{e0000}'..='\u{e007f}')
    };
    let name = name.trim();
    if name.is_empty() || name.len() > NAME_BYTES || name.chars().any(hidden) {
        return Err(Refused::because(Problem::Malformed, "A name has 1 to 128 bytes of plain text."));
    }
    Ok(name.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_guests_name_is_plain_text() {
        for name in ["Kim", " Łukasz O’Neill ", "山田", "👍", &"x".repeat(128)] {
            assert_eq!(guest_name(name).unwrap(), name.trim());
        }
        let wrong = ["", "  ", "a\nb", "a\u{1b}[2J", "a\u{202e}b", "\u{200b}", "a\u{feff}", &"x".repeat(129)];
        for name in wrong {
            assert_eq!(guest_name(name).unwrap_err().problem, Problem::Malformed, "{name:?}");
        }
    }
}
