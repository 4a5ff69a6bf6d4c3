//! The real server on a free port, with a clock that the test moves, and a CI that talks to it.

use std::sync::Arc;
use std::time::Duration;

use anyhow::{Context as _, ensure};
use jiff::{SignedDuration, Timestamp};
use reqwest::Method;
use serde_json::{Value, json};
use tokio::task::JoinHandle;
use transom_server::Server;
use transom_server::clock::Clock;
use transom_server::config::{Config, Environment};
use transom_server::keys::{SecretHash, new_service_key, write_key_files};

use crate::machine::{Machine, free_port};
use crate::{PATIENCE, socket};

/// When every moved clock starts.
pub const START: &str = "2026-01-01T00:00:00Z";

/// A running server.
pub struct Front {
    /// The server itself, to look behind it.
    pub server: Arc<Server>,
    /// Its clock; one that stands still unless [`Front::real`] made it.
    pub clock: Clock,
    /// `http://127.0.0.1:port`
    pub url: String,
    /// A service key with every right.
    pub key: String,
    /// A service key that may only look.
    pub weak_key: String,
    http: reqwest::Client,
    serving: JoinHandle<()>,
    dir: Arc<tempfile::TempDir>,
    config: Config,
}

/// An answer: status and JSON body.
#[derive(Debug, Clone)]
pub struct Reply {
    /// HTTP status.
    pub status: u16,
    /// Body, `null` where it is none.
    pub body: Value,
}

impl Reply {
    /// The name of the problem that it reports.
    #[must_use]
    pub fn problem(&self) -> &str {
        self.body["type"].as_str().and_then(|t| t.strip_prefix("urn:transom:problem:")).unwrap_or_default()
    }

    /// The body of an answer that should be good.
    ///
    /// # Errors
    /// Where it is not.
    pub fn good(self) -> anyhow::Result<Value> {
        ensure!((200..300).contains(&self.status), "status {}: {}", self.status, self.body);
        Ok(self.body)
    }
}

impl Front {
    /// A server with a clock that stands still at [`START`].
    ///
    /// # Errors
    /// Where it does not start.
    pub async fn start() -> anyhow::Result<Self> {
        Self::start_with(Clock::moved(START.parse()?), "").await
    }

    /// A server with the system's clock.
    ///
    /// # Errors
    /// Where it does not start.
    pub async fn real() -> anyhow::Result<Self> {
        Self::start_with(Clock::system(), "").await
    }

    /// A server with more lines for its configuration.
    ///
    /// # Errors
    /// Where it does not start.
    pub async fn start_with(clock: Clock, more: &str) -> anyhow::Result<Self> {
        Self::start_in(tempfile::tempdir()?, clock, more).await
    }

    /// A server that keeps its files in `dir`.
    ///
    /// # Errors
    /// Where it does not start.
    pub async fn start_in(dir: tempfile::TempDir, clock: Clock, more: &str) -> anyhow::Result<Self> {
        let dir = Arc::new(dir);
        write_key_files(&dir.path().join("keys"), false)?;
        let (key, weak_key) = (new_service_key()?, new_service_key()?);
        let port = free_port()?;
        let hash = |k: &str| SecretHash::of(k).as_str().to_owned();
        let file = dir.path().join("transom.toml");
        let text = format!(
            r#"public_url = "http://127.0.0.1:{port}"
{more}
[listen]
address = "127.0.0.1:{port}"
[store]
url = "sqlite:transom.db"
[keys]
directory = "keys"
[machines]
networks = ["127.0.0.0/8", "10.0.0.0/8"]
connect_timeout_s = 5
[[service_keys]]
name = "ci"
sha256 = "{}"
allow = ["builds", "access", "tokens", "read", "audit"]
[[service_keys]]
name = "reader"
sha256 = "{}"
allow = ["read"]
"#,
            hash(key.expose()),
            hash(weak_key.expose()),
        );
        std::fs::write(&file, text)?;
        let config = Config::load(&file, &Environment::from_iter([] as [(&str, &str); 0]))?;
        Self::with_config(config, clock, dir, key.expose().clone(), weak_key.expose().clone()).await
    }

