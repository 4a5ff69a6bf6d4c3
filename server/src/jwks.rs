//! Key sets of CIs, fetched from their addresses and kept for a while.
//!
//! | | |
//! |---|---|
//! | a set is fresh | 5 min; then it is fetched again when somebody needs it |
//! | a key that is in no fresh set | fetches it again, at most every 30 s |
//! | the address fails | tried again after 5 s; what was known holds for 1 h |
//!
//! However many ask, one fetch is under way per address, and nobody who gives up waiting stops
//! it. Only configured addresses are fetched: nothing in a token names one.

mod fetch;
#[cfg(test)]
mod tests;

use std::collections::HashMap;
use std::sync::Arc;

use jiff::Timestamp;
use tokio::sync::watch;

use crate::access::Grant;
use crate::access::token::{Keys, PublicKey, TokenError, Verifier};
use crate::lifetime::Lifetime;

/// How long a set is used without asking again, in seconds.
const FRESH_S: i64 = 5 * 60;
/// How long a set is used when no newer one can be had, in seconds.
const KEPT_S: i64 = 60 * 60;
/// How long after a fetch the next one is made at the earliest, in seconds.
const PAUSE_S: i64 = 30;
/// The same after a fetch that failed.
const FAILED_PAUSE_S: i64 = 5;

/// The key sets of all configured issuers.
#[derive(Debug, Clone)]
pub struct Jwks {
    client: reqwest::Client,
    sets: Arc<HashMap<String, watch::Sender<Set>>>,
    tasks: Lifetime,
}

/// What is known of one set.
#[derive(Debug, Default)]
struct Set {
    /// The newest keys, and when they were asked for.
    kept: Option<(Timestamp, Arc<[PublicKey]>)>,
    /// When they were last asked for, and whether they came.
    tried: Option<(Timestamp, bool)>,
    /// Whether a fetch is under way.
    fetching: bool,
}

/// What to do about a key.
enum Step {
    Answer(Result<Arc<[PublicKey]>, TokenError>),
    Wait,
    Fetch,
}

impl Jwks {
    /// The sets that `verifier` needs. Fetches run on `tasks`. A TLS provider must have been
    /// installed for the process.
    ///
    /// # Errors
    /// When no HTTP client can be made.
    pub fn new(verifier: &Verifier, tasks: Lifetime) -> reqwest::Result<Self> {
        let sets = verifier.addresses().map(|address| (address.to_owned(), watch::Sender::default()));
        Ok(Self { client: fetch::client()?, sets: Arc::new(sets.collect()), tasks })
    }

    /// Opens any token that `verifier` knows the issuer of.
    ///
    /// # Errors
    /// The first reason not to believe it.
    pub async fn open(&self, verifier: &Verifier, token: &str, now: Timestamp) -> Result<Grant, TokenError> {
        let unopened = verifier.read(token)?;
        match unopened.keys() {
            Keys::Fixed(keys) => unopened.open_with(keys, now),
            Keys::Jwks(address) => {
                let kid = unopened.kid().ok_or(TokenError::UnknownKey)?;
                let keys = self.keys(address, kid, now).await?;
                unopened.open_with(&keys, now)
            }
        }
    }

    /// The set at `address`, which has a key named `kid`.
    ///
    /// # Errors
    /// `UnknownKey` when the set has no such key, `KeysUnavailable` when nobody can say.
    pub async fn keys(
        &self,
        address: &str,
        kid: &str,
        now: Timestamp,
    ) -> Result<Arc<[PublicKey]>, TokenError> {
        let set = self.sets.get(address).ok_or(TokenError::KeysUnavailable)?;
        let mut step = Step::Wait;
        set.send_if_modified(|set| {
            step = set.step(kid, now);
            set.fetching |= matches!(step, Step::Fetch);
            false
        });
        match step {
            Step::Answer(answer) => return answer,
            Step::Wait => {}
            Step::Fetch => {
                let under_way = UnderWay { set: set.clone(), now, got: None };
                self.tasks.spawn_until_end(under_way.run(self.client.clone(), address.to_owned()));
            }
        }
        let mut news = set.subscribe();
        let set = news.wait_for(|set| !set.fetching).await.map_err(|_| TokenError::KeysUnavailable)?;
        set.answer(kid, now)
    }
}

impl Set {
    fn step(&self, kid: &str, now: Timestamp) -> Step {
        let fresh = self.kept.as_ref().is_some_and(|(at, _)| passed(*at, now) < FRESH_S);
        let answer = self.answer(kid, now);
        let wait = match self.tried {
            None => false,
            Some((at, true)) => passed(at, now) < PAUSE_S,
            Some((at, false)) => passed(at, now) < FAILED_PAUSE_S,
        };
        if answer.is_ok() && (fresh || wait || self.fetching) {
            Step::Answer(answer)
        } else if self.fetching {
            Step::Wait
        } else if wait {
            Step::Answer(answer)
        } else {
            Step::Fetch
        }
    }

    /// What is known now, without asking again.
    fn answer(&self, kid: &str, now: Timestamp) -> Result<Arc<[PublicKey]>, TokenError> {
        let kept = self.kept.as_ref().filter(|(at, _)| passed(*at, now) < KEPT_S);
        match kept {
            Some((_, keys)) if keys.iter().any(|key| key.kid() == Some(kid)) => Ok(Arc::clone(keys)),
            _ if matches!(self.tried, Some((_, true))) => Err(TokenError::UnknownKey),
            _ => Err(TokenError::KeysUnavailable),
        }
    }
}

/// A fetch. However it ends, those who wait hear of it.
struct UnderWay {
    set: watch::Sender<Set>,
    now: Timestamp,
    got: Option<Vec<PublicKey>>,
}

impl UnderWay {
    async fn run(mut self, client: reqwest::Client, address: String) {
        match fetch::keys(&client, &address).await {
            Ok(keys) => self.got = Some(keys),
            Err(error) => tracing::warn!(%address, %error, "issuer's keys could not be fetched"),
        }
    }
}

impl Drop for UnderWay {
    fn drop(&mut self) {
        let got = self.got.take();
        self.set.send_modify(|set| {
            set.fetching = false;
            set.tried = Some((self.now, got.is_some()));
            if let Some(keys) = got {
                set.kept = Some((self.now, keys.into()));
            }
        });
    }
}

/// Seconds from `then` to `now`.
fn passed(then: Timestamp, now: Timestamp) -> i64 {
    now.duration_since(then).as_secs()
}
