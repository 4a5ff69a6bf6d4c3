//! Every session of this node, by id and by build.

#[cfg(test)]
mod tests;

use std::collections::BTreeMap;
use std::future::Future;
use std::panic::AssertUnwindSafe;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use futures_util::FutureExt as _;
use transom_protocol::problem::Problem;
use transom_protocol::wire::{Family, Size};

use super::desktop::DesktopSession;
use super::terminal::TerminalSession;
use super::{Ending, Opening, Phase, Session};
use crate::access::BuildId;
use crate::backend::{Backend, Desktop, Line, Target, Terminal};
use crate::lifetime::Lifetime;
use crate::shard::{Shard, Shards};

/// How long a session that is over stays visible, so that a viewer whose connection had just
/// dropped still learns how it ended.
const REMEMBERED: Duration = Duration::from_secs(60);

/// Every session of this node. Cheap to clone.
#[derive(Debug, Clone)]
pub struct Registry {
    sessions: Arc<Mutex<BTreeMap<String, Arc<Session>>>>,
    lifetime: Lifetime,
    shards: Shards,
    per_build: usize,
    scrollback_bytes: usize,
}

/// A line to a machine that waits for its session, and the shard that it lives on.
pub struct Spare {
    /// The line.
    pub line: Box<dyn Line<Terminal>>,
    /// Where it was made: its session runs there too.
    pub shard: Shard,
}

impl Registry {
    /// An empty registry whose sessions run on `lifetime`, each on one of `shards`.
    #[must_use]
    pub fn new(lifetime: Lifetime, shards: Shards, per_build: usize, scrollback_bytes: usize) -> Self {
        Self { sessions: Arc::default(), lifetime, shards, per_build, scrollback_bytes }
    }

    /// The threads that sessions run on.
    #[must_use]
    pub fn shards(&self) -> &Shards {
        &self.shards
    }

    /// Starts a terminal of this size, over `spare` where there is one. It is opening until the machine has
    /// answered.
    ///
    /// # Errors
    /// [`Problem::TooMany`] at the limit of the build; [`Problem::Restarting`] while the server ends.
    pub fn open(
        &self,
        opening: Opening,
        size: Size,
        backend: Arc<dyn Backend<Terminal>>,
        target: Target,
        spare: Option<Spare>,
    ) -> Result<Arc<Session>, Problem> {
        let (line, shard) = match spare {
            Some(Spare { line, shard }) => (Some(line), shard),
            None => (None, self.shards.next()),
        };
        let (session, writer) = self.admit(&opening.build.clone(), opening.max_sessions, |_| {
            let (session, writer) = TerminalSession::new(opening, size, shard, self.scrollback_bytes);
            Ok((Arc::clone(session.session()), writer))
        })?;
        self.run(&session, writer.write(backend, target, line));
        Ok(session)
    }

    /// Starts a desktop, or leads to the one that is open: a machine has one. It is opening until the machine has
    /// answered.
    ///
    /// # Errors
    /// As [`Registry::open`].
    pub fn open_desktop(
        &self,
        opening: Opening,
        backend: Arc<dyn Backend<Desktop>>,
        target: Target,
    ) -> Result<Arc<Session>, Problem> {
        let (build, machine, shard) = (opening.build.clone(), opening.machine, self.shards.next());
        let (most, mut started) = (opening.max_sessions, None);
        let (session, ()) = self.admit(&build, most, |sessions| {
            if let Some(open) = desktop_among(sessions, &build, machine) {
                return Ok((open, ()));
            }
            let (session, writer) = DesktopSession::new(opening, shard)?;
            started = Some(writer);
            Ok((Arc::clone(session.session()), ()))
        })?;
        if let Some(writer) = started {
            self.run(&session, writer.write(backend, target));
        }
        Ok(session)
    }

    /// Makes a session and keeps it, where the build may have one more.
    fn admit<W>(
        &self,
        build: &BuildId,
        most: Option<u32>,
        new: impl FnOnce(&BTreeMap<String, Arc<Session>>) -> Result<(Arc<Session>, W), Problem>,
    ) -> Result<(Arc<Session>, W), Problem> {
        if self.lifetime.is_ending() {
            return Err(Problem::Restarting);
        }
        let mut sessions = self.sessions();
        let live = |s: &&Arc<Session>| s.build == *build && !matches!(s.phase(), Phase::Ended(_));
        let most = most.map_or(self.per_build, |most| self.per_build.min(most as usize));
        if sessions.values().filter(live).count() >= most {
            return Err(Problem::TooMany);
        }
        let (session, writer) = new(&sessions)?;
        sessions.insert(session.id.clone(), Arc::clone(&session));
        Ok((session, writer))
    }

    /// Runs a session's writer on its shard.
    fn run(&self, session: &Arc<Session>, writing: impl Future<Output = ()> + Send + 'static) {
        session.tell();
        let (registry, id, written) = (self.clone(), session.id.clone(), Arc::clone(session));
        self.lifetime.spawn_on(session.shard.handle(), async move {
            // Its writer panicked: nobody is left waiting for it.
            if AssertUnwindSafe(writing).catch_unwind().await.is_err() {
                written.set_phase(Phase::Ended(Ending::Closed(Problem::Internal)));
            }
            registry.lifetime.clone().spawn_until_end(registry.forget_later(id));
        });
    }

    async fn forget_later(self, id: String) {
        tokio::time::sleep(REMEMBERED).await;
        let gone = self.sessions().remove(&id);
        if let Some(session) = gone {
            session.tell();
        }
    }

    /// The session, if it belongs to `build`. Ids are no secrets, so the build always counts.
    #[must_use]
    pub fn of_build(&self, build: &BuildId, id: &str) -> Option<Arc<Session>> {
        self.sessions().get(id).filter(|s| s.build == *build).cloned()
    }

    /// The session, whatever its build: for those who may act on every build.
    #[must_use]
    pub fn get(&self, id: &str) -> Option<Arc<Session>> {
        self.sessions().get(id).cloned()
    }

    /// All sessions of `build`, oldest first.
    #[must_use]
    pub fn all_of(&self, build: &BuildId) -> Vec<Arc<Session>> {
        let mut all: Vec<_> = self.sessions().values().filter(|s| s.build == *build).cloned().collect();
        all.sort_by_key(|s| s.opened_at);
        all
    }

    /// The desktop of `build`'s machine, as of its registration `machine`, while it is open.
    #[must_use]
    pub fn desktop_of(&self, build: &BuildId, machine: u64) -> Option<Arc<Session>> {
        desktop_among(&self.sessions(), build, machine)
    }

    /// Every session.
    #[must_use]
    pub fn all(&self) -> Vec<Arc<Session>> {
        self.sessions().values().cloned().collect()
    }

    /// Closes every session of `build` and forgets them.
    pub fn close_all_of(&self, build: &BuildId, why: Problem) {
        for session in self.all_of(build) {
            session.close(why);
        }
    }

    fn sessions(&self) -> MutexGuard<'_, BTreeMap<String, Arc<Session>>> {
        self.sessions.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn desktop_among(
    sessions: &BTreeMap<String, Arc<Session>>,
    build: &BuildId,
    machine: u64,
) -> Option<Arc<Session>> {
    let is_open = |s: &&Arc<Session>| {
        s.build == *build
            && s.machine == machine
            && s.family() == Family::Desktop
            && !matches!(s.phase(), Phase::Ended(_))
    };
    sessions.values().find(is_open).cloned()
}