    async fn with_config(
        config: Config,
        clock: Clock,
        dir: Arc<tempfile::TempDir>,
        key: String,
        weak_key: String,
    ) -> anyhow::Result<Self> {
        let server = Arc::new(Server::new(config.clone(), clock.clone()).await?);
        let listener = server.listen()?;
        let url = config.public_url.as_str().to_owned();
        let serving = {
            let server = Arc::clone(&server);
            #[expect(clippy::disallowed_methods, reason = "the server's own lifetimes are under test")]
            tokio::spawn(async move { server.serve(listener).await })
        };
        let http = reqwest::Client::builder().timeout(PATIENCE).build()?;
        Ok(Self { server, clock, url, key, weak_key, http, serving, dir, config })
    }

    /// Stops the server and starts another on the same store, as a restart does.
    ///
    /// # Errors
    /// Where it does not start.
    pub async fn restart(self) -> anyhow::Result<Self> {
        self.server.drain(Duration::from_secs(5)).await;
        self.serving.await?;
        drop(self.server);
        Self::with_config(self.config, self.clock, self.dir, self.key, self.weak_key).await
    }

    /// Stops the server.
    pub async fn stop(&self) {
        self.server.drain(Duration::from_secs(5)).await;
    }

    /// Where its files are.
    #[must_use]
    pub fn dir(&self) -> &std::path::Path {
        self.dir.path()
    }

    /// Moves the clock to `minutes` after [`START`].
    ///
    /// # Errors
    /// Where that is no time.
    pub fn at(&self, minutes: i64) -> anyhow::Result<Timestamp> {
        let start: Timestamp = START.parse()?;
        let at = start.checked_add(SignedDuration::from_mins(minutes))?;
        self.clock.set(at);
        Ok(at)
    }

    /// Sends a request; `bearer` is a service key, a token, or empty.
    ///
    /// # Errors
    /// Where there is no answer.
    pub async fn send(
        &self,
        method: Method,
        path: &str,
        bearer: &str,
        body: Option<&Value>,
    ) -> anyhow::Result<Reply> {
        let mut request = self.request(method, path);
        if !bearer.is_empty() {
            request = request.bearer_auth(bearer);
        }
        if let Some(body) = body {
            request = request.json(body);
        }
        Self::reply(request).await
    }

    /// A request, to be filled in by hand.
    pub fn request(&self, method: Method, path: &str) -> reqwest::RequestBuilder {
        self.http.request(method, format!("{}{path}", self.url))
    }

    /// The answer to `request`; a stream of events is not read.
    ///
    /// # Errors
    /// Where there is none.
    pub async fn reply(request: reqwest::RequestBuilder) -> anyhow::Result<Reply> {
        let response = request.send().await?;
        let status = response.status().as_u16();
        let kind = response.headers().get("content-type").and_then(|v| v.to_str().ok());
        if kind == Some("text/event-stream") {
            return Ok(Reply { status, body: Value::Null });
        }
        let body = serde_json::from_slice(&response.bytes().await?).unwrap_or(Value::Null);
        Ok(Reply { status, body })
    }

    /// Does something as the CI, and expects it to work.
    ///
    /// # Errors
    /// Where it does not.
    pub async fn ci(&self, method: Method, path: &str, body: Value) -> anyhow::Result<Value> {
        let body = Some(&body).filter(|b| !b.is_null());
        self.send(method.clone(), &format!("/api/v1{path}"), &self.key, body)
            .await?
            .good()
            .with_context(|| format!("{method} {path}"))
    }

    /// Looks at something as the CI.
    ///
    /// # Errors
    /// Where that does not work.
    pub async fn look(&self, path: &str) -> anyhow::Result<Value> {
        self.ci(Method::GET, path, Value::Null).await
    }

