//! Who was sent away: by name, at once, and a guest for good.
//!
//! A guest is who redeemed a link: whoever is removed has no way back with what they were given, but a link that
//! still works lets anybody in who has it, as a new guest. One of the CI's people is sent away as they are here
//! now; whether they may come back is for the CI to say.

use std::collections::BTreeMap;

use serde_json::json;
use tokio::sync::{oneshot, watch};
use transom_protocol::problem::Problem;

use super::journal::Outcome;
use super::keeper::RETRY;
use super::{Actor, Door, Entry, Refused};
use crate::access::{BuildId, Capability, Grant};
use crate::session::Session;
use crate::session::seat::{By, ControlRefusal, Handed, Host, Seat, Standing, may_remove};

/// Who was removed from a build, as far as this node knows.
#[derive(Debug, Clone, Default)]
pub struct Removals {
    /// Goes up with each of them.
    count: u64,
    of: BTreeMap<String, Removal>,
}

#[derive(Debug, Clone)]
struct Removal {
    by: String,
    number: u64,
}

impl Removals {
    /// How many there were: whoever comes now is not concerned by these, unless they are a guest.
    #[must_use]
    pub fn count(&self) -> u64 {
        self.count
    }

    fn add(&mut self, sub: &str, by: &str) {
        self.count += 1;
        self.of.insert(sub.to_owned(), Removal { by: by.to_owned(), number: self.count });
    }

    /// Whether the holder of `grant`, who came after `count` removals, has to go.
    ///
    /// # Errors
    /// [`Problem::Removed`].
    pub fn check(&self, grant: &Grant, count: u64) -> Result<(), Refused> {
        match self.of.get(&grant.person.sub) {
            Some(removal) if grant.share.is_some() || removal.number > count => {
                Err(Refused::because(Problem::Removed, format!("{} removed you.", removal.by)))
            }
            _ => Ok(()),
        }
    }
}

/// What a removal did.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Removed {
    /// How many connections it cut, at this server.
    pub disconnected: usize,
    /// The link that a guest came by.
    pub share: Option<String>,
}

impl Entry {
    /// Tells whenever somebody is removed.
    #[must_use]
    pub fn removals(&self) -> watch::Receiver<Removals> {
        self.removed.subscribe()
    }
}

impl Door {
    /// What a grant allows its holder among the others; `may_control` is for the session in question.
    #[must_use]
    pub fn standing(&self, entry: &Entry, grant: &Grant, may_control: bool) -> Standing {
        let host = grant.share.as_ref().map(|id| {
            let shares = self.known_shares(entry);
            let made = shares.iter().find(|listed| listed.share.id == *id);
            let maker = made.map(|listed| listed.share.maker.sub.clone()).unwrap_or_default();
            Host { share: id.clone(), maker }
        });
        let may_remove = host.is_none() && grant.capabilities.contains(Capability::AccessEnd);
        Standing { may_control, may_remove, host }
    }

    /// Removes whoever looks at a session as the viewer `id` from all of the build's sessions, in all of their
    /// tabs. `grant` is that of a person, who has to be allowed to.
    ///
    /// # Errors
    /// [`Problem::NotFound`] where there is no such viewer, [`Problem::Forbidden`], [`Problem::StoreUnavailable`]
    /// where a guest is out but that could not be recorded.
    pub async fn remove_viewer(
        &self,
        session: &Session,
        id: &str,
        grant: Option<&Grant>,
        actor: &Actor,
    ) -> Result<Removed, Refused> {
        let (build, action) = (&session.build, "viewer.remove");
        let entry = self.entry(build).await?;
        let standing = grant.map(|grant| self.standing(&entry, grant, false));
        let found = session.with_seats(|seats| {
            let seat = seats.seat(id).ok_or_else(unknown)?;
            match grant.zip(standing.as_ref()) {
                Some((grant, standing)) if !may_remove(&grant.person.sub, standing, seat) => {
                    let why = format!("You may not remove {}.", seat.person.name);
                    Err(Refused::because(Problem::Forbidden, why))
                }
                _ => Ok(seat.clone()),
            }
        });
        let seat: Seat = self.denied(Some(build), actor, action, found).await?;
        let (sub, by) = (&seat.person.sub, grant.map_or("The CI", |grant| &grant.person.name));
        let sessions = self.0.registry.all_of(build);
        // Counted before they are told to go: those are gone at once.
        let disconnected = sessions.iter().map(|session| session.remove(sub)).sum();
        entry.removed.send_modify(|removed| removed.add(sub, by));
        // What a renewal on its way has given back meanwhile.
        sessions.iter().for_each(|session| {
            session.remove(sub);
        });
        let share = seat.standing.host.map(|host| host.share);
        let detail = json!({
            "session": session.id, "viewer": id, "removed": seat.person, "share": share,
            "disconnected": disconnected,
        });
        let guest = share.is_some().then(|| (sub.clone(), by.to_owned()));
        let (tell, outcome) = oneshot::channel();
        let (door, build, actor) = (self.clone(), build.clone(), actor.clone());
        // Not in the request, which ends with whoever made it: who is out by memory alone comes back after a restart.
        self.0.lifetime.spawn(async move {
            let mut tell = Some(tell);
            if let Some((sub, by)) = guest {
                door.record_removal(&build, &sub, &by, &mut tell).await;
            }
            let _ = door.note(Some(&build), &actor, action, Outcome::Ended, detail).await;
            if let Some(tell) = tell {
                let _ = tell.send(Ok(()));
            }
        });
        outcome.await.unwrap_or(Err(Problem::Internal.into())).map(|()| Removed { disconnected, share })
    }

