//! The real server on a free port, with a clock that the test moves, and a CI that talks to it.

use std::ops::Deref;
use std::sync::Arc;
use std::time::Duration;

use jiff::{SignedDuration, Timestamp};
use tokio::task::JoinHandle;
use transom_server::Server;
use transom_server::clock::Clock;
use transom_server::config::{Config, Environment};

use crate::ci::Ci;
use crate::settings::Settings;

/// When every moved clock starts.
pub const START: &str = "2026-01-01T00:00:00Z";

/// A running server.
pub struct Front {
    /// The server itself, to look behind it.
    pub server: Arc<Server>,
    ci: Ci,
    serving: JoinHandle<()>,
    settings: Settings,
}

impl Deref for Front {
    type Target = Ci;

    fn deref(&self) -> &Ci {
        &self.ci
    }
}

impl Front {
    /// A server with a clock that stands still at [`START`].
    ///
    /// # Errors
    /// Where it does not start.
    pub async fn start() -> anyhow::Result<Self> {
        Self::start_with(Clock::moved(START.parse()?), "").await
    }

    /// The same where everybody who may control a session does.
    ///
    /// # Errors
    /// Where it does not start.
    pub async fn shared() -> anyhow::Result<Self> {
        Self::start_with(Clock::moved(START.parse()?), "[policy]\ncontrol = \"shared\"\n").await
    }

    /// A server with the system's clock.
    ///
    /// # Errors
    /// Where it does not start.
    pub async fn real() -> anyhow::Result<Self> {
        Self::start_with(Clock::system(), "").await
    }

    /// A server with more lines for its configuration.
    ///
    /// # Errors
    /// Where it does not start.
    pub async fn start_with(clock: Clock, more: &str) -> anyhow::Result<Self> {
        Self::start_in(tempfile::tempdir()?, clock, more).await
    }

    /// A server that keeps its files in `dir`.
    ///
    /// # Errors
    /// Where it does not start.
    pub async fn start_in(dir: tempfile::TempDir, clock: Clock, more: &str) -> anyhow::Result<Self> {
        Self::with_settings(Settings::write_in(dir, more)?, clock).await
    }

    async fn with_settings(settings: Settings, clock: Clock) -> anyhow::Result<Self> {
        let config = Config::load(&settings.file(), &Environment::from_iter([] as [(&str, &str); 0]))?;
        let server = Arc::new(Server::new(config, clock.clone()).await?);
        let listener = server.listen()?;
        let serving = {
            let server = Arc::clone(&server);
            #[expect(clippy::disallowed_methods, reason = "the server's own lifetimes are under test")]
            tokio::spawn(async move { server.serve(listener).await })
        };
        let ci = Ci::new(&settings, clock)?;
        Ok(Self { server, ci, serving, settings })
    }

    /// One more server on the same store, with the same clock.
    ///
    /// # Errors
    /// Where it does not start.
    pub async fn beside(&self) -> anyhow::Result<Self> {
        Self::with_settings(self.settings.beside()?, self.ci.clock.clone()).await
    }

    /// Stops the server and starts another on the same store, as a restart does.
    ///
    /// # Errors
    /// Where it does not start.
    pub async fn restart(self) -> anyhow::Result<Self> {
        self.server.drain(Duration::from_secs(5)).await;
        self.serving.await?;
        drop(self.server);
        Self::with_settings(self.settings, self.ci.clock).await
    }

    /// Stops the server.
    pub async fn stop(&self) {
        self.server.drain(Duration::from_secs(5)).await;
    }

    /// Where its files are.
    #[must_use]
    pub fn dir(&self) -> &std::path::Path {
        self.settings.dir()
    }

    /// Moves the clock to `minutes` after [`START`].
    ///
    /// # Errors
    /// Where that is no time.
    pub fn at(&self, minutes: i64) -> anyhow::Result<Timestamp> {
        let start: Timestamp = START.parse()?;
        let at = start.checked_add(SignedDuration::from_mins(minutes))?;
        self.clock.set(at);
        Ok(at)
    }
}
