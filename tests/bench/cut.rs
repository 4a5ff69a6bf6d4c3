//! From the end of what was allowed to the last closed socket, with 300 guests in six terminals that print: a
//! revoked link, a cancelled build, a link whose time is up. Afterwards everything that was issued is tried.

use std::net::Ipv4Addr;
use std::time::{Duration, Instant};

use anyhow::{Context as _, ensure};
use futures_util::{StreamExt as _, TryStreamExt as _, stream};
use jiff::Timestamp;
use reqwest::Method;
use serde_json::{Value, json};
use tokio::task::JoinSet;
use transom_protocol::wire::{Attach, Size};
use transom_server::clock::tick;
use transom_tests::link::{Link, Visitor};
use transom_tests::pass::secret;
use transom_tests::socket::Socket;

use crate::ground::Ground;
use crate::line::Way;
use crate::report::Report;

const GUESTS: u16 = 300;
const TERMINALS: usize = 6;
const ROUNDS: u16 = 5;
/// Requests of guests that are under way at once.
const AT_ONCE: usize = 8;
/// How long a link lasts whose end is measured, in seconds: until then all have to be in.
const EXPIRES_S: u32 = 90;
const PRINTS: &str = "while sleep 0.2; do date; done\r";

/// What ends it.
#[derive(Debug, Clone, Copy)]
enum End {
    Revoked,
    Cancelled,
    Expired,
}

impl End {
    const ALL: [Self; 3] = [Self::Revoked, Self::Cancelled, Self::Expired];

    fn name(self) -> &'static str {
        match self {
            Self::Revoked => "link revoked",
            Self::Cancelled => "build cancelled",
            Self::Expired => "link's time is up",
        }
    }
}

pub async fn run(ground: &Ground, report: &mut Report) -> anyhow::Result<()> {
    let mut number = 0;
    for end in End::ALL {
        let (mut each, mut last, mut survivors) = (Vec::new(), Vec::new(), 0);
        for _ in 0..ROUNDS {
            number += 1;
            let (took, alive) = round(ground, number, end).await?;
            last.extend(took.iter().copied().reduce(f64::max));
            each.extend(took);
            survivors += alive;
        }
        report.median(Way::Transom, &format!("{}, a viewer's socket closed, p50", end.name()), "ms", &each);
        report.percentile(Way::Transom, &format!("{}, p99", end.name()), "ms", &each, 99);
        report.percentile(
            Way::Transom,
            &format!("{}, last of 300, worst round", end.name()),
            "ms",
            &last,
            100,
        );
        report.say(&format!("{}, what still opens", end.name()), "of all", f64::from(survivors));
    }
    Ok(())
}

/// When each guest's socket was closed, in ms after the end, and how much of what was issued still opens something.
async fn round(ground: &Ground, number: u16, end: End) -> anyhow::Result<(Vec<f64>, u32)> {
    let (server, build) = (&ground.server, format!("c{number}"));
    let build = build.as_str();
    ground.build(build).await?;
    let owner = server.sharer(build).await?;
    let mut owners = Vec::new();
    for _ in 0..TERMINALS {
        let mut socket = server.socket().await?.open(&owner).await?;
        socket.type_text(PRINTS).await?;
        owners.push(socket);
    }
    let sessions: Vec<_> =
        owners.iter().map(|socket| Ok(socket.welcomed()?.session.clone())).collect::<anyhow::Result<_>>()?;
    let expires = if matches!(end, End::Expired) { EXPIRES_S } else { 3600 };
    let link = server.link(build, json!({ "expires_in_s": expires, "role": "control" })).await?;
    let visits = (0..GUESTS).map(|n| server.visit(&link, number * GUESTS + n));
    let guests: Vec<_> = stream::iter(visits).buffered(AT_ONCE).try_collect().await?;
    let mut inside = JoinSet::new();
    // Those who made the terminals read, too.
    for socket in owners {
        inside.spawn(watch(socket, false));
    }
    for (n, guest) in guests.iter().enumerate() {
        let socket = server.socket().await?.join(&guest.token, &sessions[n % TERMINALS], None).await?;
        inside.spawn(watch(socket, true));
    }
    let began = match end {
        End::Revoked => {
            let began = tick();
            let gone = server.revoke(build, &link).await?;
            ensure!(gone == GUESTS, "it disconnects {gone}");
            began
        }
        End::Cancelled => {
            let began = tick();
            let cancelled = json!({ "outcome": "cancelled" });
            server.ci(Method::POST, &format!("/builds/{build}/finish"), cancelled).await?;
            began
        }
        End::Expired => {
            let at: Timestamp = link.view["offer"]["expires_at"].as_str().context("no end")?.parse()?;
            let left = Duration::try_from(at.duration_since(server.clock.now()))?;
            tick() + left
        }
    };
    let mut took = Vec::new();
    while took.len() < usize::from(GUESTS) {
        let (closed, is_guest) = inside.join_next().await.context("too few")??.context("a viewer")?;
        if is_guest {
            took.push(closed.checked_duration_since(began.into()).unwrap_or_default().as_secs_f64() * 1000.0);
        }
    }
    inside.abort_all();
    let mut alive = 0;
    let tries =
        guests.iter().enumerate().map(|(n, guest)| still_opens(ground, build, &link, n, guest, &sessions));
    for opens in stream::iter(tries).buffered(AT_ONCE).try_collect::<Vec<_>>().await? {
        alive += opens;
    }
    if !matches!(end, End::Cancelled) {
        server.ci(Method::DELETE, &format!("/builds/{build}/access"), Value::Null).await?;
    }
    Ok((took, alive))
}

/// Until its socket is closed.
async fn watch(mut socket: Socket, is_guest: bool) -> anyhow::Result<(Instant, bool)> {
    loop {
        if socket.step().await?.is_some() {
            return Ok((tick().into(), is_guest));
        }
    }
}

/// How much of what a guest holds still opens something: token, socket, renewal, link.
async fn still_opens(
    ground: &Ground,
    build: &str,
    link: &Link,
    n: usize,
    guest: &Visitor,
    sessions: &[String],
) -> anyhow::Result<u32> {
    let server = &ground.server;
    let look = server.send(Method::GET, &format!("/api/v1/builds/{build}"), &guest.token, None).await?;
    let renewal = json!({ "renewal": secret(guest.seed), "next": secret(guest.seed + 10_000) });
    let renewed = server.send(Method::POST, "/api/v1/tokens/renew", "", Some(&renewal)).await?;
    // From an address of its own: misses make theirs wait, and the next round comes from here.
    let [high, low] = guest.seed.to_be_bytes();
    let address = Ipv4Addr::new(198, 51, high, low).into();
    let again = server.knock_from(address, link, guest.seed + 20_000).await?;
    let session = sessions[n % TERMINALS].clone();
    let attach = Attach::Join { session, size: Size { cols: 80, rows: 24 }, resume: None };
    let entered = server.socket().await?.refused(&guest.token, attach).await.is_err();
    let opened = [look.status < 400, renewed.status < 400, again.status < 400, entered];
    Ok(opened.into_iter().map(u32::from).sum())
}
