//! `/socket`: a viewer's WebSocket, from the hello to the close code.
//!
//! ```text
//!  upgrade (Origin, subprotocol) ─▶ hello (token) ─▶ attend ─▶ open or join ─▶ welcome ─▶ talk ⇄ ─▶ closing
//!                                                                    cut: end, revocation, expiry, restart
//! ```
//!
//! `cut` runs beside `talk`, so that a viewer who does not even read is cut in time.

mod conversation;
mod leave;
mod outbox;
mod receipt;
mod view;

use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use axum::extract::ws::{Message, WebSocket, WebSocketUpgrade};
use axum::extract::{ConnectInfo, State};
use axum::http::{HeaderMap, header};
use axum::response::Response;
use serde_json::json;
use transom_protocol::limits;
use transom_protocol::problem::Problem;
use transom_protocol::wire::{Attach, ClientMessage, Family, Hello, Role, SUBPROTOCOL};

use super::App;
use super::auth;
use super::error::{ApiError, ProblemBody};
use crate::access::event::EventKind;
use crate::access::{BuildId, Capability, Grant};
use crate::door::{Actor, Attendance, Entry, Refused, require};
use crate::session::desktop::{DesktopSession, DesktopViewer};
use crate::session::seat::Arrival;
use crate::session::terminal::TerminalSession;
use crate::session::terminal::viewer::Viewer;
use crate::session::{Ending, Session};
use conversation::{Conversation, Who};
use leave::Leave;
use view::{DesktopView, TerminalView, View};
pub(super) use view::{capabilities_of, role_of};

/// How long a browser may take to say hello.
const HELLO_WITHIN: Duration = Duration::from_secs(5);
/// Bytes kept ready for what a browser sends; a longer message gets its own.
const READ_BUFFER_BYTES: usize = 4 * 1024;
/// Counts who asked for a socket.
static KNOCKS: AtomicU64 = AtomicU64::new(0);

/// A viewer's WebSocket, subprotocol `transom.v1`; see `protocol/src/wire.rs`.
#[utoipa::path(get, path = "/api/v1/socket", tag = "sessions", security(()),
    responses((status = 101, description = "Subprotocol transom.v1: the first message is `hello` with an access token."),
        (status = "default", body = ProblemBody)))]
pub async fn socket(
    State(app): State<App>,
    peer: Option<axum::Extension<ConnectInfo<SocketAddr>>>,
    headers: HeaderMap,
    upgrade: Result<WebSocketUpgrade, axum::extract::ws::rejection::WebSocketUpgradeRejection>,
) -> Result<Response, ApiError> {
    let upgrade =
        upgrade.map_err(|_| Refused::because(Problem::Malformed, "This address takes WebSockets only."))?;
    let origin = headers.get(header::ORIGIN).and_then(|o| o.to_str().ok());
    if !origin.is_some_and(|o| app.config.allows_origin(o)) {
        return Err(Problem::OriginRefused.into());
    }
    let offered = headers.get_all(header::SEC_WEBSOCKET_PROTOCOL).iter().filter_map(|v| v.to_str().ok());
    if !offered.flat_map(|v| v.split(',')).any(|p| p.trim() == SUBPROTOCOL) {
        return Err(Refused::because(
            Problem::Malformed,
            format!("This server speaks the WebSocket subprotocol {SUBPROTOCOL}."),
        )
        .into());
    }
    if app.viewers.is_ending() {
        return Err(Problem::Restarting.into());
    }
    let address = peer.map(|p| auth::address(&app, p.0.0.ip(), &headers));
    // A browser that comes back does so after the connection before was gone, whose hello may still be
    // on its way here: this tells which was first.
    let knock = KNOCKS.fetch_add(1, Ordering::Relaxed);
    let viewers = app.viewers.clone();
    Ok(upgrade
        .protocols([SUBPROTOCOL])
        .max_message_size(limits::MESSAGE_BYTES)
        .max_frame_size(limits::MESSAGE_BYTES)
        // Browsers send little; what is reserved here is cleared before each look at the socket.
        .read_buffer_size(READ_BUFFER_BYTES)
        // Output is held where it can be skipped, not in buffers on the way.
        .write_buffer_size(0)
        .max_write_buffer_size(2 * limits::MESSAGE_BYTES)
        .on_upgrade(async move |mut socket| {
            viewers.spawn(async move {
                match enter(&app, &mut socket, address, knock).await {
                    Ok(Some(seated)) => {
                        // From here on the socket is polled where the session is.
                        let shard = seated.session.shard.handle().clone();
                        app.viewers.clone().spawn_on(&shard, async move { seated.stay(app, socket).await });
                    }
                    Ok(None) => {}
                    Err(refused) => {
                        app.metrics.problem(refused.problem);
                        Leave::from(refused).say(&mut socket).await;
                    }
                }
            });
        }))
}

