//! A CI's side of webhooks: a small HTTP server that keeps what it gets and answers as it is told.

use std::collections::BTreeSet;
use std::io::{BufReader, Read as _, Write as _};
use std::net::{TcpListener, TcpStream};
use std::path::PathBuf;
use std::sync::{Arc, Mutex, PoisonError};

use anyhow::{Context as _, ensure};
use serde_json::Value;
use standardwebhooks::Webhook;
use tokio::sync::watch;
use transom_server::keys::HookSecret;

use crate::PATIENCE;

/// A webhook that came.
#[derive(Debug, Clone, PartialEq)]
pub struct Received {
    /// `webhook-id`
    pub id: String,
    /// `webhook-timestamp`
    pub timestamp: i64,
    /// `webhook-signature`
    pub signature: String,
    /// The body, byte for byte.
    pub text: String,
    /// The body.
    pub body: Value,
}

impl Received {
    /// Kind of the event.
    #[must_use]
    pub fn kind(&self) -> &str {
        self.body["type"].as_str().unwrap_or_default()
    }

    /// The build that it is about.
    #[must_use]
    pub fn build(&self) -> &str {
        self.body["data"]["build"].as_str().unwrap_or_default()
    }

    /// How many of the signatures are good for `secret`, as another implementation computes it.
    ///
    /// # Errors
    /// Where `secret` is none.
    pub fn good_for(&self, secret: &str) -> anyhow::Result<usize> {
        let wanted = Webhook::new(secret)?.sign(&self.id, self.timestamp, self.text.as_bytes())?;
        Ok(self.signature.split(' ').filter(|signature| *signature == wanted).count())
    }
}

/// How a receiver answers.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Answer {
    /// With this status.
    Status(u16),
    /// That it is to be found at another address.
    Moved(String),
    /// Not at all: it closes the connection.
    Break,
    /// Not at all: it leaves the connection open until the other side closes it.
    Hang,
}

type Decide = Box<dyn FnMut(&Received) -> Answer + Send>;

/// A receiver, with the secret that it gave to the server.
pub struct Receiver {
    /// Its port on the loopback.
    pub port: u16,
    /// The secret.
    pub secret: String,
    place: tempfile::TempDir,
    seen: watch::Sender<Vec<Received>>,
    connections: watch::Sender<usize>,
    decide: Arc<Mutex<Decide>>,
}

