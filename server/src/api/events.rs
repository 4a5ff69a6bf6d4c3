//! `/builds/{id}/events`: what the access page shows, again whenever it changes (server-sent events).

use std::convert::Infallible;
use std::sync::Arc;
use std::time::Duration;

use axum::extract::State;
use axum::response::Sse;
use axum::response::sse::{Event, KeepAlive};
use futures_util::Stream;
use serde_json::json;
use tokio::sync::mpsc;

use super::App;
use super::auth::{Caller, Proof};
use super::body::Build;
use super::error::{ApiError, ProblemBody};
use super::shares::ShareView;
use super::viewing::view;
use crate::access::Grant;
use crate::access::lifecycle::State as Life;
use crate::access::share::may_list;
use crate::config::Right;
use crate::door::Entry;

/// Between two looks, so that a burst of changes becomes one event.
const SETTLE: Duration = Duration::from_millis(50);
/// How long after a token that ended with access the last event may still go out.
const LAST_WORD: Duration = Duration::from_secs(2);
const KEEP_ALIVE: Duration = Duration::from_secs(15);

/// `event: build` with the build, at once and whenever it changes; `event: warning` before the end; for whoever
/// may share, `event: shares` with the links, who is in by them and who waits (as `GET …/shares` gives them). The stream ends with the token, and after the last word when access has ended.
#[utoipa::path(get, path = "/api/v1/builds/{id}/events", tag = "builds", params(("id" = String, Path)),
    security(("service_key" = ["read"]), ("access_token" = [])),
    responses((status = 200, content_type = "text/event-stream", body = String), (status = "default", body = ProblemBody)))]
pub async fn events(
    State(app): State<App>,
    proof: Proof,
    Build(id): Build,
) -> Result<Sse<impl Stream<Item = Result<Event, Infallible>>>, ApiError> {
    let (grant, entry) = match proof.either(&app, Right::Read, &id).await? {
        Caller::Service(_) => (None, app.door.entry(&id).await?),
        Caller::Person(grant, entry) => (Some(grant), entry),
    };
    let (events, received) = mpsc::channel(1);
    app.viewers.clone().spawn_until_end(tell(app, entry, grant, events));
    let stream = futures_util::stream::unfold(received, |mut received| async {
        received.recv().await.map(|event| (Ok(event), received))
    });
    Ok(Sse::new(stream).keep_alive(KeepAlive::new().interval(KEEP_ALIVE)))
}

async fn tell(app: App, entry: Arc<Entry>, grant: Option<Grant>, events: mpsc::Sender<Event>) {
    let clock = app.door.clock().clone();
    let expiry = async {
        let Some(grant) = &grant else { return std::future::pending().await };
        clock.sleep_until(grant.expires_at).await;
        let life = app.door.life(&entry.record());
        if life.ends_with(grant.expires_at) || life.state == Life::Ended {
            tokio::time::sleep(LAST_WORD).await;
        }
    };
    // Beside the telling, so that a page that does not read ends in time as well.
    tokio::select! {
        () = tell_all(&app, &entry, grant.as_ref(), &events) => {}
        () = expiry => {}
        () = events.closed() => {}
    }
}

async fn tell_all(app: &App, entry: &Arc<Entry>, grant: Option<&Grant>, events: &mpsc::Sender<Event>) {
    let mut news = entry.news();
    let mut warnings = entry.warnings();
    let mut told: Vec<ShareView> = Vec::new();
    let sharer = grant.is_none_or(may_list);
    let _following = sharer.then(|| app.door.follow_shares(entry));
    if sharer && let Err(refused) = app.door.shares(entry).await {
        tracing::warn!(%refused, "share links not read");
    }
    loop {
        news.mark_unchanged();
        let over = app.door.life(&entry.record()).state == Life::Ended;
        // A guest whose link is over is told by the end of the stream.
        let Ok(narrowed) = grant.map(|grant| app.door.narrowed(entry, grant)).transpose() else { return };
        let now = view(app, entry, narrowed.as_ref());
        let Ok(event) = Event::default().event("build").json_data(&now) else { return };
        if events.send(event).await.is_err() || over {
            return;
        }
        if narrowed.as_ref().is_none_or(may_list) {
            let links: Vec<_> = app.door.known_shares(entry).into_iter().map(ShareView::from).collect();
            if told != links {
                let Ok(event) = Event::default().event("shares").json_data(&links) else { return };
                if events.send(event).await.is_err() {
                    return;
                }
                told = links;
            }
        }
        tokio::select! {
            changed = news.changed() => {
                if changed.is_err() {
                    return;
                }
                tokio::time::sleep(SETTLE).await;
            }
            _ = warnings.changed() => {
                let Some(warning) = *warnings.borrow_and_update() else { continue };
                let data = json!({
                    "minutes": warning.minutes, "cause": warning.cause, "ends_at": warning.ends_at,
                    "sentence": warning.sentence(),
                });
                let event = Event::default().event("warning").data(data.to_string());
                if events.send(event).await.is_err() {
                    return;
                }
            }
        }
    }
}
