//! The `transom` program: arguments, log, configuration, then run until told to stop.

use std::io::IsTerminal as _;
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::time::Duration;

use anyhow::Context as _;
use clap::{Args, Parser, Subcommand};
use tokio::signal::unix::{SignalKind, signal};
use tracing_subscriber::filter::Targets;
use tracing_subscriber::layer::{Layer as _, SubscriberExt as _};
use tracing_subscriber::util::SubscriberInitExt as _;
use transom_server::Server;
use transom_server::clock::Clock;
use transom_server::config::{Config, Environment, Log, LogFormat, check};
use transom_server::keys::{HookSecret, SecretHash, new_service_key, write_key_files};
use transom_server::seal::Sealer;
use transom_server::store::{AuditFilter, Store};

/// Browser access to the machines of CI builds.
#[derive(Parser)]
#[command(name = "transom", version)]
struct Arguments {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Run the server until SIGTERM or SIGINT.
    Serve(File),
    /// Show the effective configuration, with secrets hidden, and what looks wrong in it.
    Check(File),
    /// Make the keys that the server needs, or a key for a CI.
    Keys(Keys),
    /// Look after the audit.
    #[command(subcommand)]
    Audit(Audit),
}

#[derive(Args)]
struct File {
    /// The configuration.
    #[arg(long, value_name = "FILE", default_value = "transom.toml")]
    config: PathBuf,
}

#[derive(Args)]
#[command(args_conflicts_with_subcommands = true)]
struct Keys {
    #[command(subcommand)]
    kind: Option<KeyKind>,
    /// Where token.pem and seal.key go.
    #[arg(long, value_name = "DIRECTORY", default_value = "keys")]
    out: PathBuf,
    /// Replace keys that are there.
    #[arg(long)]
    force: bool,
}

#[derive(Subcommand)]
enum KeyKind {
    /// Make a service key: the key on standard output, its entry for the configuration on standard error.
    Service {
        /// What the key is called in the log and the audit.
        #[arg(long)]
        name: String,
    },
    /// Make a secret that signs webhooks, on standard output.
    Webhook,
}

#[derive(Subcommand)]
enum Audit {
    /// Check that no row of the audit is missing or changed.
    Verify(File),
}

fn main() -> ExitCode {
    let outcome = match Arguments::parse().command {
        Command::Serve(file) => serve(&file.config),
        Command::Check(file) => show(&file.config),
        Command::Keys(keys) => make_keys(&keys),
        Command::Audit(Audit::Verify(file)) => verify_audit(&file.config),
    };
    match outcome {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("transom: {error:#}");
            ExitCode::FAILURE
        }
    }
}

fn serve(file: &Path) -> anyhow::Result<()> {
    let environment = Environment::of_process();
    let config = Config::load(file, &environment)?;
    start_log(&config.log)?;
    for warning in check::warnings(&config, &environment) {
        tracing::warn!("{warning}");
    }
    runtime()?.block_on(run(config))
}

/// Runs the server until [`told_to_stop`].
async fn run(config: Config) -> anyhow::Result<()> {
    let grace = Duration::from_secs(config.listen.drain_s);
    let address = config.listen.address;
    let server = Server::new(config, Clock::system()).await?;
    let listener = server.listen().with_context(|| format!("cannot listen on {address}"))?;
    tracing::info!(%address, "serving");
    tokio::select! {
        () = server.serve(listener) => {}
        stop = told_to_stop() => stop?,
    }
    server.drain(grace).await;
    Ok(())
}

async fn told_to_stop() -> anyhow::Result<()> {
    let (mut terminate, mut interrupt) = (signal(SignalKind::terminate())?, signal(SignalKind::interrupt())?);
    tokio::select! {
        _ = terminate.recv() => tracing::info!(signal = "SIGTERM", "stopping"),
        _ = interrupt.recv() => tracing::info!(signal = "SIGINT", "stopping"),
    }
    Ok(())
}

fn start_log(log: &Log) -> anyhow::Result<()> {
    let colours = std::io::stderr().is_terminal();
    let lines = tracing_subscriber::fmt::layer().with_writer(std::io::stderr).with_ansi(colours);
    let lines = match log.format {
        LogFormat::Text => lines.boxed(),
        LogFormat::Json => lines.json().flatten_event(true).boxed(),
    };
    let filter: Targets = log.level.parse()?;
    tracing_subscriber::registry().with(lines.with_filter(filter)).try_init()?;
    Ok(())
}

fn show(file: &Path) -> anyhow::Result<()> {
    let environment = Environment::of_process();
    let config = Config::load(file, &environment)?;
    print!("{}", check::effective(&config)?);
    for warning in check::warnings(&config, &environment) {
        eprintln!("warning: {warning}");
    }
    Ok(())
}

fn make_keys(keys: &Keys) -> anyhow::Result<()> {
    match &keys.kind {
        Some(KeyKind::Service { name }) => {
            let key = new_service_key()?;
            println!("{}", key.expose());
            let hash = SecretHash::of(key.expose());
            eprintln!("[[service_keys]]\nname = \"{name}\"\nsha256 = \"{}\"", hash.as_str());
            return Ok(());
        }
        Some(KeyKind::Webhook) => {
            println!("{}", *HookSecret::generate()?.to_text());
            return Ok(());
        }
        None => {}
    }
    let files = write_key_files(&keys.out, keys.force)?;
    eprintln!("made {} and {}", files.token.display(), files.seal.display());
    Ok(())
}

fn verify_audit(file: &Path) -> anyhow::Result<()> {
    let config = Config::load(file, &Environment::of_process())?;
    let sealer = Sealer::new(&config.keys.seal)?;
    runtime()?.block_on(async {
        let store = Store::open(&config.store, sealer).await?;
        let rows = store.verify_audit().await?;
        let last = AuditFilter { after: i64::try_from(rows)? - 1, limit: 1, build: None };
        let newest = store.audit(&last).await?.pop().map_or_else(|| "none".to_owned(), |row| row.hash);
        println!("{rows} rows, none missing or changed; the newest hash is {newest}");
        store.close().await;
        Ok(())
    })
}

fn runtime() -> anyhow::Result<tokio::runtime::Runtime> {
    tokio::runtime::Builder::new_multi_thread().enable_all().build().context("cannot start the runtime")
}
