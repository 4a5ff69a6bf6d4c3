//! A CI that talks to a server: registers builds, turns access on, asks for tokens.

use std::time::Duration;

use anyhow::{Context as _, ensure};
use reqwest::Method;
use serde_json::{Value, json};
use transom_server::clock::Clock;

use crate::machine::Machine;
use crate::settings::Settings;
use crate::watcher::Watcher;
use crate::{PATIENCE, socket};

/// A CI with its keys. It knows the server by its address only.
pub struct Ci {
    /// `http://127.0.0.1:port`
    pub url: String,
    /// A service key with every right.
    pub key: String,
    /// A service key that may only look.
    pub weak_key: String,
    /// The server's clock, which says when builds start.
    pub clock: Clock,
    http: reqwest::Client,
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

impl Ci {
    /// The CI of a server with these settings.
    ///
    /// # Errors
    /// Where there is no HTTP client.
    pub fn new(settings: &Settings, clock: Clock) -> anyhow::Result<Self> {
        // Another one may be installed already.
        let _ = rustls::crypto::ring::default_provider().install_default();
        Ok(Self {
            url: settings.url(),
            key: settings.key.clone(),
            weak_key: settings.weak_key.clone(),
            clock,
            http: reqwest::Client::builder().timeout(PATIENCE).build()?,
        })
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
        self.ready_machine(id, machine, &json!({"kind": "generated"})).await
    }

    /// Gives a registered build its machine, turns access on, and waits until it is ready.
    ///
    /// # Errors
    /// Where any of that does not work.
    pub async fn ready_machine(&self, id: &str, machine: &Machine, login: &Value) -> anyhow::Result<()> {
        let registration = machine.registration(1, login)?;
        self.ci(Method::PUT, &format!("/builds/{id}/machine"), registration).await?;
        self.enable(id).await?;
        self.state(id, "ready").await?;
        Ok(())
    }

    /// Registers a build on a machine with this one endpoint, turns access on, and waits until it is ready.
    ///
    /// # Errors
    /// Where any of that does not work.
    pub async fn ready_desktop(&self, id: &str, endpoint: &Value) -> anyhow::Result<()> {
        self.build(id, json!({})).await?;
        let machine = json!({ "version": 1, "endpoints": [endpoint] });
        self.ci(Method::PUT, &format!("/builds/{id}/machine"), machine).await?;
        self.enable(id).await?;
        self.state(id, "ready").await?;
        Ok(())
    }

    /// Opens the desktop of a build, or joins a session, with a token of these capabilities beside looking.
    ///
    /// # Errors
    /// Where it is refused.
    pub async fn watch(&self, id: &str, more: &[&str], session: Option<&str>) -> anyhow::Result<Watcher> {
        let token = self.token(id, "Dana", &[&["desktop.view"], more].concat()).await?;
        Watcher::enter(self.socket().await?.into_stream(), &token, session).await
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
