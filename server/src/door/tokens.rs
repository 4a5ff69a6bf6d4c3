//! Handing out access: tokens, page codes, renewals.

use jiff::{SignedDuration, Timestamp};
use serde_json::json;
use transom_protocol::problem::Problem;

use super::builds::check_person;
use super::journal::Outcome;
use super::{Actor, Door, Refused, ended};
use crate::access::event::EventKind;
use crate::access::lifecycle::State;
use crate::access::{BuildId, Capabilities, Grant, Person};
use crate::keys::SecretHash;
use crate::random;
use crate::store::{CodeOutcome, RenewOutcome};

/// How long a page code can be redeemed.
const CODE_LIFE: SignedDuration = SignedDuration::from_secs(60);
/// How long a chain of renewals lasts where the build's deadline is not known yet.
const LONGEST_CHAIN: SignedDuration = SignedDuration::from_hours(40 * 24);
/// Length of a secret that a page makes for itself, in base64url characters.
const SECRET_CHARS: usize = 43;

/// An access token and a page code for the same grant.
pub struct Issued {
    /// The token.
    pub token: String,
    /// When it expires.
    pub expires_at: Timestamp,
    /// What it allows.
    pub capabilities: Capabilities,
    /// The code, for the fragment of a page's address.
    pub code: String,
    /// Until when the code can be redeemed.
    pub code_expires_at: Timestamp,
}

/// A token that a page got for its code or its renewal secret.
pub struct Renewed {
    /// The token.
    pub token: String,
    /// When it expires.
    pub expires_at: Timestamp,
    /// The build that it is for.
    pub build: BuildId,
    /// What it allows.
    pub capabilities: Capabilities,
}

impl Door {
    /// Issues a token and a page code to a person.
    ///
    /// # Errors
    /// [`Problem::AccessOff`] before access was turned on, why after the end; [`Problem::PolicyRefused`]
    /// where the policy leaves nothing of what was asked for.
    pub async fn issue(
        &self,
        id: &BuildId,
        person: &Person,
        wanted: &Capabilities,
        actor: &Actor,
    ) -> Result<Issued, Refused> {
        let result = self.try_issue(id, person, wanted).await;
        let detail = json!({
            "for": person,
            "capabilities": result.as_ref().ok().map(|i| &i.capabilities),
        });
        self.audited(Some(id), actor, "token.issue", result, detail).await
    }

    async fn try_issue(
        &self,
        id: &BuildId,
        person: &Person,
        wanted: &Capabilities,
    ) -> Result<Issued, Refused> {
        check_person(person)?;
        let entry = self.entry(id).await?;
        let record = entry.record();
        let life = self.life(&record);
        match life.state {
            State::Off => return Err(Problem::AccessOff.into()),
            State::Ended => return Err(ended(&life)),
            _ => {}
        }
        self.maker_may(&entry, &person.sub, wanted, self.now()).await?;
        let capabilities = wanted.intersect(&record.policy.capabilities);
        if capabilities.is_empty() {
            return Err(Problem::PolicyRefused.into());
        }
        let now = self.now();
        let longest = now.saturating_add(LONGEST_CHAIN).unwrap_or(now);
        let grant = Grant {
            build: id.clone(),
            person: person.clone(),
            capabilities,
            epoch: record.epoch,
            expires_at: life.deadline.unwrap_or(longest).min(longest),
            share: None,
            admin: None,
            said_at: None,
        };
        let token = self.0.mint.mint(&grant, now, &random::id("t"))?;
        let code = random::secret();
        let code_expires_at = now.saturating_add(CODE_LIFE).unwrap_or(now);
        self.0.store.put_code(&SecretHash::of(&code), &grant, code_expires_at).await?;
        Ok(Issued {
            token: token.token,
            expires_at: token.expires_at,
            capabilities: grant.capabilities,
            code,
            code_expires_at,
        })
    }

