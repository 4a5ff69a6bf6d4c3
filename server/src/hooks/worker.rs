//! One task per hook: sends what is due, a few builds at a time.

use std::collections::HashSet;
use std::time::Duration;

use jiff::{SignedDuration, Timestamp};
use tokio::sync::mpsc;

use super::attempt::{ANSWER_WITHIN, Answer};
use super::{Hooks, LOOK_EVERY, schedule};
use crate::random;
use crate::store::{Claimed, DeliveryState, HookRow, Outcome, StoreError};

/// Deliveries to one hook that are under way at once, each of another build.
const AT_ONCE: usize = 8;
/// How long a delivery is ours: longer than an attempt and the noting of its outcome take.
const LEASE: SignedDuration = SignedDuration::from_secs(2 * ANSWER_WITHIN.as_secs() as i64);
/// How long to wait after the store has failed.
const RETRY: SignedDuration = SignedDuration::from_secs(1);
/// How long attempts under way may take when the server stops.
const LAST_ATTEMPTS: Duration = Duration::from_secs(2);

impl Hooks {
    pub(super) fn start_worker(&self, id: String) {
        let hooks = self.clone();
        self.0.lifetime.spawn(async move { hooks.work(id).await });
    }

    async fn work(self, id: String) {
        let lease = random::id("l");
        let mut news = self.0.news.subscribe();
        let (done, mut ended) = mpsc::channel(AT_ONCE);
        // Known here as well: where the clock jumps, a lease is over while its attempt goes on.
        let mut ours = HashSet::new();
        loop {
            news.mark_unchanged();
            let now = self.0.clock.now();
            let room = AT_ONCE.saturating_sub(ours.len());
            let next = match self.take(&id, &lease, room, now).await {
                Ok(Some((hook, mut claimed, next))) => {
                    claimed.retain(|one| ours.insert(one.event.clone()));
                    for one in claimed {
                        self.start_delivery(hook.clone(), one, done.clone());
                    }
                    next
                }
                Ok(None) => break,
                Err(error) => {
                    tracing::warn!(hook = id, %error, "deliveries not read; trying again");
                    now.checked_add(RETRY).ok()
                }
            };
            tokio::select! {
                Some(event) = ended.recv() => {
                    ours.remove(&event);
                }
                _ = news.changed() => {}
                () = self.0.clock.sleep_until(next.unwrap_or(Timestamp::MAX)), if room > 0 => {}
                () = tokio::time::sleep(LOOK_EVERY) => {}
                () = self.0.lifetime.ending() => break,
            }
        }
        drop(done);
        // They end by themselves when the server stops; of a hook that is gone nobody minds the outcome.
        let _ =
            tokio::time::timeout(2 * LAST_ATTEMPTS, async { while ended.recv().await.is_some() {} }).await;
        // Whoever comes next sends at once what was broken off.
        if let Err(error) = self.0.store.release_deliveries(&lease).await {
            tracing::debug!(hook = id, %error, "leases not given up");
        }
        self.working().remove(&id);
    }

    /// Sends one in a task of its own, and passes its event to `done`. It must go on while the worker waits for the
    /// store: it may have just got its turn there, and the worker be next.
    fn start_delivery(&self, hook: HookRow, claimed: Claimed, done: mpsc::Sender<String>) {
        let hooks = self.clone();
        let place = Place { event: claimed.event.clone(), done };
        self.0.lifetime.spawn(async move {
            let _place = place;
            let last = async {
                hooks.0.lifetime.ending().await;
                tokio::time::sleep(LAST_ATTEMPTS).await;
            };
            tokio::select! {
                () = hooks.deliver(&hook, &claimed) => {}
                () = last => {}
            }
        });
    }

