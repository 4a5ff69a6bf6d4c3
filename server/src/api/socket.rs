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

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use axum::extract::ws::{Message, WebSocket, WebSocketUpgrade};
use axum::extract::{ConnectInfo, State};
use axum::http::{HeaderMap, header};
use axum::response::Response;
use transom_protocol::limits;
use transom_protocol::problem::Problem;
use transom_protocol::wire::{Attach, ClientMessage, Hello, SUBPROTOCOL};

use super::App;
use super::auth;
use super::error::{ApiError, ProblemBody};
use crate::access::Grant;
use crate::door::{Actor, Refused, require};
use crate::session::Session;
use crate::session::seat::Arrival;
use crate::session::viewer::Viewer;
use conversation::Conversation;
use leave::Leave;

/// How long a browser may take to say hello.
const HELLO_WITHIN: Duration = Duration::from_secs(5);

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
    let viewers = app.viewers.clone();
    Ok(upgrade
        .protocols([SUBPROTOCOL])
        .max_message_size(limits::MESSAGE_BYTES)
        .max_frame_size(limits::MESSAGE_BYTES)
        // Output is held where it can be skipped, not in buffers on the way.
        .write_buffer_size(0)
        .max_write_buffer_size(2 * limits::MESSAGE_BYTES)
        .on_upgrade(async move |mut socket| {
            viewers.spawn(async move {
                let leave = match serve(&app, &mut socket, address).await {
                    Ok(leave) => leave,
                    Err(refused) => refused.into(),
                };
                leave.say(&mut socket).await;
            });
        }))
}

async fn serve(
    app: &App,
    socket: &mut WebSocket,
    address: Option<std::net::IpAddr>,
) -> Result<Leave, Refused> {
    let hello = tokio::select! {
        hello = tokio::time::timeout(HELLO_WITHIN, hello(socket)) => match hello {
            Ok(hello) => hello?,
            Err(_) => return Err(Problem::HelloTimeout.into()),
        },
        () = app.viewers.ending() => return Err(Problem::Restarting.into()),
    };
    let Some(hello) = hello else { return Ok(Leave::Silently) };
    let (grant, entry) = app.door.grant(&hello.token).await?;
    let actor = Actor::of(&grant, address);
    let Some(role) = Viewer::role_of(&grant.capabilities) else {
        return Err(require(&grant, crate::access::Capability::TerminalView).unwrap_err());
    };
    app.door.admits(&entry)?;
    match &hello.attach {
        Attach::Open { .. } => app.door.may_open_terminal(&grant, &actor).await?,
        Attach::Join { session, .. } => drop(running(app, &grant, session)?),
    }
    let attendance = app.door.attend(&grant, &entry).await?;
    let (session, size, resume) = match hello.attach {
        Attach::Open { family: transom_protocol::wire::Family::Terminal, size } => {
            let opening = app.door.open_terminal(&grant, &entry, size, &actor);
            let session = tokio::select! {
                session = opening => session?,
                () = app.viewers.ending() => return Err(Problem::Restarting.into()),
            };
            (session, size, None)
        }
        Attach::Open { .. } => {
            return Err(Refused::because(Problem::NotReady, "This machine offers no desktop."));
        }
        Attach::Join { session, size, resume } => {
            let session = running(app, &grant, &session)?;
            if let Err(ending @ crate::session::Ending::Failed(_)) = session.live().await {
                return Err(app.door.refusal_of(&ending, &entry));
            }
            (session, size, resume)
        }
    };
    let arrival = Arrival {
        id: crate::random::id("v"),
        back_to: resume.as_ref().map(|r| r.viewer.clone()),
        person: grant.person.clone(),
        role,
        size,
        at: app.door.now(),
    };
    let most = usize::try_from(app.config.limits.viewers_per_session).unwrap_or(usize::MAX);
    let viewer = Viewer::attach(&session, arrival, resume.map(|r| r.output), most)?;
    let viewer_id = viewer.id().to_owned();
    app.door.note_viewer(&grant.build, &actor, true, &session.id, &viewer_id).await;
    app.metrics.viewer_came();
    let span_build = grant.build.clone();
    let leave = Conversation::new(app, entry, grant, session.clone(), viewer).hold(socket).await;
    app.metrics.viewer_left();
    drop(attendance);
    app.door.note_viewer(&span_build, &actor, false, &session.id, &viewer_id).await;
    Ok(leave)
}

/// The session, if it is one of the grant's build.
fn running(app: &App, grant: &Grant, id: &str) -> Result<Arc<Session>, Refused> {
    app.door.registry().of_build(&grant.build, id).ok_or_else(|| Problem::SessionUnknown.into())
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
