//! Webhooks: what happens to builds is sent to the CI (Standard Webhooks), at least once, in order for
//! each build.
//!
//! ```text
//!  a fact changes ─▶ store: fact and deliveries in one write ─▶ wake ─┐
//!                                                                     ▼
//!   the worker of each hook: claim the first of each build ─▶ sign, send ─▶ delivered
//!        ▲                                                      │ no, or no answer
//!        └────────── in 5 s, 30 s, 2 min … three days ◀─────────┘ then: failed
//! ```
//!
//! The queue is in the store, so nothing is lost with the process; a lease keeps two servers from
//! sending the same delivery at once. One that fails holds back the later ones of its own build only.

mod attempt;
mod schedule;
mod signature;
mod worker;

use std::collections::{HashMap, HashSet};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use tokio::sync::watch;

use crate::clock::Clock;
use crate::config::{Config, Reach, Webhook};
use crate::keys::HookSecret;
use crate::lifetime::Lifetime;
use crate::store::{HookOrigin, HookRow, Store, StoreError};
use attempt::Client;

/// How often the store is looked at for what another server has put there.
const LOOK_EVERY: Duration = Duration::from_secs(5);

/// The hooks of this server, and what sends to them. Cheap to clone.
#[derive(Clone)]
pub struct Hooks(Arc<Inner>);

struct Inner {
    store: Store,
    clock: Clock,
    lifetime: Lifetime,
    configured: HashMap<String, Webhook>,
    public: Client,
    private: Client,
    /// Moves whenever there may be something to send.
    news: watch::Sender<u64>,
    /// Hooks whose worker runs.
    working: Mutex<HashSet<String>>,
}

/// Why there are no hooks.
#[derive(Debug, thiserror::Error)]
pub enum HooksError {
    /// No HTTP client.
    #[error("cannot make an HTTP client")]
    Http(#[from] reqwest::Error),
    /// The store failed.
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl Hooks {
    /// Takes over the hooks of the configuration, and sends from then on. A TLS provider must have been
    /// installed for the process.
    ///
    /// # Errors
    /// [`HooksError`].
    pub async fn open(
        config: &Config,
        store: Store,
        clock: Clock,
        lifetime: Lifetime,
    ) -> Result<Self, HooksError> {
        let now = clock.now();
        let row = |hook: &Webhook| HookRow {
            id: hook.name.clone(),
            origin: HookOrigin::Config,
            url: hook.url.clone(),
            events: hook.events.clone(),
            made_at: now,
            disabled_at: None,
        };
        store.configure_hooks(&config.webhooks.iter().map(row).collect::<Vec<_>>()).await?;
        let configured = config.webhooks.iter().map(|hook| (hook.name.clone(), hook.clone())).collect();
        let (public, private) = (Client::new(Reach::Public)?, Client::new(Reach::Private)?);
        let hooks = Self(Arc::new(Inner {
            store,
            clock,
            lifetime,
            configured,
            public,
            private,
            news: watch::Sender::new(0),
            working: Mutex::default(),
        }));
        let this = hooks.clone();
        hooks.0.lifetime.spawn_until_end(async move { this.employ().await });
        Ok(hooks)
    }

    /// There may be something to send.
    pub fn wake(&self) {
        self.0.news.send_modify(|n| *n += 1);
    }

    /// Sees to it that every hook has its worker, also one that somebody made elsewhere.
    async fn employ(self) {
        let mut news = self.0.news.subscribe();
        loop {
            news.mark_unchanged();
            match self.0.store.hooks().await {
                Ok(rows) => {
                    for row in rows {
                        // One that another server's configuration names is sent to from there.
                        let ours = row.origin == HookOrigin::Api || self.0.configured.contains_key(&row.id);
                        if ours && self.working().insert(row.id.clone()) {
                            self.start_worker(row.id);
                        }
                    }
                }
                Err(error) => tracing::warn!(%error, "hooks not read; trying again"),
            }
            tokio::select! {
                _ = news.changed() => {}
                () = tokio::time::sleep(LOOK_EVERY) => {}
            }
        }
    }

    /// With what a hook is signed and sent to.
    async fn terms(&self, hook: &HookRow) -> Result<(&Client, Vec<HookSecret>), StoreError> {
        if let Some(configured) = self.0.configured.get(&hook.id) {
            let client = match configured.allow_private {
                Reach::Public => &self.0.public,
                Reach::Private => &self.0.private,
            };
            return Ok((client, configured.secrets.clone()));
        }
        let text = self.0.store.hook_secrets(&hook.id).await?.unwrap_or_default();
        let secrets = HookSecret::parse_all(&text);
        let secrets = secrets.map_err(|_| StoreError::Corrupt("the secrets of a hook".to_owned()))?;
        Ok((&self.0.public, secrets))
    }

    fn working(&self) -> MutexGuard<'_, HashSet<String>> {
        self.0.working.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
