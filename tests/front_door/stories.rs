//! Whole lives of access, played on the real server and on the pure function side by side: at each
//! minute at which something happens both have to say the same, whatever was restarted in between.

mod model;
mod table;

use anyhow::{Context as _, ensure};
use futures_util::{StreamExt as _, TryStreamExt as _, stream};
use jiff::{SignedDuration, Timestamp};
use reqwest::Method;
use serde_json::{Value, json};
use transom_protocol::wire::ClientMessage;
use transom_server::access::build::Outcome;
use transom_server::access::lifecycle::Cause;
use transom_server::clock::Clock;
use transom_tests::front::{Front, START};
use transom_tests::machine::Machine;
use transom_tests::receiver::Receiver;
use transom_tests::socket::Socket;

use model::Model;

/// Stories that are played at the same time.
const AT_ONCE: usize = 4;
/// Long before a token is over, in minutes.
const RENEW_EVERY: i64 = 4;

/// Something that happens.
#[derive(Debug, Clone, Copy)]
enum Act {
    /// Somebody opens a terminal.
    Come,
    /// The one who came first leaves for good.
    Go,
    /// The build ends now.
    Finish(Outcome),
    /// The build ended at that minute, and the CI says so only now.
    Told(i64, Outcome),
    /// Somebody turns access on again.
    TurnOn,
    /// Somebody ends access.
    End,
    /// The CI reports the machine gone.
    Gone,
    /// The CI registers the machine again.
    Back,
    /// The CI says how long the build may last, in minutes.
    Last(u64),
    /// The server restarts.
    Restart,
    /// The server stops.
    Down,
    /// It starts again.
    Up,
}

/// What happens and at which minute, when access ends, and why.
type Story = (&'static str, &'static [(i64, Act)], i64, Cause);

fn time(minute: i64) -> Timestamp {
    let start: Timestamp = START.parse().unwrap_or_default();
    start.saturating_add(SignedDuration::from_mins(minute)).unwrap_or(Timestamp::MAX)
}

/// The server's side of a story.
struct Stage {
    front: Front,
    machine: Machine,
    receiver: Receiver,
    inside: Vec<Socket>,
    version: u64,
    now: i64,
}

impl Stage {
    async fn ready() -> anyhow::Result<Self> {
        let (machine, receiver) = (Machine::start()?, Receiver::start()?);
        let front = Front::start_with(Clock::moved(time(0)), &receiver.entry("ci", "")).await?;
        front.ready_build("b1", &machine, Value::Null).await?;
        Ok(Self { front, machine, receiver, inside: Vec::new(), version: 1, now: 0 })
    }

    /// Moves the clock; whoever is inside stays by new tokens, until access is over.
    async fn advance(&mut self, model: &mut Model, to: i64) -> anyhow::Result<()> {
        while self.now < to {
            self.now = if self.inside.is_empty() { to } else { to.min(self.now + RENEW_EVERY) };
            self.front.at(self.now)?;
            self.cut_or_stay(model).await?;
        }
        Ok(())
    }

    async fn cut_or_stay(&mut self, model: &mut Model) -> anyhow::Result<()> {
        let over = model.is_over(time(self.now));
        for mut socket in std::mem::take(&mut self.inside) {
            if over {
                let code = socket.closed().await?.code;
                ensure!([4410, 4411].contains(&code), "closed with {code}");
                model.inside = 0;
            } else {
                socket.renew(&self.front.controller("b1").await?).await?;
                self.inside.push(socket);
            }
        }
        Ok(())
    }