/// Somebody who is in.
struct Seated {
    entry: Arc<Entry>,
    grant: Grant,
    actor: Actor,
    session: Arc<Session>,
    view: View,
    attendance: Attendance,
    /// How many were removed before they came.
    removals: u64,
}

impl Seated {
    /// The conversation, and what is left to do behind it.
    async fn stay(self, app: App, mut socket: WebSocket) {
        let Self { entry, grant, actor, session, view, attendance, removals } = self;
        let (build, id) = (grant.build.clone(), view.id().to_owned());
        app.metrics.viewer_came();
        let who = Who { entry, grant, actor: actor.clone(), removals };
        let leave = Conversation::new(&app, who, session.clone(), view).hold(&mut socket).await;
        drop(attendance);
        let why = leave.word();
        // Said first: nobody stays because the store is slow.
        leave.say(&mut socket).await;
        app.metrics.viewer_left();
        app.door.note_left(&build, &actor, &session.id, &id, why).await;
    }
}

/// From the hello to the seat; `None` where the browser went away without a word.
async fn enter(
    app: &App,
    socket: &mut WebSocket,
    address: Option<std::net::IpAddr>,
    knock: u64,
) -> Result<Option<Seated>, Refused> {
    let hello = tokio::select! {
        hello = tokio::time::timeout(HELLO_WITHIN, hello(socket)) => match hello {
            Ok(hello) => hello?,
            Err(_) => return Err(Problem::HelloTimeout.into()),
        },
        () = app.viewers.ending() => return Err(Problem::Restarting.into()),
    };
    let Some(hello) = hello else { return Ok(None) };
    let (grant, entry, actor) = app.door.knock(&hello.token, address, "/api/v1/socket").await?;
    let (build, removals) = (grant.build.clone(), entry.removals().borrow().count());
    let action = match &hello.attach {
        Attach::Open { .. } => "session.open",
        Attach::Join { .. } => "viewer.join",
    };
    if let Attach::Open { family, .. } = &hello.attach {
        // Before anything holds the machine: a refusal is no reason to keep it.
        let minutes = app.door.has_minutes(&entry, *family).await;
        app.door.denied(Some(&build), &actor, action, minutes).await?;
    }
    let admitted = admit(app, &grant, &entry, &hello.attach);
    let (role, attendance) = app.door.denied(Some(&build), &actor, action, admitted).await?;
    let (session, size, resume) = match hello.attach {
        Attach::Open { family, size } => {
            let opening = app.door.open_on_coming(&grant, &entry, family, size, &actor);
            let session = tokio::select! {
                session = opening => session?,
                () = app.viewers.ending() => return Err(Problem::Restarting.into()),
            };
            (session, size, None)
        }
        Attach::Join { session, size, resume } => {
            let joined = join(app, &grant, &entry, &session).await;
            (app.door.denied(Some(&build), &actor, action, joined).await?, size, resume)
        }
    };
    let arrival = Arrival {
        id: crate::random::id("v"),
        back_to: resume.as_ref().map(|r| r.viewer.clone()),
        person: grant.person.clone(),
        standing: app.door.standing(&entry, &grant, role == Role::Controller),
        size,
        at: app.door.now(),
        knock,
    };
    session.set_control(entry.record().policy.control);
    let removed = entry.removals().borrow().check(&grant, removals);
    if removed.is_err() {
        app.door.denied(Some(&build), &actor, "viewer.join", removed).await?;
    }
    let seated = sit(app, &entry, &session, arrival, resume.map(|r| r.output), &grant);
    let id = seated.as_ref().map(|view| view.id().to_owned()).unwrap_or_default();
    let detail = json!({ "session": session.id, "viewer": id });
    let joined = EventKind::ViewerJoined;
    let view =
        app.door.audited_telling(Some(&build), &actor, "viewer.join", seated, detail, Some(joined)).await?;
    Ok(Some(Seated { entry, grant, actor, session, view, attendance, removals }))
}

