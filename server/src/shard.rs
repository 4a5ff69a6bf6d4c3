//! Threads for sessions: each runs a runtime of its own, and a session stays on one.
//!
//! The machine's connection, the session's writer and the sockets of its viewers are polled by the
//! same thread, so a keystroke and its echo cross none. Everything else (requests, the store, the
//! keepers) runs on the runtime that the server was started on; what computes for long runs on
//! [`tokio::task::spawn_blocking`]'s threads, and on those in the [`Background`] where nobody waits for it.

mod background;
mod roaming;

use std::future::Future;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;

use tokio::runtime::{Builder, Handle, Runtime};
use tokio::sync::oneshot;

use crate::lifetime::Lifetime;

pub use background::Background;
pub use roaming::Roaming;

/// How many tasks a shard polls before it looks at its sockets again. Few: while one session floods,
/// a keystroke of another waits for so many polls.
const POLLS_BETWEEN_LOOKS: u32 = 13;

/// All shards of a server. Cheap to clone; the threads end when the last clone is dropped.
#[derive(Debug, Clone)]
pub struct Shards(Arc<Inner>);

#[derive(Debug)]
struct Inner {
    shards: Vec<Shard>,
    background: Background,
    turn: AtomicUsize,
    /// Dropped with the last clone, which ends the threads.
    _running: Vec<oneshot::Sender<()>>,
}

/// One thread with its runtime.
#[derive(Debug, Clone)]
pub struct Shard {
    handle: Handle,
    background: Background,
}

impl Shards {
    /// One shard for each processor.
    ///
    /// # Errors
    /// Where the system gives no thread or no event queue.
    pub fn start() -> std::io::Result<Self> {
        let count = thread::available_parallelism().map_or(1, usize::from);
        let behind = background::runtime(count)?;
        let background = Background::of(behind.handle());
        let (mut shards, mut running) = (Vec::new(), vec![keep("background".into(), behind)?]);
        for number in 0..count {
            let runtime =
                Builder::new_current_thread().enable_all().event_interval(POLLS_BETWEEN_LOOKS).build()?;
            shards.push(Shard { handle: runtime.handle().clone(), background: background.clone() });
            running.push(keep(format!("sessions-{number}"), runtime)?);
        }
        Ok(Self(Arc::new(Inner { shards, background, turn: AtomicUsize::new(0), _running: running })))
    }

    /// Where work goes that nobody waits for.
    #[must_use]
    pub fn background(&self) -> Background {
        self.0.background.clone()
    }

    /// The shard for the next session: each in turn.
    #[must_use]
    pub fn next(&self) -> Shard {
        let turn = self.0.turn.fetch_add(1, Ordering::Relaxed);
        let shard = self.0.shards.get(turn % self.0.shards.len().max(1));
        shard.cloned().unwrap_or_else(|| Shard { handle: Handle::current(), background: self.background() })
    }
}

/// Runs `runtime` on a thread of this name until what is returned is dropped.
fn keep(name: String, runtime: Runtime) -> std::io::Result<oneshot::Sender<()>> {
    let (alive, ended) = oneshot::channel::<()>();
    thread::Builder::new().name(name).spawn(move || {
        let _ = runtime.block_on(ended);
        runtime.shutdown_background();
    })?;
    Ok(alive)
}

impl Shard {
    /// Its runtime.
    #[must_use]
    pub fn handle(&self) -> &Handle {
        &self.handle
    }

    /// Where work of its sessions goes that nobody waits for.
    #[must_use]
    pub fn background(&self) -> &Background {
        &self.background
    }

    /// Runs `work` on this shard, as a task of `lifetime`, and waits for it; `None` where the server is
    /// ending. Work that nobody waits for any more is dropped.
    pub async fn run<T: Send + 'static>(
        &self,
        lifetime: &Lifetime,
        work: impl Future<Output = T> + Send + 'static,
    ) -> Option<T> {
        let (mut answer, answered) = oneshot::channel();
        lifetime.spawn_on(&self.handle, async move {
            let result = tokio::select! {
                biased;
                () = answer.closed() => return,
                result = work => result,
            };
            let _ = answer.send(result);
        });
        answered.await.ok()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn work_runs_on_the_shard_and_its_result_comes_back() {
        let shards = Shards::start().unwrap();
        let shard = shards.next();
        let there = shard.run(&Lifetime::default(), async { Handle::current().id() }).await.unwrap();
        assert_eq!(there, shard.handle().id());
        assert_ne!(there, Handle::current().id());
    }

    #[tokio::test]
    async fn dropped_shards_drop_their_tasks() {
        let shards = Shards::start().unwrap();
        let (held, dropped) = oneshot::channel::<()>();
        let shard = shards.next();
        shard.handle().spawn(async move {
            let _held = held;
            std::future::pending::<()>().await;
        });
        drop((shards, shard));
        assert!(dropped.await.is_err());
    }
}
