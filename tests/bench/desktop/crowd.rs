//! Several viewers of one desktop: what they cost the server. They take all that comes and answer as pages do,
//! without drawing Transom's pictures, so that the machine has its cores for what is measured.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use anyhow::{Context as _, bail};
use futures_util::{SinkExt as _, StreamExt as _};
use tokio::task::JoinSet;
use tokio_tungstenite::tungstenite::Message;
use transom_protocol::wire::desktop::{DesktopClientFrame, DesktopServerFrame};
use transom_protocol::wire::{Attach, ClientMessage, Family, Hello, ServerMessage, Size};
use transom_server::clock::tick;
use transom_tests::process::Process;
use transom_tests::socket::Stream;

use super::client::Client;
use super::costs::Meter;
use super::gate::Gate;
use super::stand::Stand;
use crate::line::Way;
use crate::report::Report;

const ROUNDS: usize = 3;
const WARM: Duration = Duration::from_secs(2);
const WATCHED: Duration = Duration::from_secs(6);
/// Viewers at once, and of Transom's terminal.
const FEW: usize = 4;
const MANY: usize = 32;

/// What one crowd costs.
struct Spent {
    /// Milliseconds of CPU in each second, of X server and gateway.
    server: f64,
    /// Of the gateway.
    gateway: f64,
    /// Pictures that each viewer is shown in a second.
    pictures: f64,
    memory_mib: f64,
}

pub async fn run(stand: &Stand, report: &mut Report, ways: &[Way]) -> anyhow::Result<()> {
    for workload in ["terminal", "web"] {
        let mut all: Vec<(Way, usize, Spent)> = Vec::new();
        for _ in 0..ROUNDS {
            for way in ways {
                for viewers in [1, FEW, MANY] {
                    if viewers == MANY && (*way != Way::Transom || workload != "terminal") {
                        continue;
                    }
                    let spent = watch(stand, workload, *way, viewers).await?;
                    println!(
                        "    {workload} {}, {viewers} viewers: {:.1} pictures/s, server {:.0} ms/s (gateway {:.0}), {:.1} MiB",
                        way.name(),
                        spent.pictures,
                        spent.server,
                        spent.gateway,
                        spent.memory_mib
                    );
                    all.push((*way, viewers, spent));
                }
            }
        }
        for way in ways {
            for viewers in [1, FEW, MANY] {
                let of = |figure: fn(&Spent) -> f64| -> Vec<f64> {
                    let mine = all.iter().filter(|(of, many, _)| of == way && *many == viewers);
                    mine.map(|(_, _, spent)| figure(spent)).collect()
                };
                if of(|s| s.server).is_empty() {
                    continue;
                }
                let name = format!("{workload}, viewers: {viewers}");
                report.median(*way, &format!("{name}: pictures for each"), "1/s", &of(|s| s.pictures));
                report.median(*way, &format!("{name}: server's CPU"), "ms/s", &of(|s| s.server));
                report.median(*way, &format!("{name}: of that, the gateway's"), "ms/s", &of(|s| s.gateway));
                report.median(*way, &format!("{name}: gateway's memory (PSS)"), "MiB", &of(|s| s.memory_mib));
            }
            for many in [FEW, MANY] {
                let of = |viewers: usize, figure: fn(&Spent) -> f64| -> Vec<f64> {
                    let mine = all.iter().filter(|(of, many, _)| of == way && *many == viewers);
                    mine.map(|(_, _, spent)| figure(spent)).collect()
                };
                let ratio = |figure: fn(&Spent) -> f64| -> Vec<f64> {
                    of(many, figure).iter().zip(of(1, figure)).map(|(many, one)| many / one).collect()
                };
                if of(many, |s| s.server).is_empty() {
                    continue;
                }
                let name = format!("{workload}, viewers: {many} over 1");
                report.median(*way, &format!("{name}: server's CPU"), "ratio", &ratio(|s| s.server));
                report.median(*way, &format!("{name}: gateway's CPU"), "ratio", &ratio(|s| s.gateway));
            }
        }
    }
    Ok(())
}

async fn watch(stand: &Stand, workload: &str, way: Way, viewers: usize) -> anyhow::Result<Spent> {
    let _scene = stand.play(workload)?;
    let gate = Gate::start(way, &stand.desktop).await?;
    let (mut tasks, pictures) = (JoinSet::new(), Arc::new(AtomicU64::new(0)));
    let mut session = None;
    for _ in 0..viewers {
        let pictures = Arc::clone(&pictures);
        match &gate {
            Gate::Transom(server) => {
                let (stream, joined) = enter(server, session.as_deref()).await?;
                session = Some(joined);
                tasks.spawn(view(stream, pictures));
            }
            Gate::Novnc { gateway, .. } => {
                let mut client = Client::web(gateway.port).await?;
                tasks.spawn(async move {
                    loop {
                        client.update().await?;
                        pictures.fetch_add(1, Ordering::Relaxed);
                    }
                });
            }
        }
    }
    still(&mut tasks, WARM).await?;
    let (before, shown, began) =
        (Meter::read(&stand.desktop, &gate, None)?, pictures.load(Ordering::Relaxed), tick());
    still(&mut tasks, WATCHED).await?;
    let (spent, seconds) =
        (Meter::read(&stand.desktop, &gate, None)?.since(&before), began.elapsed().as_secs_f64());
    let shown = pictures.load(Ordering::Relaxed) - shown;
    Ok(Spent {
        server: spent.server_ms() / seconds,
        gateway: spent.gateway_s * 1000.0 / seconds,
        pictures: shown as f64 / seconds / viewers as f64,
        memory_mib: gate.memory_mib()?,
    })
}

/// Lets them look for so long; none of them may go.
async fn still(tasks: &mut JoinSet<anyhow::Result<()>>, time: Duration) -> anyhow::Result<()> {
    match tokio::time::timeout(time, tasks.join_next()).await {
        Ok(ended) => bail!("a viewer has gone: {ended:?}"),
        Err(_) => Ok(()),
    }
}

/// Opens the desktop, or joins its session; returns which it is.
async fn enter(server: &Process, session: Option<&str>) -> anyhow::Result<(Stream, String)> {
    let token = Gate::token(server).await?;
    let mut stream = server.socket().await?.into_stream();
    let size = Size::default();
    let attach = match session {
        None => Attach::Open { family: Family::Desktop, size },
        Some(session) => Attach::Join { session: session.to_owned(), size, resume: None },
    };
    let hello = ClientMessage::Hello(Hello { token, attach });
    stream.send(Message::text(serde_json::to_string(&hello)?)).await?;
    loop {
        let Message::Text(text) = stream.next().await.context("not let in")?? else { continue };
        if let ServerMessage::Welcome(welcome) = serde_json::from_str(&text)? {
            return Ok((stream, welcome.session));
        }
    }
}

/// Acknowledges pictures as they come.
async fn view(mut stream: Stream, pictures: Arc<AtomicU64>) -> anyhow::Result<()> {
    loop {
        let Message::Binary(bytes) = stream.next().await.context("hung up")?? else { continue };
        if let DesktopServerFrame::Picture { number, is_last: true, .. } = DesktopServerFrame::parse(bytes)? {
            stream.send(Message::binary(DesktopClientFrame::PictureAck { number }.encode())).await?;
            pictures.fetch_add(1, Ordering::Relaxed);
        }
    }
}
