//! Opening a session on a build's machine.

use std::sync::Arc;

use serde_json::json;
use transom_protocol::problem::Problem;
use transom_protocol::wire::{Family, Size};

use super::{Actor, Door, Entry, Refused, ended};
use crate::access::event::EventKind;
use crate::access::lifecycle::State;
use crate::access::{Capability, Grant};
use crate::backend::Target;
use crate::session::{Ending, Opening, Session};

impl Door {
    /// Opens a session for somebody who has just come in; their coming is put on record while the
    /// machine is asked.
    ///
    /// # Errors
    /// As [`Door::open_session`] and [`Door::record_coming`].
    pub async fn open_on_coming(
        &self,
        grant: &Grant,
        entry: &Arc<Entry>,
        family: Family,
        size: Size,
        actor: &Actor,
    ) -> Result<Arc<Session>, Refused> {
        let (opened, recorded) = tokio::join!(
            self.open_session(grant, entry, family, size, actor),
            self.record_coming(grant, entry)
        );
        if let (Ok(session), Err(refused)) = (&opened, &recorded) {
            undo(session, refused.problem);
        }
        self.denied(Some(&grant.build), actor, "viewer.join", recorded).await?;
        opened
    }

    /// Opens a session and waits until it is live. `size` is a terminal's.
    ///
    /// # Errors
    /// Why it cannot be opened: the grant, the life of access, the limits, the machine.
    pub async fn open_session(
        &self,
        grant: &Grant,
        entry: &Arc<Entry>,
        family: Family,
        size: Size,
        actor: &Actor,
    ) -> Result<Arc<Session>, Refused> {
        let opened = self.try_open(grant, entry, family, size).await;
        // Who opens the desktop a second time meets the others there.
        let is_new = opened.as_ref().is_ok_and(|(_, is_new)| *is_new);
        let result = opened.map(|(session, _)| session);
        let detail = json!({ "family": family, "session": result.as_ref().ok().map(|s| &s.id) });
        let opened = result.as_ref().ok().cloned();
        let (build, action) = (&grant.build, "session.open");
        let audited = if is_new {
            let told = EventKind::SessionOpened;
            self.audited_telling(Some(build), actor, action, result, detail, Some(told)).await
        } else {
            self.audited(Some(build), actor, action, result, detail).await
        };
        if let (true, Ok(session)) = (is_new, &audited) {
            self.tell_of_its_end(session);
        }
        match (opened, &audited) {
            (Some(session), Err(refused)) => undo(&session, refused.problem),
            // Now, so that nothing that it writes stands in the way of the prompt.
            (Some(session), Ok(_)) => self.start_recording(&session, entry, size),
            (None, _) => {}
        }
        audited
    }

    async fn try_open(
        &self,
        grant: &Grant,
        entry: &Arc<Entry>,
        family: Family,
        size: Size,
    ) -> Result<(Arc<Session>, bool), Refused> {
        require(
            grant,
            match family {
                Family::Terminal => Capability::TerminalControl,
                Family::Desktop => Capability::DesktopControl,
            },
        )?;
        let record = entry.record();
        let life = self.life(&record);
        match life.state {
            State::Ended => return Err(ended(&life)),
            State::Off => return Err(Problem::AccessOff.into()),
            _ if !life.admits => return Err(Problem::NotReady.into()),
            _ => {}
        }
        self.has_minutes(entry, family).await?;
        let machine = record.machine.as_ref().map_or(0, |m| m.version);
        let opening = Opening {
            id: crate::random::id("s"),
            build: grant.build.clone(),
            by: grant.person.clone(),
            at: self.now(),
            machine,
            news: entry.news.clone(),
            max_sessions: record.policy.max_sessions,
        };
        let (id, own) = (opening.id.clone(), opening.id.clone());
        let session = match family {
            Family::Terminal => {
                let (backend, target) = self.terminal_target(&record).await?;
                let spare = self.take_spare(entry);
                self.0.registry.open(opening, size, backend, Target { session: id, ..target }, spare)?
            }
            // A machine has one desktop; who opens it meets the others there.
            Family::Desktop => match self.0.registry.desktop_of(&grant.build, machine) {
                Some(session) => session,
                None => {
                    let (backend, target) = self.desktop_target(&record).await?;
                    self.0.registry.open_desktop(opening, backend, Target { session: id, ..target })?
                }
            },
        };
        // An end between the look above and this moment has closed the others already.
        let life = self.life(&entry.record());
        if life.state == State::Ended {
            session.close(ended(&life).problem);
            return Err(ended(&life));
        }
        match session.live().await {
            // A shell that ends at once may have said why: its output and its status are there to be seen.
            Ok(()) | Err(Ending::Exit { .. }) => {
                let is_new = session.id == own;
                Ok((session, is_new))
            }
            Err(ending) => Err(self.refusal_of(&ending, entry)),
        }
    }

    /// Why a session is over, for a person. After the end of access that is the reason.
    #[must_use]
    pub fn refusal_of(&self, ending: &Ending, entry: &Entry) -> Refused {
        let life = self.life(&entry.record());
        if life.state == State::Ended {
            return ended(&life);
        }
        match ending {
            Ending::Failed(error) => Refused::with_why(error.problem(), error.why()),
            Ending::Closed(problem) => (*problem).into(),
            Ending::Exit { .. } => {
                Refused::because(Problem::SessionRefused, "The shell ended right after it had started.")
            }
        }
    }
}

/// Closes a session that was opened in vain, unless somebody is in it already.
fn undo(session: &Session, why: Problem) {
    if session.with_seats(|seats| seats.connected().next().is_none()) {
        session.close(why);
    }
}

/// Whether a grant has a capability.
///
/// # Errors
/// [`Problem::Forbidden`], with what is missing in words.
pub fn require(grant: &Grant, capability: Capability) -> Result<(), Refused> {
    if grant.capabilities.contains(capability) {
        Ok(())
    } else {
        Err(Refused::because(Problem::Forbidden, format!("You may not {}.", capability.words())))
    }
}