    /// Whether it is allowed.
    async fn happens(&mut self, act: Act) -> anyhow::Result<bool> {
        let front = &self.front;
        let (method, path, body) = match act {
            Act::Come => {
                let wanted = json!({ "sub": "u-Dana", "name": "Dana",
                    "capabilities": ["terminal.view", "terminal.control"] });
                let path = "/api/v1/builds/b1/tokens";
                let issued = front.send(Method::POST, path, &front.key, Some(&wanted)).await?;
                if issued.status >= 400 {
                    ensure!(issued.status == 410, "{issued:?}");
                    return Ok(false);
                }
                let token = issued.body["token"].as_str().context("no token")?.to_owned();
                self.inside.push(front.socket().await?.open(&token).await?);
                return Ok(true);
            }
            Act::Go => {
                if !self.inside.is_empty() {
                    self.inside.remove(0).say(&ClientMessage::Leave { unloads: false }).await?;
                    let left = self.inside.len();
                    front.until("b1", |b| b["viewers"].as_array().is_some_and(|v| v.len() == left)).await?;
                }
                return Ok(true);
            }
            Act::Finish(outcome) => (Method::POST, "finish", json!({ "outcome": outcome })),
            Act::Told(minute, outcome) => {
                (Method::POST, "finish", json!({ "outcome": outcome, "at": time(minute).to_string() }))
            }
            Act::TurnOn => {
                let by = json!({ "by": { "sub": "u1", "name": "Dana" }, "via": "user" });
                (Method::PUT, "access", by)
            }
            Act::End => (Method::DELETE, "access", Value::Null),
            Act::Gone => (Method::DELETE, "machine", Value::Null),
            Act::Back => {
                self.version += 1;
                let registration = self.machine.registration(self.version, &json!({"kind": "generated"}))?;
                (Method::PUT, "machine", registration)
            }
            Act::Last(minutes) => {
                self.version += 1;
                let more = json!({
                    "version": self.version, "started_at": START, "max_duration_s": minutes * 60,
                    "build_dir": self.machine.build_dir(),
                });
                front.build("b1", more).await?;
                return Ok(true);
            }
            Act::Restart | Act::Down | Act::Up => return Ok(true),
        };
        let body = Some(&body).filter(|body| !body.is_null());
        let reply = front.send(method, &format!("/api/v1/builds/b1/{path}"), &front.key, body).await?;
        Ok(reply.status < 400)
    }

    /// The server stops, its clock stands at `minute`, and it starts again.
    async fn restart(mut self, minute: i64) -> anyhow::Result<Self> {
        self.front.stop().await;
        for mut socket in std::mem::take(&mut self.inside) {
            let code = socket.closed().await?.code;
            ensure!(code == 1012, "closed with {code}");
        }
        self.now = minute;
        self.front.at(minute)?;
        let front = self.front.restart().await?;
        Ok(Self { front, ..self })
    }

    async fn shows(&self, wanted: &Value) -> anyhow::Result<()> {
        let is = |build: &Value| {
            let access = &build["access"];
            ["state", "cause", "ends_at"].iter().all(|name| access[name] == wanted[name])
        };
        self.front.until("b1", is).await.with_context(|| format!("it should be {wanted}"))?;
        Ok(())
    }
}

async fn play(story: &Story) -> anyhow::Result<()> {
    let (_, acts, ends, cause) = *story;
    let (mut model, mut stage) = (Model::ready()?, Stage::ready().await?);
    let mut is_down = false;
    for &(minute, act) in acts {
        if !is_down {
            stage.advance(&mut model, minute).await?;
        }
        let allowed = model.happens(time(minute), act);
        match act {
            Act::Restart | Act::Up => stage = stage.restart(minute).await?,
            Act::Down => {
                ensure!(stage.inside.is_empty(), "somebody is inside");
                stage.front.stop().await;
            }
            _ => {
                let allows = stage.happens(act).await?;
                ensure!(allows == allowed, "at {minute}, {act:?}: {allows}");
                stage.cut_or_stay(&mut model).await?;
            }
        }
        is_down = matches!(act, Act::Down);
        if !is_down {
            stage.shows(&model.shows(time(minute))).await.with_context(|| format!("at {minute}, {act:?}"))?;
        }
    }
    stage.advance(&mut model, ends - 1).await?;
    stage.shows(&model.shows(time(stage.now))).await.context("before the end")?;
    stage.advance(&mut model, ends).await?;
    let over = json!({ "state": "ended", "cause": cause, "ends_at": time(ends).to_string() });
    ensure!(model.shows(time(stage.now)) == over, "the function says {}", model.shows(time(stage.now)));
    stage.shows(&over).await?;
    stage.machine.is_deserted().await?;
    // Whatever ended it, once the build is over its machine is free, which is said once.
    let late = stage.now;
    stage = stage.restart(late).await?;
    let finished = stage.front.finish("b1", "succeeded").await?;
    ensure!(finished["release"] == "now", "{finished}");
    stage.shows(&over).await?;
    stage.receiver.told_once("b1", &["access.ended", "machine.releasable"]).await?;
    stage = stage.restart(late + 60).await?;
    stage.front.finish("b1", "succeeded").await?;
    stage.shows(&over).await?;
    stage.receiver.told_once("b1", &["access.ended", "machine.releasable"]).await
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_server_lives_every_story_as_the_function_tells_it() -> anyhow::Result<()> {
    super::log();
    let plays = table::STORIES.iter().map(|story| async move { play(story).await.context(story.0) });
    stream::iter(plays).buffer_unordered(AT_ONCE).try_collect::<()>().await
}