    /// Swaps a page code for a token, and begins a chain with the page's own `renewal` secret. The
    /// same pair again gives another token, its first reply may have been lost; another secret with
    /// the same code opens nothing.
    ///
    /// # Errors
    /// [`Problem::CodeInvalid`] for every wrong code alike.
    pub async fn redeem(&self, code: &str, renewal: &str, actor: &Actor) -> Result<Renewed, Refused> {
        check_secret(renewal)?;
        self.may_try(actor.address())?;
        let now = self.now();
        let outcome = self.0.store.take_code(&SecretHash::of(code), &SecretHash::of(renewal), now).await?;
        let (grant, first) = match outcome {
            CodeOutcome::Taken(grant) => (grant, true),
            CodeOutcome::Repeated(grant) => (grant, false),
            wrong @ (CodeOutcome::Used | CodeOutcome::Expired | CodeOutcome::Unknown) => {
                let mut refused = Refused::from(Problem::CodeInvalid);
                if matches!(wrong, CodeOutcome::Unknown) {
                    refused = self.was_guessed(actor.address(), refused);
                }
                self.note_stranger(actor, "code.redeem", refused.problem, "/api/v1/codes/redeem").await;
                return Err(refused);
            }
        };
        self.was_good(actor.address());
        let renewed = self.again(&grant).await;
        let action = if first { "code.redeem" } else { "code.redeem.repeated" };
        self.audited(Some(&grant.build), &actor.proven(&grant), action, renewed, json!({})).await
    }

    /// Swaps a renewal secret for a token; from then on `next`, which the page made, is the secret.
    /// A secret that was used before with another `next` revokes its whole chain: somebody has a
    /// copy.
    ///
    /// # Errors
    /// [`Problem::CodeInvalid`] for every wrong secret alike; why after the end of access.
    pub async fn renew(&self, renewal: &str, next: &str, actor: &Actor) -> Result<Renewed, Refused> {
        check_secret(next)?;
        self.may_try(actor.address())?;
        let (current, following) = (SecretHash::of(renewal), SecretHash::of(next));
        match self.0.store.rotate_renewal(&current, &following, self.now()).await? {
            RenewOutcome::Rotated(grant) | RenewOutcome::Repeated(grant) => {
                self.was_good(actor.address());
                let renewed = self.again(&grant).await;
                let actor = actor.proven(&grant);
                self.audited(Some(&grant.build), &actor, "token.renew", renewed, json!({})).await
            }
            RenewOutcome::Replayed(grant) => {
                tracing::warn!(build.id = %grant.build, "renewal secret replayed; its chain is revoked");
                let detail = json!({ "problem": Problem::CodeInvalid.name(), "for": grant.person });
                let anomaly = Some(EventKind::SecurityAnomaly);
                let (build, action) = (Some(&grant.build), "renewal.replayed");
                let _ = self.note_telling(build, actor, action, Outcome::Denied, detail, anomaly).await;
                Err(Problem::CodeInvalid.into())
            }
            // A chain that ended with its access says so; its holder proved who they were.
            RenewOutcome::Revoked(grant) | RenewOutcome::Expired(grant) => {
                let why = match self.again(&grant).await {
                    Ok(_) => Err(Problem::CodeInvalid.into()),
                    Err(refused) => Err(refused),
                };
                self.denied(Some(&grant.build), &actor.proven(&grant), "token.renew", why).await
            }
            RenewOutcome::Unknown => {
                let refused = self.was_guessed(actor.address(), Problem::CodeInvalid.into());
                self.note_stranger(actor, "token.renew", refused.problem, "/api/v1/tokens/renew").await;
                Err(refused)
            }
        }
    }

    /// A new token for a grant that was given before, cut down to what it may do now.
    pub(super) async fn again(&self, grant: &Grant) -> Result<Renewed, Refused> {
        let (narrowed, _) = self.as_of_now(grant.clone()).await?;
        let token = self.0.mint.mint(&narrowed, self.now(), &random::id("t"))?;
        Ok(Renewed {
            token: token.token,
            expires_at: token.expires_at,
            build: narrowed.build,
            capabilities: narrowed.capabilities,
        })
    }
}

/// A secret that a page made: 256 bits of base64url.
pub(super) fn check_secret(secret: &str) -> Result<(), Refused> {
    let plain = |b: u8| b.is_ascii_alphanumeric() || b == b'-' || b == b'_';
    if secret.len() == SECRET_CHARS && secret.bytes().all(plain) {
        Ok(())
    } else {
        Err(Refused::because(Problem::Malformed, "A renewal secret is 43 characters of base64url."))
    }
}