    /// Claims what is due, and says when to look again; `None` where the hook is gone.
    async fn take(
        &self,
        id: &str,
        lease: &str,
        room: usize,
        now: Timestamp,
    ) -> Result<Option<(HookRow, Vec<Claimed>, Option<Timestamp>)>, StoreError> {
        let Some(hook) = self.0.store.hook(id).await? else { return Ok(None) };
        if hook.disabled_at.is_some() {
            return Ok(Some((hook, Vec::new(), None)));
        }
        let claimed = match room {
            0 => Vec::new(),
            room => self.0.store.claim_deliveries(id, lease, now, LEASE, room).await?,
        };
        let next = self.0.store.next_delivery(id).await?;
        Ok(Some((hook, claimed, next)))
    }

    /// Sends one, and has on record what came of it.
    async fn deliver(&self, hook: &HookRow, claimed: &Claimed) {
        let now = self.0.clock.now();
        let answer = match self.terms(hook).await {
            Ok((client, secrets)) => client.send(&hook.url, &secrets, claimed, now).await,
            Err(error) => {
                tracing::error!(hook = hook.id, %error, "no secrets for a hook");
                Answer::Failed("its secrets cannot be read".to_owned())
            }
        };
        let at = self.0.clock.now();
        let tries = claimed.tries.saturating_add(1);
        let outcome = outcome(&answer, tries, at);
        let (event, state) = (&claimed.event, outcome.state.name());
        match outcome.state {
            DeliveryState::Delivered => tracing::debug!(hook = hook.id, event, tries, "event delivered"),
            _ => tracing::warn!(
                hook = hook.id,
                event,
                tries,
                state,
                why = outcome.error,
                "event not delivered"
            ),
        }
        if let Err(error) = self.note(hook, claimed, at, &answer, &outcome).await {
            // Its lease runs out, and it is sent again: the receiver knows it by its id.
            tracing::warn!(hook = hook.id, event, %error, "outcome of a delivery not noted");
        }
    }

    async fn note(
        &self,
        hook: &HookRow,
        claimed: &Claimed,
        at: Timestamp,
        answer: &Answer,
        outcome: &Outcome,
    ) -> Result<(), StoreError> {
        if *answer == Answer::Gone {
            tracing::warn!(hook = hook.id, "the hook answered that it is gone; it is disabled");
            self.0.store.disable_hook(&hook.id, Some(at)).await?;
        }
        self.0.store.finish_delivery(&hook.id, claimed, at, outcome).await.map(drop)
    }
}

/// One of a hook's deliveries that are under way, until its task ends, however it does.
struct Place {
    event: String,
    done: mpsc::Sender<String>,
}

impl Drop for Place {
    fn drop(&mut self) {
        // There is room for as many as are under way.
        let _ = self.done.try_send(std::mem::take(&mut self.event));
    }
}

fn outcome(answer: &Answer, tries: u32, now: Timestamp) -> Outcome {
    let (status, error) = match answer {
        Answer::Taken(status) => {
            let state = DeliveryState::Delivered;
            return Outcome { state, next_at: now, status: Some(*status), error: String::new() };
        }
        Answer::Gone => (Some(410), "it answered that it is gone".to_owned()),
        Answer::Refused(status) => (Some(*status), format!("it answered with status {status}")),
        Answer::Failed(why) => (None, why.clone()),
    };
    let mut chance = [0];
    random::fill(&mut chance);
    let again = schedule::again(tries, now, chance[0]).filter(|_| *answer != Answer::Gone);
    let state = if again.is_some() { DeliveryState::Pending } else { DeliveryState::Failed };
    Outcome { state, next_at: again.unwrap_or(now), status, error }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_delivery_that_panics_gives_its_place_back() {
        let (done, mut ended) = mpsc::channel(1);
        let place = Place { event: "e1".into(), done };
        let lifetime = crate::lifetime::Lifetime::default();
        lifetime.spawn(async move {
            let _place = place;
            panic!("in a delivery");
        });
        assert_eq!(ended.recv().await.as_deref(), Some("e1"));
        assert_eq!(ended.recv().await, None);
    }
}
