//! Looking after hooks: which there are, what was sent to them, and sending it again.

use serde_json::json;
use transom_protocol::problem::Problem;
use zeroize::Zeroizing;

use super::{Actor, Door, Refused};
use crate::access::event::EventKind;
use crate::config::Reach;
use crate::keys::HookSecret;
use crate::random;
pub use crate::store::{DeliveryFilter, DeliveryRow, DeliveryState, HookOrigin, HookRow, Place};

/// Most hooks that service keys may make.
const HOOKS: usize = 64;

/// A hook with the secret that it was given, which is shown this once.
pub struct NewHook {
    /// The hook.
    pub hook: HookRow,
    /// Its newest secret, `whsec_…`.
    pub secret: Zeroizing<String>,
}

fn unknown() -> Refused {
    Refused::because(Problem::NotFound, "There is no such hook.")
}

impl Door {
    /// All hooks.
    ///
    /// # Errors
    /// [`Problem::StoreUnavailable`].
    pub async fn hooks(&self) -> Result<Vec<HookRow>, Refused> {
        Ok(self.0.store.hooks().await?)
    }

    /// Deliveries of a build or to a hook, newest first.
    ///
    /// # Errors
    /// [`Problem::NotFound`] where there is no such hook and never was a delivery to it.
    pub async fn deliveries(&self, filter: &DeliveryFilter) -> Result<Vec<DeliveryRow>, Refused> {
        let rows = self.0.store.deliveries(filter).await?;
        if let (true, Some(hook)) = (rows.is_empty(), &filter.hook) {
            self.0.store.hook(hook).await?.ok_or_else(unknown)?;
        }
        Ok(rows)
    }

    /// Sends an event to a hook again, whatever came of it before.
    ///
    /// # Errors
    /// [`Problem::NotFound`] where it was never to be sent there, or is forgotten.
    pub async fn redeliver(&self, hook: &str, event: &str, actor: &Actor) -> Result<(), Refused> {
        let result = self.try_redeliver(hook, event).await;
        let detail = json!({ "hook": hook, "event": event });
        self.note_result(None, actor, "hook.redeliver", &result, detail).await;
        result
    }

    async fn try_redeliver(&self, hook: &str, event: &str) -> Result<(), Refused> {
        self.0.store.hook(hook).await?.ok_or_else(unknown)?;
        if !self.0.store.redeliver(hook, event, self.now()).await? {
            return Err(Refused::because(Problem::NotFound, "There is no such delivery."));
        }
        self.0.hooks.wake();
        Ok(())
    }

    /// Sends to a hook again that had said that it is gone.
    ///
    /// # Errors
    /// [`Problem::NotFound`].
    pub async fn enable_hook(&self, hook: &str, actor: &Actor) -> Result<(), Refused> {
        let result = match self.0.store.hook(hook).await? {
            Some(_) => self.0.store.disable_hook(hook, None).await.map_err(Refused::from),
            None => Err(unknown()),
        };
        self.note_result(None, actor, "hook.enable", &result, json!({ "hook": hook })).await;
        self.0.hooks.wake();
        result
    }

    /// Makes a hook at a public address.
    ///
    /// # Errors
    /// [`Problem::Malformed`] for an address that cannot be, [`Problem::TooMany`].
    pub async fn make_hook(
        &self,
        url: &str,
        events: &[EventKind],
        actor: &Actor,
    ) -> Result<NewHook, Refused> {
        let result = self.try_make_hook(url, events).await;
        let detail = json!({ "hook": result.as_ref().ok().map(|made| &made.hook.id), "url": url });
        self.audited(None, actor, "hook.make", result, detail).await
    }

    async fn try_make_hook(&self, url: &str, events: &[EventKind]) -> Result<NewHook, Refused> {
        let reason =
            |why: &str| Refused::because(Problem::Malformed, format!("The address is not valid: {why}."));
        Reach::Public.check(url).map_err(reason)?;
        if self.0.store.hooks().await?.len() >= HOOKS {
            return Err(Problem::TooMany.into());
        }
        let secret = new_secret()?;
        let hook = HookRow {
            id: random::id("h"),
            origin: HookOrigin::Api,
            url: url.to_owned(),
            events: events.to_vec(),
            made_at: self.now(),
            disabled_at: None,
        };
        self.0.store.insert_hook(&hook, &secret).await?;
        self.0.hooks.wake();
        Ok(NewHook { hook, secret })
    }

    /// Gives a hook that somebody made another secret. The one before signs as well until the next
    /// change, unless `drop_old` is set.
    ///
    /// # Errors
    /// [`Problem::NotFound`]; [`Problem::Conflict`] for one whose secrets stand in the configuration.
    pub async fn change_hook_secret(
        &self,
        hook: &str,
        drop_old: bool,
        actor: &Actor,
    ) -> Result<NewHook, Refused> {
        let result = self.try_change_hook_secret(hook, drop_old).await;
        self.audited(None, actor, "hook.secret", result, json!({ "hook": hook })).await
    }

    async fn try_change_hook_secret(&self, hook: &str, drop_old: bool) -> Result<NewHook, Refused> {
        let hook = self.made_hook(hook).await?;
        let secret = new_secret()?;
        let old = self.0.store.hook_secrets(&hook.id).await?.ok_or_else(unknown)?;
        let old = old.split(' ').next().filter(|_| !drop_old).unwrap_or_default();
        let secrets = Zeroizing::new(format!("{} {old}", *secret));
        self.0.store.put_hook_secrets(&hook.id, secrets.trim_end()).await?;
        Ok(NewHook { hook, secret })
    }

    /// Removes a hook that somebody made. What was still to be sent to it is not.
    ///
    /// # Errors
    /// As [`Door::change_hook_secret`].
    pub async fn remove_hook(&self, hook: &str, actor: &Actor) -> Result<(), Refused> {
        let result = match self.made_hook(hook).await {
            Ok(hook) => self.0.store.delete_hook(&hook.id).await.map(drop).map_err(Refused::from),
            Err(refused) => Err(refused),
        };
        self.note_result(None, actor, "hook.remove", &result, json!({ "hook": hook })).await;
        self.0.hooks.wake();
        result
    }

    /// A hook that somebody made.
    async fn made_hook(&self, id: &str) -> Result<HookRow, Refused> {
        let hook = self.0.store.hook(id).await?.ok_or_else(unknown)?;
        match hook.origin {
            HookOrigin::Api => Ok(hook),
            HookOrigin::Config => {
                Err(Refused::because(Problem::Conflict, "This hook stands in the server's configuration."))
            }
        }
    }
}

fn new_secret() -> Result<Zeroizing<String>, Refused> {
    HookSecret::generate().map(|secret| secret.to_text()).map_err(|_| Problem::Internal.into())
}
