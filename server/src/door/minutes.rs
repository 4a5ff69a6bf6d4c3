//! How long the people of one project may be at its machines in one day.

use transom_protocol::problem::Problem;
use transom_protocol::wire::Family;

use super::{Door, Entry, Refused};
use crate::access::brake::seconds_until;
use crate::access::minutes::midnight;

impl Door {
    /// Whether the project has time left today for another session. Who is in already stays: nobody loses
    /// what they are at.
    ///
    /// # Errors
    /// [`Problem::TooMany`] until midnight (UTC) where all of it is used.
    pub async fn has_minutes(&self, entry: &Entry, family: Family) -> Result<(), Refused> {
        let minutes = self.0.config.limits.minutes_per_project_and_day;
        let record = entry.record();
        let machine = record.machine.as_ref().map_or(0, |m| m.version);
        let joins = family == Family::Desktop && self.0.registry.desktop_of(&record.id, machine).is_some();
        if minutes == 0 || joins {
            return Ok(());
        }
        let (now, project) = (self.now(), &record.about.project);
        let used = self.0.store.attended_today(project, now).await?;
        if u64::try_from(used).unwrap_or(0) < minutes.saturating_mul(60_000) {
            return Ok(());
        }
        let detail = format!("Project {project} has used its {minutes} minutes of today.");
        let retry_after_s = Some(seconds_until(midnight(now), now));
        Err(Refused { retry_after_s, ..Refused::because(Problem::TooMany, detail) })
    }
}
