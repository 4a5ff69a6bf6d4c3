//! One attempt to deliver: a signed POST to an address that is allowed, with bounds on everything.

use std::error::Error as StdError;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use jiff::Timestamp;
use reqwest::dns::{Addrs, Name, Resolve, Resolving};
use reqwest::header::{CONTENT_TYPE, USER_AGENT};
use reqwest::redirect::Policy;
use reqwest::{StatusCode, Url};

use super::signature::signatures;
use crate::backend::{BackendError, Dialer};
use crate::config::Reach;
use crate::keys::HookSecret;
use crate::store::Claimed;

/// How long a connection may take to be made.
const CONNECT_WITHIN: Duration = Duration::from_secs(5);
/// How long an attempt may take in all.
pub(super) const ANSWER_WITHIN: Duration = Duration::from_secs(15);
/// How long a connection is kept for the next delivery.
const IDLE: Duration = Duration::from_secs(30);
/// Bytes of an answer that are read, so that its connection can serve again; nobody looks at them.
const ANSWER_BYTES: usize = 16 * 1024;

/// What a receiver made of a delivery.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Answer {
    /// It has it.
    Taken(u16),
    /// It wants no more, ever.
    Gone,
    /// It said no.
    Refused(u16),
    /// It could not be asked, or did not answer.
    Failed(String),
}

/// Goes where it is told and nowhere else: no redirect, no proxy from the environment, and only to
/// addresses within its reach. They are checked when they are connected to, so a name that leads
/// somewhere else the second time is no way around.
#[derive(Debug, Clone)]
pub(super) struct Client {
    http: reqwest::Client,
    dialer: Dialer,
}

impl Client {
    pub(super) fn new(reach: Reach) -> reqwest::Result<Self> {
        let dialer = Dialer::new(move |ip| reach.allows(ip));
        let http = reqwest::Client::builder()
            .redirect(Policy::none())
            .no_proxy()
            .connect_timeout(CONNECT_WITHIN)
            .timeout(ANSWER_WITHIN)
            .pool_idle_timeout(IDLE)
            .dns_resolver(Arc::new(Guarded(dialer.clone())))
            .build()?;
        Ok(Self { http, dialer })
    }

    pub(super) async fn send(
        &self,
        url: &str,
        secrets: &[HookSecret],
        delivery: &Claimed,
        now: Timestamp,
    ) -> Answer {
        match self.try_send(url, secrets, delivery, now).await {
            Ok(status) if status.is_success() => Answer::Taken(status.as_u16()),
            Ok(StatusCode::GONE) => Answer::Gone,
            Ok(status) => Answer::Refused(status.as_u16()),
            Err(why) => Answer::Failed(why),
        }
    }

    async fn try_send(
        &self,
        url: &str,
        secrets: &[HookSecret],
        delivery: &Claimed,
        now: Timestamp,
    ) -> Result<StatusCode, String> {
        let url = Url::parse(url).map_err(|_| "its address is none".to_owned())?;
        // A number in the place of a name is connected to as it is, without the resolver.
        if let Some(ip) = literal(&url) {
            self.dialer.resolve(ip, 0).await.map_err(|_| OUT_OF_REACH.to_owned())?;
        }
        let request = self
            .http
            .post(url)
            .header(CONTENT_TYPE, "application/json")
            .header(USER_AGENT, concat!("transom/", env!("CARGO_PKG_VERSION")))
            .header("webhook-id", &delivery.event)
            .header("webhook-timestamp", now.as_second().to_string())
            .header("webhook-signature", signatures(secrets, &delivery.event, now, &delivery.body))
            .body(delivery.body.clone());
        let mut response = request.send().await.map_err(|error| in_words(&error).to_owned())?;
        let mut read = 0;
        // The status is the answer, whatever becomes of the rest.
        while let Ok(Some(chunk)) = response.chunk().await {
            read += chunk.len();
            if read > ANSWER_BYTES {
                break;
            }
        }
        Ok(response.status())
    }
}

const OUT_OF_REACH: &str = "its address is private, and that is not allowed";

/// The host of `url`, where it is a number.
fn literal(url: &Url) -> Option<&str> {
    let host = url.host_str()?.trim_start_matches('[').trim_end_matches(']');
    host.parse::<std::net::IpAddr>().is_ok().then_some(host)
}

fn in_words(error: &reqwest::Error) -> &'static str {
    let mut cause = error.source();
    while let Some(known) = cause {
        match known.downcast_ref::<BackendError>() {
            Some(BackendError::Target(_)) => return OUT_OF_REACH,
            Some(_) => return "its name leads nowhere",
            None => cause = known.source(),
        }
    }
    if error.is_timeout() {
        "no answer in time"
    } else if error.is_connect() {
        "no connection could be made"
    } else {
        "the connection broke before the answer"
    }
}

/// Finds the addresses of a name, and keeps those that may be connected to.
struct Guarded(Dialer);

impl Resolve for Guarded {
    fn resolve(&self, name: Name) -> Resolving {
        let dialer = self.0.clone();
        Box::pin(async move {
            let resolved = dialer.resolve(name.as_str(), 0).await;
            let addresses: Vec<SocketAddr> =
                resolved.map_err(|error| Box::new(error) as Box<dyn StdError + Send + Sync>)?.into();
            Ok(Box::new(addresses.into_iter()) as Addrs)
        })
    }
}