/// Takes a seat before the session's surface.
fn sit(
    app: &App,
    entry: &Entry,
    session: &Arc<Session>,
    arrival: Arrival,
    output: Option<u64>,
    grant: &Grant,
) -> Result<View, Refused> {
    let most = usize::try_from(app.config.limits.viewers_per_session).unwrap_or(usize::MAX);
    let most = entry.record().policy.max_viewers.map_or(most, |fewer| most.min(fewer as usize));
    if let Some(terminal) = TerminalSession::of(session) {
        return Ok(View::Terminal(TerminalView::new(Viewer::attach(&terminal, arrival, output, most)?)));
    }
    let desktop = DesktopSession::of(session).ok_or(Problem::Internal)?;
    let viewer = DesktopViewer::attach(&desktop, arrival, most)?;
    Ok(View::Desktop(DesktopView::new(viewer, grant.capabilities.clone())))
}

/// Whether somebody may come in at all, and as what. Whoever comes in holds the machine, so whatever
/// may refuse them comes first.
fn admit(
    app: &App,
    grant: &Grant,
    entry: &Arc<Entry>,
    attach: &Attach,
) -> Result<(Role, Attendance), Refused> {
    let family = match attach {
        Attach::Open { family, .. } => *family,
        Attach::Join { session, .. } => {
            // Nobody learns of a session what their grant gives them no part in.
            let seen = role_of(Family::Terminal, &grant.capabilities)
                .or(role_of(Family::Desktop, &grant.capabilities));
            if seen.is_none() {
                require(grant, Capability::TerminalView)?;
            }
            app.door.admits(entry)?;
            running(app, &grant.build, session)?.family()
        }
    };
    let (control, view) = capabilities_of(family);
    let Some(role) = role_of(family, &grant.capabilities) else {
        return Err(require(grant, view).err().unwrap_or(Problem::Forbidden.into()));
    };
    app.door.admits(entry)?;
    if let Attach::Open { .. } = attach {
        require(grant, control)?;
    }
    Ok((role, app.door.come(grant, entry)?))
}

/// The session that somebody who came in wants to look at.
async fn join(app: &App, grant: &Grant, entry: &Entry, id: &str) -> Result<Arc<Session>, Refused> {
    app.door.record_coming(grant, entry).await?;
    let session = running(app, &grant.build, id)?;
    match session.live().await {
        Err(ending @ Ending::Failed(_)) => Err(app.door.refusal_of(&ending, entry)),
        _ => Ok(session),
    }
}

/// The session, if it is one of the build.
fn running(app: &App, build: &BuildId, id: &str) -> Result<Arc<Session>, Refused> {
    app.door.registry().of_build(build, id).ok_or_else(|| Problem::SessionUnknown.into())
}

/// The first message; `None` where the browser went away without one.
async fn hello(socket: &mut WebSocket) -> Result<Option<Hello>, Refused> {
    loop {
        match socket.recv().await {
            Some(Ok(Message::Text(text))) => {
                return match ClientMessage::parse(&text) {
                    Ok(ClientMessage::Hello(hello)) => Ok(Some(hello)),
                    Ok(_) => Err(Refused::because(Problem::Malformed, "The first message has to be hello.")),
                    Err(error) => Err(leave::malformed(&error)),
                };
            }
            Some(Ok(Message::Ping(_) | Message::Pong(_))) => {}
            Some(Ok(Message::Binary(_))) => {
                return Err(Refused::because(Problem::Malformed, "The first message has to be hello."));
            }
            Some(Err(error)) => return leave::broken(&error).map_or(Ok(None), Err),
            Some(Ok(Message::Close(_))) | None => return Ok(None),
        }
    }
}
