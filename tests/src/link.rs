//! Share links: those who make them, and guests who come by them.

use std::net::IpAddr;

use anyhow::{Context as _, ensure};
use reqwest::{Method, RequestBuilder};
use serde_json::{Value, json};
use transom_protocol::wire::{Attach, Family, Size};

use crate::ci::{Ci, Reply};
use crate::pass::secret;
use crate::settings::Settings;

/// What it takes to share control of terminals.
pub const SHARER: &[&str] = &["terminal.view", "terminal.control", "share.view", "share.control"];

/// A link as it was shown, once.
#[derive(Debug, Clone)]
pub struct Link {
    /// Its id.
    pub id: String,
    /// What guests prove that they have it with.
    pub secret: String,
    /// How it is listed.
    pub view: Value,
}

/// A guest who is in.
#[derive(Debug, Clone)]
pub struct Visitor {
    /// Their token.
    pub token: String,
    /// The seed of their renewal secret.
    pub seed: u16,
    /// The whole answer.
    pub reply: Value,
}

impl Ci {
    /// A token of somebody who may share all that there is of terminals.
    ///
    /// # Errors
    /// Where it is refused.
    pub async fn sharer(&self, id: &str) -> anyhow::Result<String> {
        self.token(id, "Dana", SHARER).await
    }

    /// Asks for a link.
    ///
    /// # Errors
    /// Where there is no answer.
    pub async fn ask_for_link(&self, id: &str, token: &str, wanted: &Value) -> anyhow::Result<Reply> {
        self.send(Method::POST, &format!("/api/v1/builds/{id}/shares"), token, Some(wanted)).await
    }

    /// A link that Dana makes.
    ///
    /// # Errors
    /// Where it is refused.
    pub async fn link(&self, id: &str, wanted: Value) -> anyhow::Result<Link> {
        self.link_of(id, &self.sharer(id).await?, &wanted).await
    }

    /// A link that the holder of a token makes.
    ///
    /// # Errors
    /// Where it is refused.
    pub async fn link_of(&self, id: &str, token: &str, wanted: &Value) -> anyhow::Result<Link> {
        let made = self.ask_for_link(id, token, wanted).await?.good()?;
        let (path, secret) = made["url"].as_str().and_then(|u| u.split_once('#')).context("no secret")?;
        let id = path.rsplit('/').next().unwrap_or_default().to_owned();
        ensure!(made["share"]["id"] == id.as_str());
        Ok(Link { id, secret: secret.to_owned(), view: made["share"].clone() })
    }

    /// Shows a link's secret, and whatever `more` says.
    ///
    /// # Errors
    /// Where there is no answer.
    pub async fn knock(&self, link: &Link, seed: u16, more: Value) -> anyhow::Result<Reply> {
        Self::reply(self.knocking(link, seed, &more)).await
    }

    /// The same from an address of its own, behind a proxy.
    ///
    /// # Errors
    /// Where there is no answer.
    pub async fn knock_from(&self, address: IpAddr, link: &Link, seed: u16) -> anyhow::Result<Reply> {
        let request = self.knocking(link, seed, &Value::Null);
        Self::reply(request.header("x-forwarded-for", address.to_string())).await
    }

    fn knocking(&self, link: &Link, seed: u16, more: &Value) -> RequestBuilder {
        let mut key = json!({ "secret": link.secret, "name": "Kim", "renewal": secret(seed) });
        if let (Some(key), Some(more)) = (key.as_object_mut(), more.as_object()) {
            key.extend(more.clone());
        }
        self.request(Method::POST, &format!("/api/v1/shares/{}/redeem", link.id)).json(&key)
    }

    /// Comes in by a link.
    ///
    /// # Errors
    /// Where it is refused.
    pub async fn visit(&self, link: &Link, seed: u16) -> anyhow::Result<Visitor> {
        let reply = self.knock(link, seed, json!({})).await?.good()?;
        let token = reply["token"].as_str().context("no token")?.to_owned();
        Ok(Visitor { token, seed, reply })
    }

