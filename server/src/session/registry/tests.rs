//! What becomes of a session whose back end is broken.

use std::pin::Pin;

use super::*;
use crate::backend::{DesktopEvent, DesktopInput, Exit, Link, Running, Terms};
use crate::session::testing::{opening, target};

/// Panics as soon as it runs.
struct Broken;

impl Backend<Desktop> for Broken {
    fn protocol(&self) -> &'static str {
        "broken"
    }

    fn terms(&self) -> Terms {
        Terms { name: "broken", has_keys: false }
    }

    fn connect(&self, _: Target) -> Running<'static, Box<dyn Line<Desktop>>> {
        Box::pin(async { Ok(Box::new(Self) as Box<dyn Line<Desktop>>) })
    }
}

impl Line<Desktop> for Broken {
    fn is_alive(&self) -> bool {
        true
    }

    fn start<'a>(&'a mut self, _: &'a Target, _: DesktopInput) -> Running<'a, ()> {
        Box::pin(async { Ok(()) })
    }

    fn run(self: Box<Self>, link: Link<Desktop>) -> Running<'static, Exit> {
        Box::pin(async move {
            let _ = link.output.send(DesktopEvent::Ready { name: String::new() }).await;
            tokio::task::yield_now().await;
            panic!("a bug");
        })
    }

    fn goodbye(self: Box<Self>) -> Pin<Box<dyn Future<Output = ()> + Send>> {
        Box::pin(async {})
    }
}

#[tokio::test]
async fn a_session_whose_writer_panics_is_over_for_everybody() {
    let registry = Registry::new(Lifetime::default(), Shards::start().unwrap(), 4, 1 << 20);
    let session = registry.open_desktop(opening(), Arc::new(Broken), target()).unwrap();
    tokio::time::timeout(Duration::from_secs(20), session.over()).await.expect("it ends");
    assert_eq!(session.phase(), Phase::Ended(Ending::Closed(Problem::Internal)));
    assert!(registry.desktop_of(&session.build, session.machine).is_none());
}
