//! The audit: one row for each thing allowed, denied or ended, each bound to the one before.

mod export;
mod filter;

use std::str::FromStr;

use jiff::Timestamp;
use ring::digest::{SHA256, digest};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use sqlx::Row as _;
use sqlx::any::AnyRow;

pub use export::{Export, ExportBreak, Verified};
pub use filter::AuditFilter;

use super::deliveries::queue;
use super::{Store, StoreError};
use crate::access::BuildId;
use crate::access::event::Event;

/// What came of something that is audited.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum AuditOutcome {
    /// It was allowed.
    Allowed,
    /// It was refused.
    Denied,
    /// It ended.
    Ended,
}

impl AuditOutcome {
    const ALL: [Self; 3] = [Self::Allowed, Self::Denied, Self::Ended];

    fn named(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|outcome| outcome.name() == name)
    }

    /// Its name in the audit.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Allowed => "allowed",
            Self::Denied => "denied",
            Self::Ended => "ended",
        }
    }
}

impl FromStr for AuditOutcome {
    type Err = &'static str;

    fn from_str(name: &str) -> Result<Self, Self::Err> {
        Self::named(name).ok_or("an outcome is allowed, denied or ended")
    }
}

/// Something that happened.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct AuditEvent {
    /// When.
    #[schema(value_type = String, format = DateTime)]
    pub at: Timestamp,
    /// To which build, where it is about one.
    pub build: Option<BuildId>,
    /// By whom: `person:<sub>`, `guest:<sub>`, `admin:<sub>`, `service:<name of the key>`, `transom` or `unknown`.
    pub actor: String,
    /// What: `access.enable`, `session.open`, `token.mint`, …
    pub action: String,
    /// What came of it.
    pub outcome: AuditOutcome,
    /// What else is known: a JSON object without secrets.
    #[schema(value_type = Object)]
    pub detail: Value,
    /// From which address, where it came over the network.
    pub address: Option<String>,
}

/// A row of the audit. Rows are chained: `hash` covers the row and `prev`, the hash of the row before.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct AuditRow {
    /// Its number, from 1 and without gaps.
    pub seq: i64,
    /// What happened.
    #[serde(flatten)]
    pub event: AuditEvent,
    /// Hash of the row before; empty for the first.
    pub prev: String,
    /// SHA-256, in hexadecimal digits, of the compact JSON array
    /// `[prev, seq, at, build, actor, action, outcome, detail, address]`, where what is missing is
    /// `""` and the keys of objects in `detail` are sorted.
    pub hash: String,
}

impl Store {
    /// Adds a row and returns its number. Rows of all servers that share the store follow one another.
    ///
    /// # Errors
    ///
    /// [`StoreError`]; what is to be audited must not happen then.
    pub async fn append_audit(&self, event: &AuditEvent) -> Result<i64, StoreError> {
        self.append_audit_telling(event, &[]).await
    }

    /// The same, and tells `news` of it: both or neither.
    ///
    /// # Errors
    ///
    /// As [`Store::append_audit`].
    pub async fn append_audit_telling(&self, event: &AuditEvent, news: &[Event]) -> Result<i64, StoreError> {
        let mut transaction = self.begin().await?;
        // Locks the head until the transaction ends.
        let head = sqlx::query("UPDATE audit_head SET seq = seq + 1 WHERE id = 1 RETURNING seq, hash");
        let head = head.fetch_one(&mut *transaction).await?;
        let text = Text::of(event, head.try_get("seq")?, head.try_get("hash")?);
        let hash = text.hash();
        sqlx::query(
            "INSERT INTO audit (seq, at, build, actor, action, outcome, detail, address, prev, hash) \
             VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)",
        )
        .bind(text.seq)
        .bind(&text.at)
        .bind(&text.build)
        .bind(&text.actor)
        .bind(&text.action)
        .bind(&text.outcome)
        .bind(&text.detail)
        .bind(&text.address)
        .bind(&text.prev)
        .bind(&hash)
        .execute(&mut *transaction)
        .await?;
        let end = sqlx::query("UPDATE audit_head SET hash = $1 WHERE id = 1").bind(&hash);
        end.execute(&mut *transaction).await?;
        queue(&mut transaction, news).await?;
        transaction.commit().await?;
        Ok(text.seq)
    }
}

/// A row as it is stored and hashed.
pub(in crate::store) struct Text {
    pub(in crate::store) seq: i64,
    at: String,
    build: String,
    actor: String,
    action: String,
    outcome: String,
    detail: String,
    address: String,
    pub(in crate::store) prev: String,
    pub(in crate::store) written: String,
}

impl Text {
    fn of(event: &AuditEvent, seq: i64, prev: String) -> Self {
        Self {
            seq,
            at: event.at.to_string(),
            build: event.build.as_ref().map(ToString::to_string).unwrap_or_default(),
            actor: storable(&event.actor),
            action: storable(&event.action),
            outcome: event.outcome.name().to_owned(),
            detail: sorted(&event.detail).to_string(),
            address: event.address.as_deref().map(storable).unwrap_or_default(),
            prev,
            written: String::new(),
        }
    }

    pub(in crate::store) fn read(row: &AnyRow) -> Result<Self, StoreError> {
        Ok(Self {
            seq: row.try_get("seq")?,
            at: row.try_get("at")?,
            build: row.try_get("build")?,
            actor: row.try_get("actor")?,
            action: row.try_get("action")?,
            outcome: row.try_get("outcome")?,
            detail: row.try_get("detail")?,
            address: row.try_get("address")?,
            prev: row.try_get("prev")?,
            written: row.try_get("hash")?,
        })
    }

    pub(in crate::store) fn hash(&self) -> String {
        let text = |text: &str| Value::from(text).to_string();
        let before =
            [text(&self.prev), self.seq.to_string(), text(&self.at), text(&self.build), text(&self.actor)];
        let after = [text(&self.action), text(&self.outcome), self.detail.clone(), text(&self.address)];
        let array = format!("[{},{}]", before.join(","), after.join(","));
        crate::keys::hex(digest(&SHA256, array.as_bytes()).as_ref())
    }

    fn row(self) -> Result<AuditRow, StoreError> {
        let corrupt = |what: &str| StoreError::Corrupt(format!("audit row {}: {what}", self.seq));
        let build = Some(self.build).filter(|build| !build.is_empty());
        let event = AuditEvent {
            at: self.at.parse().map_err(|_| corrupt("time"))?,
            build: build.map(BuildId::try_from).transpose().map_err(corrupt)?,
            actor: self.actor,
            action: self.action,
            outcome: AuditOutcome::named(&self.outcome).ok_or_else(|| corrupt("outcome"))?,
            detail: serde_json::from_str(&self.detail).map_err(|_| corrupt("detail"))?,
            address: Some(self.address).filter(|address| !address.is_empty()),
        };
        Ok(AuditRow { seq: self.seq, event, prev: self.prev, hash: self.written })
    }
}

/// PostgreSQL's TEXT has no NUL.
fn storable(text: &str) -> String {
    text.replace('\0', "\u{fffd}")
}

/// `value` with the keys of all objects in order, whatever map `serde_json` was built with.
fn sorted(value: &Value) -> Value {
    match value {
        Value::Object(map) => {
            let mut pairs: Vec<_> = map.iter().map(|(key, value)| (key.clone(), sorted(value))).collect();
            pairs.sort_by(|(a, _), (b, _)| a.cmp(b));
            pairs.into_iter().collect()
        }
        Value::Array(items) => items.iter().map(sorted).collect(),
        plain => plain.clone(),
    }
}
