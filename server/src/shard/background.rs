//! Threads for work that nobody waits for: emulators behind logs, recordings.
//!
//! Few, and with less of the processors than everybody else: where these are busy, a keystroke comes first, and a flood
//! waits for its recorder. Few threads also keep to few of the allocator's arenas, whose memory is not given back.

use std::io;

use rustix::process::{getpriority_process, setpriority_process};
use tokio::runtime::{Builder, Handle, Runtime};
use tokio::task::JoinHandle;

/// How much everybody else goes before them, as `nice` has it.
const NICE: i32 = 10;

/// Where that work goes. Cheap to clone.
#[derive(Debug, Clone)]
pub struct Background(Handle);

impl Background {
    /// So many of its threads may hang with a disk; there are others.
    pub const MAY_HANG: usize = 4;

    /// The one of a runtime that [`runtime`] made.
    pub(super) fn of(runtime: &Handle) -> Self {
        Self(runtime.clone())
    }

    /// Does `work` when there is a thread for it.
    pub fn run<T: Send + 'static>(&self, work: impl FnOnce() -> T + Send + 'static) -> JoinHandle<T> {
        self.0.spawn_blocking(work)
    }
}

/// A runtime for blocking work alone, with a thread for each of `processors` whatever hangs.
pub(super) fn runtime(processors: usize) -> io::Result<Runtime> {
    Builder::new_current_thread()
        .max_blocking_threads(Background::MAY_HANG + processors)
        .on_thread_start(|| {
            // Where the system does not let us, the work is done all the same.
            let set = getpriority_process(None).and_then(|own| setpriority_process(None, own.max(NICE)));
            if let Err(error) = set {
                tracing::debug!(%error, "the background is as busy as everybody else");
            }
        })
        .build()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn its_threads_give_way_and_no_others_do() {
        let nice = || getpriority_process(None).unwrap();
        let before = nice();
        let runtime = runtime(1).unwrap();
        let behind = Background::of(runtime.handle()).run(nice).await.unwrap();
        assert_eq!((behind, nice()), (before.max(NICE), before));
        runtime.shutdown_background();
    }
}
