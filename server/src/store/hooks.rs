//! Hooks: where events are sent, whether the configuration names them or a service key made them.

use jiff::Timestamp;
use sqlx::Row as _;
use sqlx::any::AnyRow;
use zeroize::Zeroizing;

use super::deliveries::time;
use super::{Store, StoreError};
use crate::access::event::EventKind;

/// Who says that a hook shall be.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum HookOrigin {
    /// The operator, in the configuration, which has its secrets.
    Config,
    /// Somebody with a service key; its secrets are sealed in the store.
    Api,
}

/// Where events are sent.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HookRow {
    /// Its id; of a configured one its name.
    pub id: String,
    /// Who says that it shall be.
    pub origin: HookOrigin,
    /// Where it is.
    pub url: String,
    /// Kinds of events that it gets; all, where there are none.
    pub events: Vec<EventKind>,
    /// Since when.
    pub made_at: Timestamp,
    /// Since when nothing is sent to it, because it said that it is gone.
    pub disabled_at: Option<Timestamp>,
}

const COLUMNS: &str = "SELECT id, origin, url, events, made_at, disabled_at FROM hooks";

impl Store {
    /// Takes over the hooks of the configuration: those that are named there no more go. One that was
    /// disabled stays so while its address is the same.
    ///
    /// # Errors
    ///
    /// [`StoreError`].
    pub async fn configure_hooks(&self, hooks: &[HookRow]) -> Result<(), StoreError> {
        let mut transaction = self.begin().await?;
        let known = sqlx::query("SELECT id FROM hooks WHERE origin = 'config'");
        for row in known.fetch_all(&mut *transaction).await? {
            let id: String = row.try_get("id")?;
            if !hooks.iter().any(|hook| hook.id == id) {
                remove(&mut transaction, &id).await?;
            }
        }
        for hook in hooks {
            let query = sqlx::query(
                "INSERT INTO hooks (id, origin, url, events, sealed, made_at, disabled_at) \
                 VALUES ($1, 'config', $2, $3, '', $4, 0) ON CONFLICT (id) DO UPDATE SET \
                 events = excluded.events, url = excluded.url, \
                 disabled_at = CASE WHEN hooks.url = excluded.url THEN hooks.disabled_at ELSE 0 END",
            );
            let query = query.bind(&hook.id).bind(&hook.url).bind(list(&hook.events));
            query.bind(hook.made_at.as_millisecond()).execute(&mut *transaction).await?;
        }
        // Whatever this server was sending when it went down is sent again at once. Where several servers
        // share the store it may be another one's: then the lease has to run out.
        if self.dialect == super::Dialect::Sqlite {
            let query = sqlx::query("UPDATE deliveries SET lease = '', leased_until = 0 WHERE lease <> ''");
            query.execute(&mut *transaction).await?;
        }
        transaction.commit().await?;
        Ok(())
    }

    /// Adds a hook that somebody made, with its secrets as text.
    ///
    /// # Errors
    ///
    /// [`StoreError`].
    pub async fn insert_hook(&self, hook: &HookRow, secrets: &str) -> Result<(), StoreError> {
        let sealed = self.sealer.seal(&place(&hook.id), secrets.as_bytes())?;
        let query = sqlx::query(
            "INSERT INTO hooks (id, origin, url, events, sealed, made_at, disabled_at) \
             VALUES ($1, 'api', $2, $3, $4, $5, 0)",
        );
        let query = query.bind(&hook.id).bind(&hook.url).bind(list(&hook.events)).bind(sealed);
        query.bind(hook.made_at.as_millisecond()).execute(&self.writing).await?;
        Ok(())
    }

    /// Puts other secrets in the place of a hook's.
    ///
    /// # Errors
    ///
    /// [`StoreError`].
    pub async fn put_hook_secrets(&self, id: &str, secrets: &str) -> Result<(), StoreError> {
        let sealed = self.sealer.seal(&place(id), secrets.as_bytes())?;
        let query = sqlx::query("UPDATE hooks SET sealed = $1 WHERE id = $2 AND origin = 'api'");
        query.bind(sealed).bind(id).execute(&self.writing).await?;
        Ok(())
    }

