//! Every session of this node, by id and by build.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use transom_protocol::problem::Problem;

use super::{Opening, Phase, Session};
use crate::access::BuildId;
use crate::backend::{Backend, Line, Target, Terminal};
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

    /// Starts a session, over `spare` where there is one. It is opening until the machine has answered.
    ///
    /// # Errors
    /// [`Problem::TooMany`] at the limit of the build; [`Problem::Restarting`] while the server ends.
    pub fn open(
        &self,
        opening: Opening,
        backend: Arc<dyn Backend<Terminal>>,
        target: Target,
        spare: Option<Spare>,
    ) -> Result<Arc<Session>, Problem> {
        if self.lifetime.is_ending() {
            return Err(Problem::Restarting);
        }
        let (session, writer, line) = {
            let mut sessions = self.sessions();
            let live = |s: &&Arc<Session>| s.build == opening.build && !matches!(s.phase(), Phase::Ended(_));
            if sessions.values().filter(live).count() >= self.per_build {
                return Err(Problem::TooMany);
            }
            let (line, shard) = match spare {
                Some(Spare { line, shard }) => (Some(line), shard),
                None => (None, self.shards.next()),
            };
            let (session, writer) = Session::new(opening, shard, self.scrollback_bytes);
            sessions.insert(session.id.clone(), Arc::clone(&session));
            (session, writer, line)
        };
        session.tell();
        let (registry, id) = (self.clone(), session.id.clone());
        let shard = session.shard.handle().clone();
        self.lifetime.spawn_on(&shard, async move {
            writer.write(backend, target, line).await;
            registry.lifetime.clone().spawn_until_end(registry.forget_later(id));
        });
        Ok(session)
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
