//! A viewer's conversation, once it is in.

use std::net::IpAddr;
use std::sync::Arc;
use std::time::Duration;

use axum::extract::ws::{Message, WebSocket};
use bytes::Bytes;
use futures_util::StreamExt as _;
use jiff::Timestamp;
use tokio::sync::watch;
use tokio::time::MissedTickBehavior;
use transom_protocol::problem::Problem;
use transom_protocol::wire::{AccessNotice, ClientMessage, Role, ServerMessage, Size, Welcome};

use super::leave::{Leave, broken, malformed};
use super::outbox::{Outbox, bytes_of};
use super::view::{Seen, View, role_of, text};
use crate::access::Grant;
use crate::access::build::BuildRecord;
use crate::access::lifecycle::{Life, State, Warning, sentence};
use crate::api::App;
use crate::backend::Exit;
use crate::clock::tick;
use crate::door::{Actor, Entry, ended};
use crate::session::seat::{Asked, By, ControlRefusal, Parting};
use crate::session::{Ending, Session};

/// How often the far end is asked whether it is still there; two unanswered and it is not.
const PING_EVERY: Duration = Duration::from_secs(20);
const MISSED_PINGS: u32 = 2;

/// Whom a conversation is with.
pub struct Who {
    pub entry: Arc<Entry>,
    pub grant: Grant,
    pub actor: Actor,
    /// How many were removed from the build before they came.
    pub removals: u64,
}

/// One viewer, its socket aside.
pub struct Conversation<'a> {
    app: &'a App,
    entry: Arc<Entry>,
    address: Option<IpAddr>,
    session: Arc<Session>,
    view: View,
    actor: Actor,
    removals: u64,
    /// The newest grant; a renewal replaces it.
    grant: watch::Sender<Grant>,
    told: Option<(Option<Timestamp>, State)>,
}

impl<'a> Conversation<'a> {
    pub fn new(app: &'a App, who: Who, session: Arc<Session>, view: View) -> Self {
        let Who { entry, grant, actor, removals } = who;
        let address = actor.address();
        Self {
            app,
            entry,
            address,
            session,
            view,
            actor,
            removals,
            grant: watch::Sender::new(grant),
            told: None,
        }
    }

    /// Talks until one side ends it.
    pub async fn hold(mut self, socket: &mut WebSocket) -> Leave {
        let (app, entry, grants) = (self.app, Arc::clone(&self.entry), self.grant.subscribe());
        let removals = self.removals;
        tokio::select! {
            biased;
            leave = cut(app, &entry, grants, removals) => {
                if matches!(&leave, Leave::Because(refused) if refused.problem == Problem::Removed) {
                    self.view.part(Parting::ForGood);
                }
                leave
            }
            leave = self.talk(socket) => leave,
        }
    }

    async fn talk(&mut self, socket: &mut WebSocket) -> Leave {
        let mut records = self.entry.records();
        let mut shares = self.entry.shares();
        let mut warnings = self.entry.warnings();
        let mut pings = tokio::time::interval(PING_EVERY);
        pings.set_missed_tick_behavior(MissedTickBehavior::Delay);
        pings.reset();
        let mut unanswered = 0;
        let idle_after = Duration::from_secs(self.entry.record().policy.idle_s.into());
        let idle = tokio::time::sleep(idle_after);
        tokio::pin!(idle);
        let (mut sink, mut stream) = socket.split();
        let mut out = Outbox::counted(&self.session.traffic);
        out.push(text(&self.welcome()));
        out.extend(self.access_news(None));
        loop {
            let through = out.is_empty();
            tokio::select! {
                // Heard also while a slow network takes what is sent: Ctrl-C must not queue behind output.
                message = stream.next(), if out.has_room() => {
                    let message = match message {
                        Some(Ok(message)) => message,
                        Some(Err(error)) => return broken(&error).map_or(Leave::Silently, Leave::Because),
                        None => return Leave::Silently,
                    };
                    unanswered = 0;
                    self.session.traffic.came(bytes_of(&message));
                    if matches!(message, Message::Binary(ref b) if View::is_input(b)) {
                        idle.as_mut().reset(tick() + idle_after);
                    }
                    match self.heard(message).await {
                        Ok(answer) => out.extend(answer.as_ref().map(text)),
                        Err(leave) => return leave,
                    }
                }
                sent = out.send(&mut sink), if !through => {
                    if sent.is_err() {
                        return Leave::Silently;
                    }
                }
                seen = self.view.next(through), if out.has_room() => match seen {
                    Seen::Messages(messages) => messages.into_iter().for_each(|message| out.push(message)),
                    Seen::TakenOver => return Problem::TakenOver.into(),
                    Seen::Ended(ending) => return self.ended(ending),
                },
                _ = records.changed() => {
                    records.mark_unchanged();
                    if let Err(leave) = self.check_role() {
                        return leave;
                    }
                    out.extend(self.access_news(None));
                }
                _ = shares.changed() => {
                    shares.mark_unchanged();
                    if let Err(leave) = self.check_role() {
                        return leave;
                    }
                }
                _ = warnings.changed() => {
                    let warning = *warnings.borrow_and_update();
                    out.extend(self.access_news(warning));
                }
                _ = pings.tick() => {
                    unanswered += 1;
                    if unanswered > MISSED_PINGS {
                        return Leave::Silently;
                    }
                    out.push(Message::Ping(Bytes::new()));
                }
                () = &mut idle, if !idle_after.is_zero() => return Problem::Idle.into(),
            }
        }
    }