    /// The secrets of a hook that somebody made.
    ///
    /// # Errors
    ///
    /// [`StoreError`].
    pub async fn hook_secrets(&self, id: &str) -> Result<Option<Zeroizing<String>>, StoreError> {
        let row = sqlx::query("SELECT sealed FROM hooks WHERE id = $1 AND origin = 'api'");
        let Some(row) = row.bind(id).fetch_optional(&self.pool).await? else { return Ok(None) };
        let opened = self.sealer.open(&place(id), row.try_get("sealed")?)?;
        let text = std::str::from_utf8(&opened).map(|text| Zeroizing::new(text.to_owned()));
        text.map(Some).map_err(|_| StoreError::Corrupt("the secrets of a hook".to_owned()))
    }

    /// All hooks, oldest first.
    ///
    /// # Errors
    ///
    /// [`StoreError`].
    pub async fn hooks(&self) -> Result<Vec<HookRow>, StoreError> {
        let query = sqlx::query(sqlx::AssertSqlSafe(format!("{COLUMNS} ORDER BY made_at, id")));
        query.fetch_all(&self.pool).await?.iter().map(read).collect()
    }

    /// One hook.
    ///
    /// # Errors
    ///
    /// [`StoreError`].
    pub async fn hook(&self, id: &str) -> Result<Option<HookRow>, StoreError> {
        let query = sqlx::query(sqlx::AssertSqlSafe(format!("{COLUMNS} WHERE id = $1"))).bind(id);
        query.fetch_optional(&self.pool).await?.as_ref().map(read).transpose()
    }

    /// Disables a hook at a moment, or enables it again.
    ///
    /// # Errors
    ///
    /// [`StoreError`].
    pub async fn disable_hook(&self, id: &str, at: Option<Timestamp>) -> Result<(), StoreError> {
        let query = sqlx::query("UPDATE hooks SET disabled_at = $1 WHERE id = $2");
        query.bind(at.map_or(0, |at| at.as_millisecond())).bind(id).execute(&self.writing).await?;
        Ok(())
    }

    /// Removes a hook that somebody made; what was to be sent to it has failed. `false` where there is
    /// none.
    ///
    /// # Errors
    ///
    /// [`StoreError`].
    pub async fn delete_hook(&self, id: &str) -> Result<bool, StoreError> {
        let mut transaction = self.begin().await?;
        let gone = remove(&mut transaction, id).await?;
        transaction.commit().await?;
        Ok(gone)
    }
}

async fn remove(
    transaction: &mut sqlx::Transaction<'static, sqlx::Any>,
    id: &str,
) -> Result<bool, StoreError> {
    let gone = sqlx::query("DELETE FROM hooks WHERE id = $1").bind(id).execute(&mut **transaction).await?;
    let query = sqlx::query(
        "UPDATE deliveries SET state = 'failed', lease = '', leased_until = 0, last_error = 'the hook was removed' \
         WHERE hook = $1 AND state = 'pending'",
    );
    query.bind(id).execute(&mut **transaction).await?;
    Ok(gone.rows_affected() == 1)
}

fn place(id: &str) -> [&str; 2] {
    ["hook secrets", id]
}

/// As a pattern finds it: with a comma before and behind each.
fn list(events: &[EventKind]) -> String {
    let names: Vec<_> = events.iter().map(|kind| kind.name()).collect();
    if names.is_empty() { String::new() } else { format!(",{},", names.join(",")) }
}

fn read(row: &AnyRow) -> Result<HookRow, StoreError> {
    let (origin, events): (String, String) = (row.try_get("origin")?, row.try_get("events")?);
    let disabled: i64 = row.try_get("disabled_at")?;
    Ok(HookRow {
        id: row.try_get("id")?,
        origin: if origin == "api" { HookOrigin::Api } else { HookOrigin::Config },
        url: row.try_get("url")?,
        // A kind that this version does not know is another server's.
        events: events.split(',').filter_map(EventKind::named).collect(),
        made_at: time(row.try_get("made_at")?)?,
        disabled_at: (disabled != 0).then(|| time(disabled)).transpose()?,
    })
}
