//! What a session needs that tests make.

use std::time::Duration;

use jiff::Timestamp;
use tokio::sync::watch;
use zeroize::Zeroizing;

use super::Opening;
use crate::access::build::{Endpoint, Platform};
use crate::access::{BuildId, Person};
use crate::backend::{Credential, Dialer, Target};

/// A session of build `b1`.
pub(super) fn opening() -> Opening {
    Opening {
        id: "s".into(),
        build: BuildId::try_from("b1".to_owned()).unwrap(),
        by: Person { sub: "dana".into(), name: "Dana".into() },
        at: Timestamp::UNIX_EPOCH,
        machine: 1,
        news: watch::Sender::new(0),
        max_sessions: None,
    }
}

/// A machine that nobody connects to.
pub(super) fn target() -> Target {
    Target {
        endpoint: Endpoint {
            protocol: "full".into(),
            host: "127.0.0.1".into(),
            port: 22,
            username: "ci".into(),
            pins: Vec::new(),
        },
        credential: Credential::Password(Zeroizing::new(String::new())),
        platform: Platform::Linux,
        build: BuildId::try_from("b1".to_owned()).unwrap(),
        session: String::new(),
        build_dir: None,
        keepalive: Duration::from_secs(1),
        connect_timeout: Duration::from_secs(1),
        dialer: Dialer::new(|_| true),
    }
}
