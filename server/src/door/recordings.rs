//! Recordings of sessions: begun when they open, given out as transcripts, deleted when their time is
//! over.

use std::io::ErrorKind;
use std::sync::Arc;

use jiff::{SignedDuration, Timestamp};
use serde_json::json;
use transom_protocol::problem::Problem;
use transom_protocol::wire::Size;

use super::{Actor, Door, Entry, Refused, require};
use crate::access::build::About;
use crate::access::event::EventKind;
use crate::access::{BuildId, Capability, Grant};
use crate::recording::{Format, ReadError, Shelf, Subject, Transcript};
use crate::session::Session;
use crate::session::terminal::TerminalSession;

/// A transcript, and what to call it.
pub struct Handed {
    /// The transcript.
    pub transcript: Transcript,
    /// The build whose machine it is from.
    pub build: BuildId,
    /// When the session began.
    pub began: Timestamp,
}

impl Door {
    /// Where recordings lie, if any are made.
    #[must_use]
    pub fn shelf(&self) -> Option<&Arc<Shelf>> {
        self.0.shelf.as_ref()
    }

    /// Records a session to its end, beside whatever else happens to it.
    pub(super) fn start_recording(&self, session: &Arc<Session>, entry: &Arc<Entry>, size: Size) {
        let Some(shelf) = self.0.shelf.clone() else { return };
        let Some(session) = TerminalSession::of(session) else { return };
        let (door, entry) = (self.clone(), Arc::clone(entry));
        let shard = session.shard.handle().clone();
        self.0.lifetime.spawn_on(&shard, async move {
            let id = session.id.clone();
            if let Err(refused) = door.record(&shelf, session, &entry, size).await {
                tracing::error!(session.id = id, %refused, "session not recorded");
            }
        });
    }

    async fn record(
        &self,
        shelf: &Arc<Shelf>,
        session: TerminalSession,
        entry: &Entry,
        size: Size,
    ) -> Result<(), Refused> {
        // Without knowing what to mask nothing is written.
        let masks = self.masks(entry).await?;
        let (id, build, began) = (session.id.clone(), session.build.clone(), session.opened_at);
        let title = title(&entry.record().about);
        // In the index first: no file is ever there that nothing would delete.
        self.0.store.begin_recording(&id, &build, began).await?;
        let subject = Subject { session: id.clone(), build: build.clone().into(), title, began, size };
        let begun = shelf.begin(subject).await;
        let recording = begun.map_err(|error| {
            Refused::because(Problem::Internal, format!("the recording was not begun: {error}"))
        })?;
        let recording = session.record(recording, masks).await;
        let data = json!({ "session": id, "began_at": began, "bytes": recording.length() });
        let available = self.event(EventKind::RecordingAvailable, &build, data);
        self.0.store.end_recording(&id, self.now(), recording.length(), &[available]).await?;
        self.0.hooks.wake();
        Ok(())
    }

    /// The transcript of a session, for somebody who may look at it.
    ///
    /// # Errors
    /// [`Problem::Forbidden`], [`Problem::SessionUnknown`], [`Problem::NotFound`] where there is no
    /// recording (any more), [`Problem::TooMany`] while too many are being read.
    pub async fn transcript_for(
        &self,
        grant: &Grant,
        session: &str,
        format: Format,
        actor: &Actor,
    ) -> Result<Handed, Refused> {
        let handed = match require(grant, Capability::TerminalView) {
            Ok(()) => self.try_transcript(Some(&grant.build), session, format).await,
            Err(refused) => Err(refused),
        };
        self.audit_transcript(Some(&grant.build), actor, session, format, handed).await
    }

    /// The transcript of any session, as long as it is kept.
    ///
    /// # Errors
    /// As [`Door::transcript_for`].
    pub async fn transcript(&self, session: &str, format: Format, actor: &Actor) -> Result<Handed, Refused> {
        let handed = self.try_transcript(None, session, format).await;
        let build = handed.as_ref().ok().map(|h| h.build.clone());
        self.audit_transcript(build.as_ref(), actor, session, format, handed).await
    }

    async fn audit_transcript(
        &self,
        build: Option<&BuildId>,
        actor: &Actor,
        session: &str,
        format: Format,
        handed: Result<Handed, Refused>,
    ) -> Result<Handed, Refused> {
        let detail = json!({ "session": session, "format": format.extension() });
        self.audited(build, actor, "transcript.read", handed, detail).await
    }

    async fn try_transcript(
        &self,
        build: Option<&BuildId>,
        id: &str,
        format: Format,
    ) -> Result<Handed, Refused> {
        let ours = |of: &BuildId| build.is_none_or(|build| build == of);
        let session = self.0.registry.get(id).filter(|s| ours(&s.build));
        let row = self.0.store.recording(id).await?.filter(|row| ours(&row.build));
        let none = |why: &str| Refused::because(Problem::NotFound, why);
        let Some(row) = row else {
            return Err(match session {
                Some(_) => none("This terminal is not recorded."),
                None => Problem::SessionUnknown.into(),
            });
        };
        let Some(shelf) = self.shelf() else { return Err(none("This server keeps no recordings.")) };
        let live = session.is_some() && row.ended_at.is_none();
        if let Some(session) = session.as_ref().and_then(TerminalSession::of) {
            // A disk that hangs keeps nobody waiting for what is there.
            let _ = tokio::time::timeout(std::time::Duration::from_secs(2), session.recorded()).await;
        }
        let opened = shelf.open(row.build.as_str(), id).await.map_err(|error| match error {
            ReadError::Io(error) if error.kind() == ErrorKind::NotFound => {
                none("The recording of this terminal is not there.")
            }
            error => {
                tracing::error!(session.id = id, %error, "recording not opened");
                Problem::Internal.into()
            }
        })?;
        let (reader, permit) = opened.ok_or(Problem::TooMany)?;
        let transcript = Transcript::new(reader, format, live, permit);
        Ok(Handed { transcript, build: row.build, began: row.began_at })
    }

    /// Deletes recordings whose time is over.
    pub(super) async fn sweep_recordings(&self, now: Timestamp) -> Result<(), Refused> {
        let Some(shelf) = self.shelf() else { return Ok(()) };
        let days = i64::try_from(self.0.config.recordings.days).unwrap_or(i64::MAX / 24);
        let kept = SignedDuration::from_hours(24 * days);
        let before = now.saturating_sub(kept).unwrap_or(Timestamp::MIN);
        for row in self.0.store.recordings_before(before).await? {
            if self.0.registry.get(&row.session).is_some() {
                continue;
            }
            match shelf.delete(&row.session).await {
                Ok(()) => self.0.store.forget_recording(&row.session).await?,
                Err(error) => tracing::warn!(session.id = row.session, %error, "recording not deleted"),
            }
        }
        Ok(())
    }
}

/// What people call a build's terminal.
fn title(about: &About) -> String {
    match &about.number {
        Some(number) => format!("{} #{number}: {}", about.project, about.title),
        None => format!("{}: {}", about.project, about.title),
    }
}
