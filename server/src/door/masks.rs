//! Secret values of a build: told by its CI, kept sealed, masked in what is recorded from then on.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use serde_json::json;
use tokio::sync::watch;
use transom_protocol::problem::Problem;
use zeroize::Zeroizing;

use super::{Actor, Door, Entry, Refused};
use crate::access::BuildId;
use crate::access::lifecycle::State;
use crate::recording::Masks;

/// Name under which they are kept.
const MASKS: &str = "masks";

/// The masks of one build on this node.
pub(super) struct InForce {
    /// With the turn in which they were read.
    masks: watch::Sender<(u64, Option<Arc<Masks>>)>,
    turns: AtomicU64,
}

impl std::fmt::Debug for InForce {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("InForce(***)")
    }
}

impl Default for InForce {
    fn default() -> Self {
        Self { masks: watch::Sender::new((0, None)), turns: AtomicU64::new(0) }
    }
}

/// How many values are masked from now on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Masked {
    /// Those that are looked for.
    pub masked: usize,
    /// Those that are too short for that.
    pub too_short: usize,
}

impl Door {
    /// Takes the secret values of a build, in the place of those before.
    ///
    /// # Errors
    /// [`Problem::Malformed`] for more than can be looked for, [`Problem::AccessEnded`] after the end.
    pub async fn put_masks(
        &self,
        id: &BuildId,
        values: Zeroizing<Vec<String>>,
        actor: &Actor,
    ) -> Result<Masked, Refused> {
        let result = self.try_put_masks(id, values).await;
        let detail = json!({ "masked": result.as_ref().ok().map(|m| m.masked) });
        self.note_result(Some(id), actor, "masks.put", &result, detail).await;
        result
    }

    async fn try_put_masks(&self, id: &BuildId, values: Zeroizing<Vec<String>>) -> Result<Masked, Refused> {
        let entry = self.entry(id).await?;
        if self.life(&entry.record()).state == State::Ended {
            return Err(Problem::AccessEnded.into());
        }
        let too_short = values.iter().filter(|v| Masks::too_short(v)).count();
        let masked = Masked { masked: values.len() - too_short, too_short };
        let stored = Zeroizing::new(serde_json::to_vec(&*values).map_err(|_| Problem::Internal)?);
        self.masks_of(values).await?;
        self.0.store.put_secret(id, MASKS, &stored).await?;
        self.read_masks(&entry).await?;
        Ok(masked)
    }

    /// The masks of a build, now and from now on.
    pub(super) async fn masks(
        &self,
        entry: &Entry,
    ) -> Result<watch::Receiver<(u64, Option<Arc<Masks>>)>, Refused> {
        self.read_masks(entry).await?;
        Ok(entry.masks.masks.subscribe())
    }

    /// Puts in force what the store has. Of several who do so at once the last to begin has read all that
    /// was written before, and counts.
    async fn read_masks(&self, entry: &Entry) -> Result<(), Refused> {
        let turn = entry.masks.turns.fetch_add(1, Ordering::AcqRel) + 1;
        let stored = self.0.store.secret(&entry.record().id, MASKS).await?;
        let values = stored.map(|bytes| serde_json::from_slice(&bytes)).transpose();
        let values: Vec<String> = values.map_err(|_| Problem::Internal)?.unwrap_or_default();
        let masks = self.masks_of(Zeroizing::new(values)).await?.map(Arc::new);
        entry.masks.masks.send_if_modified(|force| {
            let newer = turn > force.0;
            if newer {
                *force = (turn, masks);
            }
            newer
        });
        Ok(())
    }

    async fn masks_of(&self, values: Zeroizing<Vec<String>>) -> Result<Option<Masks>, Refused> {
        if values.is_empty() {
            return Ok(None);
        }
        let made = tokio::task::spawn_blocking(move || Masks::new(&values)).await;
        made.map_err(|_| Problem::Internal)?.map_err(|error| {
            Refused::because(Problem::Malformed, format!("These values cannot be masked: {error}."))
        })
    }
}