    /// Takes a link back; says how many viewers that disconnects.
    ///
    /// # Errors
    /// Where it is refused.
    pub async fn revoke(&self, id: &str, link: &Link) -> anyhow::Result<Value> {
        let path = format!("/api/v1/shares/{}", link.id);
        let revoked = self.send(Method::DELETE, &path, &self.sharer(id).await?, None).await?;
        Ok(revoked.good()?["disconnected"].clone())
    }

    /// A link of a build as it is listed now.
    ///
    /// # Errors
    /// Where it is not there.
    pub async fn listed(&self, id: &str, link: &Link) -> anyhow::Result<Value> {
        let all = self.look(&format!("/builds/{id}/shares")).await?;
        let found = all.as_array().and_then(|all| all.iter().find(|s| s["id"] == link.id.as_str()));
        found.cloned().with_context(|| format!("not in {all}"))
    }
}

impl Settings {
    /// Settings of one more server on the same store, with the same keys and the same name, on an address
    /// of its own.
    ///
    /// # Errors
    /// Where they cannot be written.
    pub fn beside(&self) -> anyhow::Result<Self> {
        let own = tempfile::tempdir()?;
        let other = self.at_port(crate::machine::free_port()?, own);
        let text = std::fs::read_to_string(self.file())?;
        let here = |name: &str| self.dir().join(name).display().to_string();
        let text = text
            .replace(
                &format!("address = \"{}\"", self.address()),
                &format!("address = \"{}\"", other.address()),
            )
            .replace("sqlite:transom.db", &format!("sqlite:{}", here("transom.db")))
            .replace("directory = \"keys\"", &format!("directory = \"{}\"", here("keys")));
        std::fs::write(other.file(), text)?;
        Ok(other)
    }
}

impl Visitor {
    /// Nothing of what this guest holds opens anything, and each says why. `renewal` is the seed of their newest secret.
    ///
    /// # Errors
    /// Where something does not answer.
    ///
    /// # Panics
    /// Where something opens.
    pub async fn is_dead(&self, ci: &Ci, renewal: u16, session: &str, problem: &str) -> anyhow::Result<()> {
        let terminal = json!({ "family": "terminal" });
        let file = json!({ "path": "/etc/passwd" });
        for (method, path, body) in [
            (Method::GET, "/builds/b1".to_owned(), None),
            (Method::GET, "/builds/b1/events".to_owned(), None),
            (Method::GET, "/builds/b1/sessions".to_owned(), None),
            (Method::POST, "/builds/b1/sessions".to_owned(), Some(&terminal)),
            (Method::GET, format!("/sessions/{session}"), None),
            (Method::GET, format!("/sessions/{session}/transcript"), None),
            (Method::GET, "/builds/b1/files".to_owned(), None),
            (Method::POST, "/builds/b1/files/tickets".to_owned(), Some(&file)),
            (Method::POST, "/builds/b1/shares".to_owned(), Some(&json!({}))),
        ] {
            let reply = ci.send(method.clone(), &format!("/api/v1{path}"), &self.token, body).await?;
            assert_eq!((reply.status, reply.problem()), (403, problem), "{method} {path}: {}", reply.body);
        }
        let size = Size { cols: 80, rows: 24 };
        for attach in [
            Attach::Open { family: Family::Terminal, size },
            Attach::Join { session: session.to_owned(), size, resume: None },
        ] {
            let closed = ci.socket().await?.refused(&self.token, attach).await?;
            assert_eq!((closed.code, closed.problem.as_str()), (4403, problem), "{closed:?}");
        }
        let renewed = ci.renew(&secret(renewal), &secret(renewal + 1)).await?;
        assert_eq!((renewed.status, renewed.problem()), (403, problem), "{renewed:?}");
        Ok(())
    }
}
