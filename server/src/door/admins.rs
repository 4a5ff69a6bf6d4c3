//! Administrators: how they come in, what they may do to builds, and how they are sent away.

use std::collections::BTreeMap;
use std::net::IpAddr;

use jiff::{SignedDuration, Timestamp};
use serde_json::json;
use tokio::sync::watch;
use transom_protocol::problem::Problem;

use super::builds::check_person;
use super::journal::Outcome;
use super::tokens::check_secret;
use super::{Actor, Door, Refused, ended};
use crate::access::admin::AdminGrant;
use crate::access::lifecycle::State;
use crate::access::token::TokenError;
use crate::access::{BuildId, Grant, Person};
use crate::keys::SecretHash;
use crate::random;
use crate::session::Session;
use crate::store::AdminRenewal;

/// How long a code for the administrators' page can be redeemed.
const CODE_LIFE: SignedDuration = SignedDuration::from_secs(60);
/// How long an administrator may stay before the CI has to send them again.
const STAY: SignedDuration = SignedDuration::from_hours(8);

/// A code for the administrators' page.
pub struct AdminCode {
    /// The code, for the fragment of the page's address.
    pub code: String,
    /// Until when it can be redeemed.
    pub code_expires_at: Timestamp,
    /// When what it begins ends.
    pub expires_at: Timestamp,
}

/// A token for an administrator.
pub struct AdminToken {
    /// The token.
    pub token: String,
    /// When it expires.
    pub expires_at: Timestamp,
    /// Whose it is, and when no more can be had.
    pub grant: AdminGrant,
}

/// A token that lets an administrator look at a session.
pub struct Watch {
    /// The token.
    pub token: String,
    /// When it expires.
    pub expires_at: Timestamp,
}

/// Grants of administrators that were revoked at this server, each until it would have ended anyway.
#[derive(Debug, Default)]
pub struct SentAway(BTreeMap<String, Timestamp>);

impl SentAway {
    /// Whether what `grant` allows was an administrator's who is one no more.
    #[must_use]
    pub fn concerns(&self, grant: &Grant) -> bool {
        grant.admin.as_ref().is_some_and(|id| self.0.contains_key(id))
    }
}

impl Door {
    /// Tells whenever an administrator is sent away at this server.
    #[must_use]
    pub fn sent_away(&self) -> watch::Receiver<SentAway> {
        self.0.sent_away.subscribe()
    }

    fn send_away(&self, grants: &[AdminGrant]) {
        let now = self.now();
        self.0.sent_away.send_modify(|away| {
            away.0.retain(|_, ends| *ends > now);
            away.0.extend(grants.iter().map(|grant| (grant.id.clone(), grant.expires_at)));
        });
    }

    /// Makes a code for the administrators' page.
    ///
    /// # Errors
    /// [`Problem::Malformed`] where the person is not one.
    pub async fn make_admin_code(&self, person: &Person, actor: &Actor) -> Result<AdminCode, Refused> {
        let made = self.try_admin_code(person).await;
        self.audited(None, actor, "admin.code", made, json!({ "for": person })).await
    }

    async fn try_admin_code(&self, person: &Person) -> Result<AdminCode, Refused> {
        check_person(person)?;
        check_person(&AdminGrant::watcher(person))?;
        let (now, code) = (self.now(), random::secret());
        let later = |life| now.saturating_add(life).unwrap_or(now);
        let (code_expires_at, expires_at) = (later(CODE_LIFE), later(STAY));
        let grant = AdminGrant { id: random::id("a"), person: person.clone(), expires_at };
        self.0.store.put_admin(&grant, &SecretHash::of(&code), code_expires_at).await?;
        Ok(AdminCode { code, code_expires_at, expires_at })
    }

    /// Swaps a code for a token; `renewal` is a secret that the page made.
    ///
    /// # Errors
    /// [`Problem::CodeInvalid`] for every wrong code alike.
    pub async fn redeem_admin(
        &self,
        code: &str,
        renewal: &str,
        actor: &Actor,
    ) -> Result<AdminToken, Refused> {
        check_secret(renewal)?;
        self.may_try(actor.address())?;
        let (code, renewal) = (SecretHash::of(code), SecretHash::of(renewal));
        match self.0.store.take_admin_code(&code, &renewal, self.now()).await? {
            Some(grant) => self.admitted(grant, "admin.enter", actor).await,
            None => Err(self.not_admin(actor, "admin.enter", "/api/v1/admin/codes/redeem").await),
        }
    }