impl Receiver {
    /// One that takes everything.
    ///
    /// # Errors
    /// Where no port is free.
    pub fn start() -> anyhow::Result<Self> {
        let listener = TcpListener::bind("127.0.0.1:0")?;
        let receiver = Self {
            port: listener.local_addr()?.port(),
            secret: HookSecret::generate()?.to_text().to_string(),
            place: tempfile::tempdir()?,
            seen: watch::Sender::default(),
            connections: watch::Sender::default(),
            decide: Arc::new(Mutex::new(Box::new(|_| Answer::Status(204)))),
        };
        receiver.sign_with(&[&receiver.secret])?;
        let (seen, connections) = (receiver.seen.clone(), receiver.connections.clone());
        let decide = Arc::clone(&receiver.decide);
        std::thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                connections.send_modify(|n| *n += 1);
                let (seen, decide) = (seen.clone(), Arc::clone(&decide));
                std::thread::spawn(move || drop(converse(stream, &seen, &decide)));
            }
        });
        Ok(receiver)
    }

    /// Answers from now on as `decide` says.
    pub fn answer(&self, decide: impl FnMut(&Received) -> Answer + Send + 'static) {
        *self.decide.lock().unwrap_or_else(PoisonError::into_inner) = Box::new(decide);
    }

    /// Where it is.
    #[must_use]
    pub fn url(&self) -> String {
        format!("http://127.0.0.1:{}/hooks", self.port)
    }

    /// Which secrets a server gets that is started from now on.
    ///
    /// # Errors
    /// Where they cannot be written.
    pub fn sign_with(&self, secrets: &[&str]) -> anyhow::Result<()> {
        Ok(std::fs::write(self.secret_file(), secrets.join("\n"))?)
    }

    fn secret_file(&self) -> PathBuf {
        self.place.path().join("hook.secret")
    }

    /// Its entry in a configuration.
    #[must_use]
    pub fn entry(&self, name: &str, more: &str) -> String {
        self.entry_at(name, &self.url(), &format!("allow_private = true\n{more}"))
    }

    /// The same with another address, and without being allowed to be where it is.
    #[must_use]
    pub fn entry_at(&self, name: &str, url: &str, more: &str) -> String {
        let file = self.secret_file();
        format!(
            "[[webhooks]]\nname = \"{name}\"\nurl = \"{url}\"\nsecret_files = [\"{}\"]\n{more}\n",
            file.display()
        )
    }

    /// What it got so far.
    #[must_use]
    pub fn seen(&self) -> Vec<Received> {
        self.seen.borrow().clone()
    }

    /// How many connections were made to it.
    #[must_use]
    pub fn connections(&self) -> usize {
        *self.connections.borrow()
    }

    /// Waits until what it got is as `wanted` says, and returns it.
    ///
    /// # Errors
    /// Where that never is.
    pub async fn until(&self, wanted: impl Fn(&[Received]) -> bool) -> anyhow::Result<Vec<Received>> {
        let mut seen = self.seen.subscribe();
        let found = tokio::time::timeout(PATIENCE, seen.wait_for(|all| wanted(all))).await;
        match found {
            Ok(found) => Ok(found?.clone()),
            Err(_) => {
                let kinds: Vec<_> =
                    self.seen().iter().map(|one| format!("{} {}", one.build(), one.kind())).collect();
                anyhow::bail!("never came; what came: {kinds:?}")
            }
        }
    }

    /// Waits until an event of this kind came for the build, and returns it.
    ///
    /// # Errors
    /// Where it never does.
    pub async fn gets(&self, build: &str, kind: &str) -> anyhow::Result<Received> {
        let is = |one: &Received| one.build() == build && one.kind() == kind;
        let seen = self.until(|all| all.iter().any(is)).await.with_context(|| format!("{build} {kind}"))?;
        seen.into_iter().rfind(is).context("it was there")
    }

    /// Waits until each of these kinds came for the build, and looks whether it was told once: under one id,
    /// however often it was sent.
    ///
    /// # Errors
    /// Where one never comes, or was told twice.
    pub async fn told_once(&self, build: &str, kinds: &[&str]) -> anyhow::Result<()> {
        for kind in kinds {
            self.gets(build, kind).await?;
            let seen = self.seen();
            let of_kind = seen.iter().filter(|one| one.build() == build && one.kind() == *kind);
            let ids: BTreeSet<_> = of_kind.map(|one| &one.id).collect();
            ensure!(ids.len() == 1, "{kind}: {ids:?}");
        }
        Ok(())
    }
}

/// One request and its answer.
fn converse(
    stream: TcpStream,
    seen: &watch::Sender<Vec<Received>>,
    decide: &Mutex<Decide>,
) -> anyhow::Result<()> {
    let mut reader = BufReader::new(stream.try_clone()?);
    let received = read(&mut reader)?;
    let answer = decide.lock().unwrap_or_else(PoisonError::into_inner)(&received);
    seen.send_modify(|all| all.push(received));
    let (status, location) = match answer {
        Answer::Status(status) => (status, String::new()),
        Answer::Moved(to) => (302, format!("location: {to}\r\n")),
        Answer::Break => return Ok(()),
        Answer::Hang => {
            let _ = reader.read(&mut [0]);
            return Ok(());
        }
    };
    let mut stream = stream;
    write!(stream, "HTTP/1.1 {status} x\r\n{location}content-length: 0\r\nconnection: close\r\n\r\n")?;
    Ok(())
}

fn read(reader: &mut impl std::io::BufRead) -> anyhow::Result<Received> {
    let mut line = String::new();
    reader.read_line(&mut line)?;
    ensure!(line.starts_with("POST "), "{line}");
    let mut headers = Vec::new();
    loop {
        let mut line = String::new();
        reader.read_line(&mut line)?;
        let Some((name, value)) = line.trim_end().split_once(": ") else { break };
        headers.push((name.to_ascii_lowercase(), value.to_owned()));
    }
    let header = |wanted: &str| {
        let found = headers.iter().find(|(name, _)| name == wanted).map(|(_, value)| value.clone());
        found.with_context(|| format!("no {wanted}"))
    };
    ensure!(header("content-type")? == "application/json", "another type");
    let mut body = vec![0; header("content-length")?.parse()?];
    reader.read_exact(&mut body)?;
    let text = String::from_utf8(body)?;
    Ok(Received {
        id: header("webhook-id")?,
        timestamp: header("webhook-timestamp")?.parse()?,
        signature: header("webhook-signature")?,
        body: serde_json::from_str(&text)?,
        text,
    })
}
