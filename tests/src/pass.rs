//! All that a person may hold for a build: a token, a page code, a chain of renewals, a session.

use anyhow::{Context as _, ensure};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use reqwest::Method;
use serde_json::{Value, json};
use transom_protocol::wire::{Attach, Family, Size};

use crate::ci::{Ci, Reply};
use crate::front::Front;
use crate::machine::Machine;

/// What was handed out before the end, to be tried after it.
pub struct Pass {
    build: String,
    token: String,
    code: String,
    renewal: String,
}

/// A secret as a page makes it. Equal seeds make equal secrets.
#[must_use]
pub fn secret(seed: u16) -> String {
    URL_SAFE_NO_PAD.encode(seed.to_be_bytes().repeat(16))
}

impl Ci {
    /// A token and a code for Dana.
    ///
    /// # Errors
    /// Where they are refused.
    pub async fn issue(&self, id: &str) -> anyhow::Result<Value> {
        let wanted = json!({
            "sub": "u-Dana", "name": "Dana", "capabilities": ["terminal.view", "terminal.control", "access.end"],
        });
        self.ci(Method::POST, &format!("/builds/{id}/tokens"), wanted).await
    }

    /// A code for the administrators' page, for somebody.
    ///
    /// # Errors
    /// Where it is refused.
    pub async fn admin_code(&self, name: &str) -> anyhow::Result<String> {
        let person = json!({ "sub": format!("u-{name}"), "name": name });
        let made = self.ci(Method::POST, "/admin/codes", person).await?;
        let code = made["code"].as_str().context("no code")?.to_owned();
        ensure!(made["url"].as_str().is_some_and(|url| url.ends_with(&format!("/admin#{code}"))), "{made}");
        Ok(code)
    }

    /// Swaps a code for an administrator's token.
    ///
    /// # Errors
    /// Where there is no answer.
    pub async fn redeem_admin(&self, code: &str, renewal: &str) -> anyhow::Result<Reply> {
        let body = json!({ "code": code, "renewal": renewal });
        self.send(Method::POST, "/api/v1/admin/codes/redeem", "", Some(&body)).await
    }

    /// Swaps an administrator's secret.
    ///
    /// # Errors
    /// Where there is no answer.
    pub async fn renew_admin(&self, renewal: &str, next: &str) -> anyhow::Result<Reply> {
        let body = json!({ "renewal": renewal, "next": next });
        self.send(Method::POST, "/api/v1/admin/tokens/renew", "", Some(&body)).await
    }

    /// The token of an administrator named Ada, whose page has a secret of this seed.
    ///
    /// # Errors
    /// Where it is refused.
    pub async fn admin(&self, seed: u16) -> anyhow::Result<String> {
        let reply = self.redeem_admin(&self.admin_code("Ada").await?, &secret(seed)).await?.good()?;
        Ok(reply["token"].as_str().context("no token")?.to_owned())
    }

    /// Swaps a code.
    ///
    /// # Errors
    /// Where there is no answer.
    pub async fn redeem(&self, code: &str, renewal: &str) -> anyhow::Result<Reply> {
        let body = json!({ "code": code, "renewal": renewal });
        self.send(Method::POST, "/api/v1/codes/redeem", "", Some(&body)).await
    }

    /// Swaps a renewal secret.
    ///
    /// # Errors
    /// Where there is no answer.
    pub async fn renew(&self, renewal: &str, next: &str) -> anyhow::Result<Reply> {
        let body = json!({ "renewal": renewal, "next": next });
        self.send(Method::POST, "/api/v1/tokens/renew", "", Some(&body)).await
    }

    /// Ends the build; says what became of its machine.
    ///
    /// # Errors
    /// Where that is refused.
    pub async fn finish(&self, id: &str, outcome: &str) -> anyhow::Result<Value> {
        self.ci(Method::POST, &format!("/builds/{id}/finish"), json!({ "outcome": outcome })).await
    }
}

impl Pass {
    /// Gets everything, now.
    ///
    /// # Errors
    /// Where it is refused.
    pub async fn of(front: &Front, id: &str) -> anyhow::Result<Self> {
        let text = |v: &Value, name: &str| v[name].as_str().map(str::to_owned).context("not there");
        let (used, kept) = (front.issue(id).await?, front.issue(id).await?);
        let renewal = secret(front.clock.now().as_second().rem_euclid(60_000).try_into()?);
        front.redeem(&text(&used, "code")?, &renewal).await?.good()?;
        Ok(Self { build: id.to_owned(), token: text(&kept, "token")?, code: text(&kept, "code")?, renewal })
    }

    /// Checks that nothing of it opens anything, and that each says `why`; also that nobody is on the
    /// machine any more.
    ///
    /// # Errors
    /// What still works, or says something else.
    pub async fn is_dead(&self, front: &Front, machine: &Machine, why: &str) -> anyhow::Result<()> {
        let build = format!("/api/v1/builds/{}", self.build);
        let (token, key) = (self.token.as_str(), front.key.as_str());
        let person = json!({ "sub": "u1", "name": "Dana", "capabilities": ["terminal.view"] });
        let enable = json!({ "by": { "sub": "u1", "name": "Dana" }, "via": "user" });
        let session = json!({ "family": "terminal" });
        for (method, path, bearer, body) in [
            (Method::GET, build.clone(), token, None),
            (Method::GET, format!("{build}/events"), token, None),
            (Method::POST, format!("{build}/sessions"), token, Some(&session)),
            (Method::DELETE, format!("{build}/access"), token, None),
            (Method::POST, format!("{build}/tokens"), key, Some(&person)),
            (Method::PUT, format!("{build}/access"), key, Some(&enable)),
        ] {
            let reply = front.send(method.clone(), &path, bearer, body).await?;
            ensure!((reply.status, reply.problem()) == (410, why), "{method} {path}: {reply:?}");
        }
        let renewed = front.renew(&self.renewal, &secret(1)).await?;
        ensure!(renewed.problem() == why, "renewal: {renewed:?}");
        // Codes go at the end, so whether one was ever good can't be told for long.
        let redeemed = front.redeem(&self.code, &secret(2)).await?;
        ensure!([why, "code-invalid"].contains(&redeemed.problem()), "code: {redeemed:?}");
        let size = Size { cols: 80, rows: 24 };
        for attach in [
            Attach::Open { family: Family::Terminal, size },
            Attach::Join { session: "s-any".to_owned(), size, resume: None },
        ] {
            let closed = front.socket().await?.refused(token, attach).await?;
            let code = if why == "deadline" { 4411 } else { 4410 };
            ensure!((closed.code, closed.problem.as_str()) == (code, why), "socket: {closed:?}");
        }
        machine.is_deserted().await
    }
}