    /// Swaps the page's secret for a token; from then on `next` is the secret. One that was used before with
    /// another `next` revokes the grant: somebody has a copy.
    ///
    /// # Errors
    /// [`Problem::CodeInvalid`] for every wrong secret alike.
    pub async fn renew_admin(&self, renewal: &str, next: &str, actor: &Actor) -> Result<AdminToken, Refused> {
        check_secret(next)?;
        self.may_try(actor.address())?;
        let (current, following) = (SecretHash::of(renewal), SecretHash::of(next));
        match self.0.store.renew_admin(&current, &following, self.now()).await? {
            AdminRenewal::Renewed(grant) => self.admitted(grant, "admin.renew", actor).await,
            AdminRenewal::Replayed(grant) => {
                self.send_away(std::slice::from_ref(&grant));
                tracing::warn!(
                    admin = grant.person.sub,
                    "an administrator's secret was replayed; it is revoked"
                );
                let detail = json!({ "problem": Problem::CodeInvalid.name(), "for": grant.person });
                let _ = self.note(None, actor, "admin.replayed", Outcome::Denied, detail).await;
                Err(Problem::CodeInvalid.into())
            }
            AdminRenewal::Unknown => {
                Err(self.not_admin(actor, "admin.renew", "/api/v1/admin/tokens/renew").await)
            }
        }
    }

    async fn admitted(&self, grant: AdminGrant, action: &str, actor: &Actor) -> Result<AdminToken, Refused> {
        self.was_good(actor.address());
        let minted = self.0.mint.mint_admin(&grant, self.now(), &random::id("t")).map_err(Refused::from);
        let actor = Actor::Admin { person: grant.person.clone(), address: actor.address() };
        let sealed = self.audited(None, &actor, action, minted, json!({})).await?;
        Ok(AdminToken { token: sealed.token, expires_at: sealed.expires_at, grant })
    }

    async fn not_admin(&self, actor: &Actor, action: &str, route: &str) -> Refused {
        let refused = self.was_guessed(actor.address(), Problem::CodeInvalid.into());
        self.note_stranger(actor, action, refused.problem, route).await;
        refused
    }

    /// Opens an administrator's token, and asks the store whether it still holds.
    ///
    /// # Errors
    /// Why the token is refused.
    pub async fn admin(
        &self,
        token: &str,
        address: Option<IpAddr>,
        route: &str,
    ) -> Result<(AdminGrant, Actor), Refused> {
        let opened = match self.0.verifier.open_admin(token, self.now()) {
            Ok(grant) => Ok(grant),
            // One for a build is good for that build, and no guess.
            Err(TokenError::WrongType) => {
                self.open_token(token, address).await.and(Err(Problem::Forbidden.into()))
            }
            Err(error) if error.is_guess() => Err(self.was_guessed(address, error.into())),
            Err(error) => Err(Refused::from(error)),
        };
        let (actor, refused) = match opened {
            Ok(grant) => {
                self.was_good(address);
                let actor = Actor::Admin { person: grant.person.clone(), address };
                match self.is_admin(&grant.id).await {
                    Ok(()) => return Ok((grant, actor)),
                    Err(refused) => (actor, refused),
                }
            }
            Err(refused) => (Actor::Unknown { address }, refused),
        };
        self.note_stranger(&actor, "token.refuse", refused.problem, route).await;
        Err(refused)
    }

    /// Whether an administrator's grant still holds.
    pub(super) async fn is_admin(&self, id: &str) -> Result<(), Refused> {
        match self.0.store.admin_holds(id, self.now()).await? {
            true => Ok(()),
            false => Err(Problem::Revoked.into()),
        }
    }

    /// Sends an administrator away: whatever they hold opens nothing any more, and what they watch at this server
    /// ends at once (elsewhere with its token). Says how many grants that were.
    ///
    /// # Errors
    /// [`Problem::StoreUnavailable`].
    pub async fn revoke_admin(&self, sub: &str, actor: &Actor) -> Result<u64, Refused> {
        let revoked = self.0.store.revoke_admin(sub).await.map_err(Refused::from).map(|grants| {
            self.send_away(&grants);
            grants.len() as u64
        });
        let count = revoked.as_ref().ok().copied();
        self.note_result(None, actor, "admin.revoke", &revoked, json!({ "sub": sub, "grants": count })).await;
        revoked
    }

    /// What lets an administrator look at a session. It is no word of the CI on what somebody may do to the
    /// build, so links of the same person are as they were.
    ///
    /// # Errors
    /// Why nobody may look at it any more.
    pub async fn watch(
        &self,
        admin: &AdminGrant,
        session: &Session,
        actor: &Actor,
    ) -> Result<Watch, Refused> {
        let watch = self.try_watch(admin, &session.build).await;
        let detail = json!({ "session": session.id });
        self.audited(Some(&session.build), actor, "session.watch", watch, detail).await
    }

    async fn try_watch(&self, admin: &AdminGrant, build: &BuildId) -> Result<Watch, Refused> {
        let record = self.entry(build).await?.record();
        let life = self.life(&record);
        if life.state == State::Ended {
            return Err(ended(&life));
        }
        let grant = admin.watching(build.clone(), record.epoch, self.now());
        let sealed = self.0.mint.mint(&grant, self.now(), &random::id("t"))?;
        Ok(Watch { token: sealed.token, expires_at: sealed.expires_at })
    }
}
