//! How records, lives and sessions become the JSON of [`super::view`].

use transom_protocol::wire::{Family, Role};

use super::App;
use super::breakpoint::breakpoint_view;
use super::socket::role_of;
use super::view::{
    AccessView, BuildView, ExtendView, Feature, Features, Permission, SessionState, SessionView, ViewerView,
};
use crate::access::build::BuildRecord;
use crate::access::lifecycle::{Life, State, sentence};
use crate::access::{Capability, Grant};
use crate::backend::Exit;
use crate::clock::tick;
use crate::door::Entry;
use crate::session::seat::{By, Seat, may_remove};
use crate::session::{Ending, Phase, Session};

/// A build for whoever holds `grant`, or for the CI.
pub fn view(app: &App, entry: &Entry, grant: Option<&Grant>) -> BuildView {
    let record = entry.record();
    let life = app.door.life(&record);
    let mut sessions = app.door.registry().all_of(&record.id);
    let about = record.about.clone();
    let guest = grant.filter(|g| g.share.is_some());
    sessions.retain(|session| grant.is_none_or(|g| may_know(g, session)));
    let shows_people = guest.is_some() || grant.is_none_or(|g| may_look(g, Family::Terminal));
    BuildView {
        id: record.id.to_string(),
        number: about.number,
        title: about.title,
        project: about.project,
        branch: about.branch,
        commit: about.commit,
        platform: about.platform,
        started_by: about.started_by,
        state: record.progress(),
        outcome: record.facts.finished.map(|(_, outcome)| outcome),
        started_at: record.facts.started_at,
        finished_at: record.facts.finished.map(|(at, _)| at),
        steps: if guest.is_some() { Vec::new() } else { about.steps },
        dashboard_url: about.dashboard_url,
        access: access(entry, &record, &life),
        extend: app
            .door
            .more_time(entry, grant)
            .map(|more| ExtendView { until: more.until, reason: more.reason }),
        breakpoint: breakpoint_view(&record, app.door.now(), grant),
        features: features(&life, app.door.offers_terminal(&record), app.door.offers_desktop(&record)),
        permissions: grant.map(|g| permissions(&record, g)).unwrap_or_default(),
        sessions: sessions.iter().map(|s| session_view(s)).collect(),
        viewers: if shows_people { viewers(app, entry, &sessions, grant) } else { Vec::new() },
        me: grant.map(|g| g.person.clone()),
        invitation: grant.and_then(|g| app.door.share_of(entry, g)).map(|share| (&share).into()),
        now: app.door.now(),
    }
}

/// Whether the holder of a grant may know of a session: guests of those only that they were invited to.
pub fn may_know(grant: &Grant, session: &Session) -> bool {
    grant.share.is_none() || may_look(grant, session.family())
}

fn may_look(grant: &Grant, family: Family) -> bool {
    role_of(family, &grant.capabilities).is_some()
}

/// The life of access to a build.
pub fn access_view(app: &App, entry: &Entry) -> AccessView {
    let record = entry.record();
    access(entry, &record, &app.door.life(&record))
}

fn access(entry: &Entry, record: &BuildRecord, life: &Life) -> AccessView {
    let mut words = sentence(life);
    if life.state == State::Pending
        && let Some(hint) = entry.hint()
    {
        words = format!("Waiting for the machine: {hint}.");
    }
    AccessView {
        state: life.state,
        sentence: words,
        ends_at: life.ends_at,
        cause: life.cause,
        deadline: life.deadline,
        epoch: record.epoch,
        failure: life.failure.clone(),
        enabled_by: record.enabled_by.clone(),
    }
}

fn features(life: &Life, has_terminal: bool, has_desktop: bool) -> Features {
    let closed = |what: &str| Feature { available: false, reason: Some(what.to_owned()) };
    let feature = |is_there: bool, missing: &str| match (life.admits, is_there) {
        (false, _) => closed(&sentence(life)),
        (true, true) => Feature { available: true, reason: None },
        (true, false) => closed(missing),
    };
    Features {
        terminal: feature(has_terminal, "This machine offers no terminal."),
        desktop: feature(has_desktop, "This machine offers no desktop."),
    }
}

fn permissions(record: &BuildRecord, grant: &Grant) -> Vec<Permission> {
    let reason = |c: Capability| {
        if grant.capabilities.contains(c) {
            None
        } else if record.policy.capabilities.contains(c) {
            let what = if grant.share.is_some() { "This link" } else { "Your role in the CI" };
            Some(format!("{what} does not let you {}.", c.words()))
        } else {
            Some(format!("The policy does not let anybody {}.", c.words()))
        }
    };
    let one = |c: &Capability| {
        let reason = reason(*c);
        Permission { capability: *c, allowed: reason.is_none(), reason }
    };
    Capability::ALL.iter().map(one).collect()
}

/// A session as the API shows it.
pub fn session_view(session: &Session) -> SessionView {
    let phase = session.phase();
    SessionView {
        id: session.id.clone(),
        build: session.build.to_string(),
        family: session.family(),
        opened_at: session.opened_at,
        opened_by: session.opened_by.clone(),
        viewers: session.with_seats(|s| u32::try_from(s.connected().count()).unwrap_or(u32::MAX)),
        exit_status: match &phase {
            Phase::Ended(Ending::Exit { exit: Exit::Status(status), .. }) => Some(*status),
            _ => None,
        },
        state: match phase {
            Phase::Opening => SessionState::Opening,
            Phase::Live => SessionState::Live,
            Phase::Ended(_) => SessionState::Ended,
        },
    }
}

/// Who looks at these sessions of a build, whoever may do more first.
pub fn viewers(
    app: &App,
    entry: &Entry,
    sessions: &[std::sync::Arc<Session>],
    grant: Option<&Grant>,
) -> Vec<ViewerView> {
    let now = tick().into_std();
    let of = |session: &Session| {
        let may = |g: &Grant| role_of(session.family(), &g.capabilities) == Some(Role::Controller);
        let me = grant.map(|g| (&g.person.sub, app.door.standing(entry, g, may(g))));
        let by = match &me {
            Some((sub, standing)) => By::Person { sub, standing },
            None => By::Service,
        };
        session.with_seats(|seats| {
            let view = |seat: &Seat| ViewerView {
                id: seat.id.clone(),
                session: session.id.clone(),
                name: seat.person.name.clone(),
                you: grant.is_some_and(|g| g.person.sub == seat.person.sub),
                family: session.family(),
                role: seats.role(seat),
                may_control: seat.standing.may_control,
                guest: seat.standing.is_guest(),
                removable: me.as_ref().is_none_or(|(sub, standing)| may_remove(sub, standing, seat)),
                may_hand: seats.may_hand(by, seat, now),
                since: seat.since,
            };
            seats.connected().map(view).collect::<Vec<_>>()
        })
    };
    let mut all: Vec<_> = sessions.iter().flat_map(|s| of(s)).collect();
    all.sort_by_key(|v| (v.role == Role::Viewer, v.since));
    all
}