    /// Registers a running build that started now.
    ///
    /// # Errors
    /// Where it is refused.
    pub async fn build(&self, id: &str, more: Value) -> anyhow::Result<Value> {
        let mut update = json!({
            "version": 1, "title": "unit tests", "project": "app", "platform": "linux",
            "state": "running", "started_at": self.clock.now().to_string(),
        });
        if let (Some(update), Some(more)) = (update.as_object_mut(), more.as_object()) {
            update.extend(more.clone());
        }
        self.ci(Method::PUT, &format!("/builds/{id}"), update).await
    }

    /// Registers a running build on `machine` with access turned on, and waits until it is ready.
    ///
    /// # Errors
    /// Where any of that does not work.
    pub async fn ready_build(&self, id: &str, machine: &Machine, more: Value) -> anyhow::Result<()> {
        let mut about = json!({ "build_dir": machine.build_dir() });
        if let (Some(about), Some(more)) = (about.as_object_mut(), more.as_object()) {
            about.extend(more.clone());
        }
        let registered = self.build(id, about).await?;
        machine.authorize(&registered["install"]["authorized_keys"])?;
        self.ci(
            Method::PUT,
            &format!("/builds/{id}/machine"),
            machine.registration(1, &json!({"kind": "generated"}))?,
        )
        .await?;
        self.enable(id).await?;
        self.state(id, "ready").await?;
        Ok(())
    }

    /// Turns access on.
    ///
    /// # Errors
    /// Where it is refused.
    pub async fn enable(&self, id: &str) -> anyhow::Result<Value> {
        let by = json!({ "by": { "sub": "u1", "name": "Dana" }, "via": "user" });
        self.ci(Method::PUT, &format!("/builds/{id}/access"), by).await
    }

    /// Waits until access to a build is in `state`; returns the build.
    ///
    /// # Errors
    /// Where it does not get there.
    pub async fn state(&self, id: &str, state: &str) -> anyhow::Result<Value> {
        self.until(id, |build| build["access"]["state"] == state)
            .await
            .with_context(|| format!("build {id} never became {state}"))
    }

    /// Waits until a build looks as `wanted` says.
    ///
    /// # Errors
    /// Where it never does.
    pub async fn until(&self, id: &str, wanted: impl Fn(&Value) -> bool) -> anyhow::Result<Value> {
        let mut last = Value::Null;
        for _ in 0..(PATIENCE.as_millis() / 20) {
            last = self.look(&format!("/builds/{id}")).await?;
            if wanted(&last) {
                return Ok(last);
            }
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
        anyhow::bail!("last seen: {last}")
    }

    /// A token for `name` with these capabilities.
    ///
    /// # Errors
    /// Where it is refused.
    pub async fn token(&self, id: &str, name: &str, capabilities: &[&str]) -> anyhow::Result<String> {
        let wanted = json!({ "sub": format!("u-{name}"), "name": name, "capabilities": capabilities });
        let reply = self.ci(Method::POST, &format!("/builds/{id}/tokens"), wanted).await?;
        Ok(reply["token"].as_str().context("no token")?.to_owned())
    }

    /// A token of somebody who may type.
    ///
    /// # Errors
    /// Where it is refused.
    pub async fn controller(&self, id: &str) -> anyhow::Result<String> {
        self.token(id, "Dana", &["terminal.view", "terminal.control", "access.end"]).await
    }

    /// A token of somebody who may only look.
    ///
    /// # Errors
    /// Where it is refused.
    pub async fn viewer(&self, id: &str) -> anyhow::Result<String> {
        self.token(id, "Ravi", &["terminal.view"]).await
    }

    /// A WebSocket to the server, before its hello.
    ///
    /// # Errors
    /// Where it is refused.
    pub async fn socket(&self) -> anyhow::Result<socket::Socket> {
        socket::Socket::connect(&self.url, &self.url).await
    }
}