    /// Records that a guest is out, and tries again until that is done or the server ends. Whoever waits is told where
    /// the first attempt fails.
    async fn record_removal(
        &self,
        build: &BuildId,
        sub: &str,
        by: &str,
        tell: &mut Option<oneshot::Sender<Result<(), Refused>>>,
    ) {
        while let Err(error) = self.0.store.remove_guest(build, sub, by, self.now()).await {
            let refused = Refused::from(error);
            if let Some(tell) = tell.take() {
                let _ = tell.send(Err(refused));
            }
            if self.0.lifetime.is_ending() {
                return;
            }
            tokio::select! {
                () = tokio::time::sleep(RETRY.unsigned_abs()) => {}
                () = self.0.lifetime.ending() => {}
            }
        }
    }

    /// Hands control of a session to one of its viewers. `grant` and `may_control` are those of a person, who has to
    /// be allowed to.
    ///
    /// # Errors
    /// [`Problem::NotFound`] where there is no such viewer, [`Problem::Forbidden`] where another controls it,
    /// [`Problem::Conflict`] where that viewer may look only, or control is shared.
    pub async fn hand_control(
        &self,
        session: &Session,
        to: &str,
        grant: Option<(&Grant, bool)>,
        actor: &Actor,
    ) -> Result<(), Refused> {
        let entry = self.entry(&session.build).await?;
        let standing = grant.map(|(grant, may_control)| self.standing(&entry, grant, may_control));
        let by = match grant.zip(standing.as_ref()) {
            Some(((grant, _), standing)) => By::Person { sub: &grant.person.sub, standing },
            None => By::Service,
        };
        let handed = session.hand_control(by, to).map_err(|refusal| {
            let problem = match refusal {
                ControlRefusal::Unknown => Problem::NotFound,
                ControlRefusal::Theirs(_) => Problem::Forbidden,
                ControlRefusal::LooksOnly(_) | ControlRefusal::Shared => Problem::Conflict,
            };
            Refused::because(problem, refusal.sentence())
        });
        let handed = self.denied(Some(&session.build), actor, "control.give", handed).await?;
        self.note_control(session, actor, &handed).await;
        Ok(())
    }

    /// Control of a session has changed hands.
    pub(crate) async fn note_control(&self, session: &Session, actor: &Actor, handed: &Handed) {
        let action = if actor.is(&handed.to) { "control.take" } else { "control.give" };
        if !handed.is_news() {
            return;
        }
        let detail = json!({ "session": session.id, "from": handed.from, "to": handed.to });
        let _ = self.note(Some(&session.build), actor, action, Outcome::Allowed, detail).await;
    }

    /// Learns which guests were removed, perhaps on another node, or before this one was started.
    pub(super) async fn read_removals(&self, entry: &Entry) -> Result<(), Refused> {
        let guests = self.0.store.removed_guests(&entry.record().id).await?;
        entry.removed.send_if_modified(|removed| {
            let before = removed.of.len();
            for (sub, by) in guests {
                if !removed.of.contains_key(&sub) {
                    removed.add(&sub, &by);
                }
            }
            removed.of.len() > before
        });
        Ok(())
    }
}

fn unknown() -> Refused {
    Refused::because(Problem::NotFound, ControlRefusal::Unknown.sentence())
}
