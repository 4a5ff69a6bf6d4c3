//! Origins of sites: our own, those that may open sockets, those that may frame our pages.

use std::fmt;
use std::net::IpAddr;

use reqwest::Url;
use serde::{Deserialize, Serialize};

/// Scheme, host and port of a site, as browsers write it in `Origin`: `https://transom.example`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Origin(String);

impl Origin {
    /// The origin as text, without a slash at the end.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The same place for WebSockets: `wss://…`, or `ws://…` for an origin without TLS.
    #[must_use]
    pub fn websocket(&self) -> String {
        self.0.replacen("http", "ws", 1)
    }

    /// Whether browsers speak TLS to it.
    #[must_use]
    pub fn is_https(&self) -> bool {
        self.0.starts_with("https:")
    }

    /// Whether only this computer can reach it.
    #[must_use]
    pub fn is_loopback(&self) -> bool {
        let host = Url::parse(&self.0).ok().and_then(|url| url.host_str().map(str::to_owned));
        host.is_some_and(|host| {
            let bare = host.trim_start_matches('[').trim_end_matches(']');
            host == "localhost"
                || host.ends_with(".localhost")
                || bare.parse::<IpAddr>().is_ok_and(|ip| ip.is_loopback())
        })
    }
}

impl TryFrom<String> for Origin {
    type Error = &'static str;

    fn try_from(text: String) -> Result<Self, Self::Error> {
        const WHAT: &str = "expected an address like `https://transom.example`: http or https, a host, perhaps a port, no path";
        let url = Url::parse(&text).map_err(|_| WHAT)?;
        // URLs allow `;`, `,` and `*` in hosts; headers in which origins stand do not.
        let plain = |c: char| c.is_ascii_alphanumeric() || matches!(c, '.' | '-' | '_' | ':' | '[' | ']');
        let bare = matches!(url.scheme(), "http" | "https")
            && url.host_str().is_some_and(|host| host.chars().all(plain))
            && url.path() == "/"
            && url.query().is_none()
            && url.fragment().is_none()
            && url.username().is_empty()
            && url.password().is_none();
        if bare { Ok(Self(url.origin().ascii_serialization())) } else { Err(WHAT) }
    }
}

impl From<Origin> for String {
    fn from(origin: Origin) -> Self {
        origin.0
    }
}

impl fmt::Display for Origin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// Who may frame our pages: a host source of `frame-ancestors` (CSP 3), like
/// `https://ci.example` or `https://*.ci.example`, or `'self'`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct FrameAncestor(String);

impl FrameAncestor {
    /// The source as it stands in the header.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl TryFrom<String> for FrameAncestor {
    type Error = &'static str;

    fn try_from(text: String) -> Result<Self, Self::Error> {
        if text == "'self'" {
            return Ok(Self(text));
        }
        // An asterisk is no part of a host's name, so the rest is checked without it.
        let plain = Origin::try_from(text.replacen("://*.", "://", 1));
        let origin =
            plain.map_err(|_| "expected `'self'`, `https://ci.example` or `https://*.ci.example`")?;
        let wild = text.contains("://*.");
        Ok(Self(if wild { origin.0.replacen("://", "://*.", 1) } else { origin.0 }))
    }
}

impl From<FrameAncestor> for String {
    fn from(ancestor: FrameAncestor) -> Self {
        ancestor.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn origin(text: &str) -> Result<Origin, &'static str> {
        Origin::try_from(text.to_owned())
    }

    #[test]
    fn an_origin_is_written_as_browsers_write_it() {
        for (text, expected) in [
            ("https://Transom.Example/", "https://transom.example"),
            ("https://transom.example:443", "https://transom.example"),
            ("http://127.0.0.1:8080", "http://127.0.0.1:8080"),
            ("http://[::1]:8080", "http://[::1]:8080"),
        ] {
            assert_eq!(origin(text).unwrap().as_str(), expected);
        }
    }

    #[test]
    fn what_is_more_or_less_than_an_origin_is_refused() {
        for text in
            ["", "transom.example", "ftp://a", "https://a/b", "https://a/?q", "https://u:p@a", "https://a/#f"]
        {
            assert!(origin(text).is_err(), "{text}");
        }
    }

    #[test]
    fn sockets_are_as_safe_as_the_page() {
        assert_eq!(origin("https://a:444").unwrap().websocket(), "wss://a:444");
        assert_eq!(origin("http://a").unwrap().websocket(), "ws://a");
    }

    #[test]
    fn loopback_is_known_by_name_and_by_number() {
        for text in ["http://localhost", "http://a.localhost:1", "http://127.9.9.9", "http://[::1]:8080"] {
            assert!(origin(text).unwrap().is_loopback(), "{text}");
        }
        assert!(!origin("http://localhost.example").unwrap().is_loopback());
    }

    #[test]
    fn a_frame_ancestor_cannot_carry_another_directive() {
        let ancestor = |text: &str| FrameAncestor::try_from(text.to_owned());
        assert_eq!(ancestor("https://*.CI.example/").unwrap().as_str(), "https://*.ci.example");
        assert_eq!(ancestor("'self'").unwrap().as_str(), "'self'");
        for text in [
            "*",
            "https://a; script-src *",
            "https://a https://b",
            "https://*.*.a",
            "https://a;sandbox",
            "https:",
            "'none'",
        ] {
            assert!(ancestor(text).is_err(), "{text}");
        }
    }
}
