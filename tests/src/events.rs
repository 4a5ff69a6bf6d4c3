//! A page's side of the event stream.

use anyhow::{Context as _, ensure};
use serde_json::Value;

use crate::PATIENCE;
use crate::ci::Ci;

/// An open event stream.
pub struct Events {
    response: reqwest::Response,
    text: String,
}

/// One event.
#[derive(Debug, Clone, PartialEq)]
pub struct Event {
    /// Its name.
    pub name: String,
    /// Its data.
    pub data: Value,
}

impl Ci {
    /// Opens the event stream of a build.
    ///
    /// # Errors
    /// Where it is refused.
    pub async fn events(&self, id: &str, bearer: &str) -> anyhow::Result<Events> {
        let request = reqwest::Client::new().get(format!("{}/api/v1/builds/{id}/events", self.url));
        let response = request.bearer_auth(bearer).send().await?;
        ensure!(response.status() == 200, "status {}", response.status());
        ensure!(response.headers()["content-type"] == "text/event-stream");
        Ok(Events { response, text: String::new() })
    }
}

impl Events {
    /// The next event; `None` where the stream has ended.
    ///
    /// # Errors
    /// Where nothing comes in time, or the stream breaks.
    pub async fn next(&mut self) -> anyhow::Result<Option<Event>> {
        loop {
            if let Some((block, rest)) = self.text.split_once("\n\n") {
                let (block, rest) = (block.to_owned(), rest.to_owned());
                self.text = rest;
                let field =
                    |name: &str| block.lines().find_map(|line| line.strip_prefix(name)).map(str::trim);
                if let (Some(name), Some(data)) = (field("event:"), field("data:")) {
                    return Ok(Some(Event { name: name.to_owned(), data: serde_json::from_str(data)? }));
                }
                continue;
            }
            let chunk =
                tokio::time::timeout(PATIENCE, self.response.chunk()).await.context("nothing came")?;
            match chunk? {
                Some(bytes) => self.text.push_str(std::str::from_utf8(&bytes)?),
                None => return Ok(None),
            }
        }
    }

    /// Waits for an event of this name that looks as `wanted` says.
    ///
    /// # Errors
    /// Where the stream ends first.
    pub async fn until(&mut self, name: &str, wanted: impl Fn(&Value) -> bool) -> anyhow::Result<Value> {
        let waiting = async {
            let mut seen = Vec::new();
            while let Some(event) = self.next().await? {
                if event.name == name && wanted(&event.data) {
                    return Ok(event.data);
                }
                seen.push(event);
            }
            anyhow::bail!("the stream ended after {seen:?}")
        };
        tokio::time::timeout(PATIENCE, waiting).await.context("no such event came")?
    }

    /// Waits for the end of the stream; returns what came before it.
    ///
    /// # Errors
    /// Where it does not end.
    pub async fn rest(&mut self) -> anyhow::Result<Vec<Event>> {
        let waiting = async {
            let mut seen = Vec::new();
            while let Some(event) = self.next().await? {
                seen.push(event);
            }
            Ok(seen)
        };
        tokio::time::timeout(PATIENCE, waiting).await.context("the stream did not end")?
    }
}
