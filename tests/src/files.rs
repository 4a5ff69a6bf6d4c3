//! Files of a machine through the server's API, as a page asks for them.

use anyhow::Context as _;
use reqwest::{Body, Method, Response};
use serde_json::{Value, json};
use transom_protocol::path::exact;

use crate::ci::{Ci, Reply};

/// What somebody needs who may do everything with files.
pub const ALL_OF_FILES: &[&str] =
    &["terminal.view", "terminal.control", "access.end", "files.read", "files.write"];

impl Ci {
    /// A token of somebody who may type, fetch files and put them.
    ///
    /// # Errors
    /// Where it is refused.
    pub async fn filer(&self, id: &str) -> anyhow::Result<String> {
        self.token(id, "Dana", ALL_OF_FILES).await
    }

    /// A request about the file at `path`, whose bytes may be any.
    pub fn about_file(
        &self,
        method: Method,
        (build, what): (&str, &str),
        path: &[u8],
        token: &str,
    ) -> reqwest::RequestBuilder {
        let address = format!("/api/v1/builds/{build}/files{what}?path={}", exact(path));
        self.request(method, &address).bearer_auth(token)
    }

    /// What is in a folder.
    ///
    /// # Errors
    /// Where there is no answer.
    pub async fn list(&self, build: &str, path: &[u8], token: &str) -> anyhow::Result<Reply> {
        Self::reply(self.about_file(Method::GET, (build, ""), path, token)).await
    }

    /// Puts a file.
    ///
    /// # Errors
    /// Where there is no answer.
    pub async fn put_file(
        &self,
        build: &str,
        path: &[u8],
        token: &str,
        body: impl Into<Body>,
    ) -> anyhow::Result<Reply> {
        Self::reply(self.about_file(Method::PUT, (build, "/content"), path, token).body(body)).await
    }

    /// Asks for a file; its bytes are still to be read.
    ///
    /// # Errors
    /// Where there is no answer.
    pub async fn fetch(&self, build: &str, path: &[u8], token: &str) -> anyhow::Result<Response> {
        Ok(self.about_file(Method::GET, (build, "/content"), path, token).send().await?)
    }

    /// A ticket for a file.
    ///
    /// # Errors
    /// Where there is no answer.
    pub async fn ticket(&self, build: &str, path: &[u8], token: &str) -> anyhow::Result<Reply> {
        let wanted = json!({ "path": exact(path) });
        self.send(Method::POST, &format!("/api/v1/builds/{build}/files/tickets"), token, Some(&wanted)).await
    }

    /// Follows the address of a ticket, as a browser does.
    ///
    /// # Errors
    /// Where there is no answer.
    pub async fn follow(&self, ticket: &Value) -> anyhow::Result<Response> {
        let url = ticket["url"].as_str().context("no url")?;
        let path = url.strip_prefix(&self.url).context("leads elsewhere")?;
        Ok(self.request(Method::GET, path).send().await?)
    }

    /// The rows of the audit for one action: who, outcome, detail.
    ///
    /// # Errors
    /// Where they cannot be read.
    pub async fn audited(&self, action: &str) -> anyhow::Result<Vec<Value>> {
        let rows = self.look("/audit?limit=1000").await?;
        let rows = rows["rows"].as_array().or_else(|| rows.as_array()).context("no rows")?;
        Ok(rows.iter().filter(|row| row["action"] == action).cloned().collect())
    }
}

/// The reply to a request for a file that failed.
///
/// # Errors
/// Where it is no document.
pub async fn problem(response: Response) -> anyhow::Result<Reply> {
    let status = response.status().as_u16();
    Ok(Reply { status, body: response.json().await? })
}

/// SHA-256 in hexadecimal.
#[must_use]
pub fn sha256(bytes: &[u8]) -> String {
    let digest = ring::digest::digest(&ring::digest::SHA256, bytes);
    digest.as_ref().iter().map(|byte| format!("{byte:02x}")).collect()
}

/// Bytes without a pattern, the same every time.
#[must_use]
pub fn noise(len: usize) -> Vec<u8> {
    let mut state = 0x9e37_79b9_7f4a_7c15_u64;
    let mut bytes = Vec::with_capacity(len + 8);
    while bytes.len() < len {
        // xorshift64 (Marsaglia 2003).
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        bytes.extend_from_slice(&state.to_le_bytes());
    }
    bytes.truncate(len);
    bytes
}