    fn welcome(&self) -> ServerMessage {
        ServerMessage::Welcome(self.view.welcome(Welcome {
            session: self.session.id.clone(),
            family: self.session.family(),
            viewer: self.view.id().to_owned(),
            role: self.view.role(),
            may_control: self.may_control(),
            size: Size::default(),
            output: 0,
            history: 0,
            input: 0,
            resumed: false,
            token_expires_at: self.grant.borrow().expires_at.to_string(),
        }))
    }

    /// A message from the browser, and the answer to it.
    async fn heard(&mut self, message: Message) -> Result<Option<ServerMessage>, Leave> {
        match message {
            Message::Binary(bytes) => {
                self.view.heard(bytes)?;
                Ok(None)
            }
            Message::Text(text) => match ClientMessage::parse(&text).map_err(|e| malformed(&e))? {
                ClientMessage::Hello(_) => Err(Problem::Malformed.into()),
                ClientMessage::Renew { token } => self.renew(&token).await.map(Some),
                ClientMessage::Resize(size) => {
                    self.view.resized(size)?;
                    Ok(None)
                }
                ClientMessage::Ping { id } => Ok(Some(ServerMessage::Pong { id })),
                ClientMessage::AskControl => {
                    let asked = self.session.ask_control(self.view.id(), self.view.generation());
                    Ok(self.asked(asked).await)
                }
                ClientMessage::TakeControl => {
                    let asked = self.session.take_control(self.view.id(), self.view.generation());
                    Ok(self.asked(asked).await)
                }
                ClientMessage::GiveControl { viewer } => {
                    let grant = self.app.door.narrowed(&self.entry, &self.grant.borrow())?;
                    let standing = self.app.door.standing(&self.entry, &grant, self.may_control());
                    let by = By::Person { sub: &grant.person.sub, standing: &standing };
                    let handed = self.session.hand_control(by, &viewer);
                    Ok(self.asked(handed.map(Asked::Handed)).await)
                }
                ClientMessage::RefuseControl { viewer } => {
                    self.session.refuse_control(self.view.id(), self.view.generation(), &viewer);
                    Ok(None)
                }
                ClientMessage::Point { x, y } => {
                    self.view.points(x, y)?;
                    Ok(None)
                }
                ClientMessage::Leave { unloads } => {
                    self.view.part(if unloads { Parting::Unloaded } else { Parting::ForGood });
                    Err(Leave::Silently)
                }
            },
            Message::Ping(_) | Message::Pong(_) => Ok(None),
            Message::Close(_) => Err(Leave::Silently),
        }
    }

    /// What came of wanting control, and the answer where there is none but this.
    async fn asked(&self, asked: Result<Asked, ControlRefusal>) -> Option<ServerMessage> {
        match asked {
            Ok(Asked::Handed(handed)) => {
                self.app.door.note_control(&self.session, &self.actor, &handed).await;
                None
            }
            Ok(Asked::Nothing | Asked::Waits) => None,
            Err(refusal) => Some(ServerMessage::ControlRefused { sentence: refusal.sentence() }),
        }
    }

    fn may_control(&self) -> bool {
        let id = self.view.id();
        self.session.with_seats(|seats| seats.seat(id).is_some_and(|seat| seat.standing.may_control))
    }

