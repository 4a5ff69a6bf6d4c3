//! Tasks that can be ended and waited for. No task runs outside a [`Lifetime`].

use std::future::Future;
use std::time::Duration;

use tokio::runtime::Handle;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

/// Owns a group of tasks: ends them together and waits until the last has gone.
#[derive(Debug, Clone, Default)]
pub struct Lifetime {
    tasks: TaskTracker,
    ending: CancellationToken,
}

impl Lifetime {
    /// Runs `task` to its end. It should return soon after [`Lifetime::ending`] resolves.
    pub fn spawn<F>(&self, task: F)
    where
        F: Future<Output = ()> + Send + 'static,
    {
        self.tasks.spawn(task);
    }

    /// The same on another runtime.
    pub fn spawn_on<F>(&self, runtime: &Handle, task: F)
    where
        F: Future<Output = ()> + Send + 'static,
    {
        self.tasks.spawn_on(task, runtime);
    }

    /// Runs `task` until its end or until the lifetime ends, whichever comes first.
    pub fn spawn_until_end<F>(&self, task: F)
    where
        F: Future<Output = ()> + Send + 'static,
    {
        let ending = self.ending.clone();
        self.tasks.spawn(async move {
            tokio::select! {
                () = ending.cancelled() => {}
                () = task => {}
            }
        });
    }

    /// Resolves when the tasks are asked to end.
    pub async fn ending(&self) {
        self.ending.cancelled().await;
    }

    /// Whether the tasks have been asked to end.
    #[must_use]
    pub fn is_ending(&self) -> bool {
        self.ending.is_cancelled()
    }

    /// How many tasks run.
    #[must_use]
    pub fn tasks(&self) -> usize {
        self.tasks.len()
    }

    /// Asks every task to end.
    pub fn end(&self) {
        self.ending.cancel();
        self.tasks.close();
    }

    /// Asks every task to end and waits for `grace` at most; returns how many are left.
    pub async fn drain(&self, grace: Duration) -> usize {
        self.end();
        let _ = tokio::time::timeout(grace, self.tasks.wait()).await;
        self.tasks.len()
    }
}
