//! The `transom` program: arguments, log, configuration, then run until told to stop.

use std::fs::OpenOptions;
use std::io::{self, BufReader, IsTerminal as _, Write};
use std::os::unix::fs::OpenOptionsExt as _;
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::time::Duration;

use anyhow::Context as _;
use clap::{Args, Parser, Subcommand};
use jiff::Timestamp;
use tokio::signal::unix::{SignalKind, signal};
use tracing_subscriber::filter::Targets;
use tracing_subscriber::layer::{Layer as _, SubscriberExt as _};
use tracing_subscriber::util::SubscriberInitExt as _;
use transom_server::Server;
use transom_server::access::BuildId;
use transom_server::clock::Clock;
use transom_server::config::{Config, Environment, Log, LogFormat, check};
use transom_server::keys::{HookSecret, SecretHash, new_service_key, write_key_files};
use transom_server::seal::Sealer;
use transom_server::store::{AuditFilter, AuditOutcome, AuditRow, Store};

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
    Verify(Verify),
    /// Write rows of the audit to a file, oldest first, one JSON document a line.
    Export(Box<Export>),
}

#[derive(Args)]
struct Verify {
    #[command(flatten)]
    store: File,
    /// Check this export instead, without the store.
    #[arg(long, value_name = "EXPORT", conflicts_with = "config")]
    file: Option<PathBuf>,
    /// The export was filtered: rows may be left out, and those that are there are checked.
    #[arg(long, requires = "file")]
    filtered: bool,
}

#[derive(Args)]
struct Export {
    #[command(flatten)]
    store: File,
    /// Where the rows go, a new file; standard output without it.
    #[arg(long, value_name = "FILE")]
    out: Option<PathBuf>,
    /// Of this build.
    #[arg(long, value_parser = build)]
    build: Option<BuildId>,
    /// Of builds of this project.
    #[arg(long)]
    project: Option<String>,
    /// By this actor: `service:ci`, or somebody's id alone.
    #[arg(long)]
    actor: Option<String>,
    /// This action, or all that begin with it and a dot.
    #[arg(long)]
    action: Option<String>,
    /// `allowed`, `denied` or `ended`.
    #[arg(long)]
    outcome: Option<AuditOutcome>,
    /// At this moment or later: 2026-01-31T00:00:00Z.
    #[arg(long)]
    since: Option<Timestamp>,
    /// Before this moment.
    #[arg(long)]
    until: Option<Timestamp>,
    /// From this address.
    #[arg(long)]
    address: Option<String>,
}

fn main() -> ExitCode {
    let outcome = match Arguments::parse().command {
        Command::Serve(file) => serve(&file.config),
        Command::Check(file) => show(&file.config),
        Command::Keys(keys) => make_keys(&keys),
        Command::Audit(Audit::Verify(Verify { file: Some(file), filtered, .. })) => {
            verify_export(&file, filtered)
        }
        Command::Audit(Audit::Verify(Verify { store, .. })) => verify_audit(&store.config),
        Command::Audit(Audit::Export(export)) => export_audit(*export),
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
        let last = AuditFilter { after: i64::try_from(rows)? - 1, limit: 1, ..AuditFilter::default() };
        let newest = store.audit(&last).await?.pop().map_or_else(|| "none".to_owned(), |row| row.hash);
        println!("{rows} rows, none missing or changed; the newest hash is {newest}");
        store.close().await;
        Ok(())
    })
}

fn verify_export(file: &Path, filtered: bool) -> anyhow::Result<()> {
    let lines = std::fs::File::open(file).with_context(|| format!("cannot read {}", file.display()))?;
    let known = AuditRow::verify_export(BufReader::new(lines), filtered)?;
    if known.rows == 0 {
        println!("no rows");
        return Ok(());
    }
    let (rows, first, last) = (known.rows, known.first, known.last);
    let missing = match known.left_out {
        0 => "none missing or changed".to_owned(),
        left_out => format!("none changed, {left_out} between them left out"),
    };
    println!("{rows} rows, {first} to {last}, {missing}; the newest hash is {}", known.hash);
    Ok(())
}

fn export_audit(export: Export) -> anyhow::Result<()> {
    let config = Config::load(&export.store.config, &Environment::of_process())?;
    let sealer = Sealer::new(&config.keys.seal)?;
    let filter = AuditFilter {
        build: export.build,
        project: export.project,
        actor: export.actor,
        action: export.action,
        outcome: export.outcome,
        since: export.since,
        until: export.until,
        address: export.address,
        ..AuditFilter::default()
    };
    let mut out: Box<dyn Write> = match &export.out {
        None => Box::new(io::stdout().lock()),
        Some(path) => {
            let made = OpenOptions::new().write(true).create_new(true).mode(0o600).open(path);
            Box::new(made.with_context(|| format!("cannot make {}", path.display()))?)
        }
    };
    runtime()?.block_on(async {
        let store = Store::open(&config.store, sealer).await?;
        let mut rows = store.export_audit(filter).await?;
        while let Some(lines) = rows.next().await? {
            out.write_all(&lines)?;
        }
        out.flush()?;
        store.close().await;
        Ok(())
    })
}

fn build(id: &str) -> Result<BuildId, &'static str> {
    BuildId::try_from(id.to_owned())
}

fn runtime() -> anyhow::Result<tokio::runtime::Runtime> {
    tokio::runtime::Builder::new_multi_thread().enable_all().build().context("cannot start the runtime")
}