    /// A newer token of the same person for the same build.
    async fn renew(&mut self, token: &str) -> Result<ServerMessage, Leave> {
        let (grant, _) = self.app.door.grant(token, self.address, "/api/v1/socket").await?;
        {
            let held = self.grant.borrow();
            let same = |one: &Grant| (one.build.clone(), one.person.sub.clone(), one.share.clone());
            if same(&grant) != same(&held) {
                return Err(Problem::Forbidden.into());
            }
        }
        let token_expires_at = grant.expires_at.to_string();
        self.grant.send_replace(grant);
        self.check_role()?;
        Ok(ServerMessage::Renewed { token_expires_at })
    }

    /// What the grant, the policy and a guest's link allow together, now.
    fn check_role(&mut self) -> Result<(), Leave> {
        let (door, entry) = (&self.app.door, &self.entry);
        entry.removals().borrow().check(&self.grant.borrow(), self.removals)?;
        let allowed = door.narrowed(entry, &self.grant.borrow())?;
        self.session.set_control(entry.record().policy.control);
        match role_of(self.session.family(), &allowed.capabilities) {
            None => Err(Problem::Forbidden.into()),
            Some(role) => {
                self.view.set_standing(door.standing(entry, &allowed, role == Role::Controller));
                self.view.set_capabilities(allowed.capabilities);
                Ok(())
            }
        }
    }

    /// How it ends where the session does.
    fn ended(&self, ending: Ending) -> Leave {
        let Ending::Exit { exit, lasted_ms } = ending else {
            return self.app.door.refusal_of(&ending, &self.entry).into();
        };
        let (status, signal) = match exit {
            Exit::Status(status) => (Some(status), None),
            Exit::Signal(signal) => (None, Some(signal)),
            Exit::Unknown => (None, None),
        };
        Leave::Exited(ServerMessage::Exit { status, signal, lasted_ms })
    }

    /// How long access lasts, where that is news or a warning.
    fn access_news(&mut self, warning: Option<Warning>) -> Option<Message> {
        let record: Arc<BuildRecord> = self.entry.record();
        let life: Life = self.app.door.life(&record);
        let news = (life.ends_at, life.state);
        if warning.is_none() && self.told == Some(news) {
            return None;
        }
        self.told = Some(news);
        let notice = ServerMessage::Access(AccessNotice {
            ends_at: life.ends_at.map(|at| at.to_string()),
            cause: life.cause.and_then(|c| serde_json::to_value(c).ok()?.as_str().map(str::to_owned)),
            sentence: warning.map_or_else(|| sentence(&life), |w| w.sentence()),
            warning_min: warning.map(|w| w.minutes.into()),
            now: self.app.door.now().to_string(),
        });
        Some(text(&notice))
    }
}

/// Resolves when the viewer has to go, whatever it is doing.
async fn cut(app: &App, entry: &Entry, mut grants: watch::Receiver<Grant>, came_after: u64) -> Leave {
    let (mut records, mut shares, mut removals) = (entry.records(), entry.shares(), entry.removals());
    let mut sent_away = app.door.sent_away();
    loop {
        shares.mark_unchanged();
        let record = Arc::clone(&records.borrow_and_update());
        let grant = grants.borrow_and_update().clone();
        let (epoch, expires_at) = (grant.epoch, grant.expires_at);
        let life = app.door.life(&record);
        if life.state == State::Ended {
            return ended(&life).into();
        }
        if epoch < record.epoch || sent_away.borrow_and_update().concerns(&grant) {
            return Problem::Revoked.into();
        }
        if let Err(refused) = removals.borrow_and_update().check(&grant, came_after) {
            return refused.into();
        }
        if let (Some(_), Err(refused)) = (&grant.share, app.door.narrowed(entry, &grant)) {
            return refused.into();
        }
        if expires_at <= app.door.now() && !life.ends_with(expires_at) {
            return Problem::TokenExpired.into();
        }
        // The end comes also where nobody can record it.
        let over = life.ends_at.unwrap_or(Timestamp::MAX);
        let until = if life.ends_with(expires_at) { over } else { over.min(expires_at) };
        tokio::select! {
            // At the end of access a token ends too; the end is the better reason.
            biased;
            _ = records.changed() => {}
            _ = shares.changed() => {}
            _ = removals.changed() => {}
            _ = sent_away.changed(), if grant.admin.is_some() => {}
            _ = grants.changed() => {}
            () = app.door.clock().sleep_until(until) => {}
            () = app.viewers.ending() => return Problem::Restarting.into(),
        }
    }
}
