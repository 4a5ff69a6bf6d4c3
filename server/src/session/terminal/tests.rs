//! What a session does whose back end is one that tests make.

use std::future::Future;
use std::pin::{Pin, pin};
use std::sync::atomic::{AtomicBool, Ordering};
use std::task::{Context, Wake, Waker};
use std::time::Duration;

use bytes::Bytes;

use super::*;
use crate::backend::{Exit, Running, Terms};
use crate::session::testing::{opening, target};
use crate::shard::Shards;

/// Fills the link and is about to be given room when the session is closed.
struct Full {
    session: TerminalSession,
    gone: Arc<AtomicBool>,
}

/// Closes the session in the moment in which there is room.
struct Closing(TerminalSession);

struct Gone(Arc<AtomicBool>);

impl Wake for Closing {
    fn wake(self: Arc<Self>) {
        self.0.close(Problem::AccessEnded);
    }
}

impl Drop for Gone {
    fn drop(&mut self) {
        self.0.store(true, Ordering::Relaxed);
    }
}

impl Backend<Terminal> for Full {
    fn protocol(&self) -> &'static str {
        "full"
    }

    fn terms(&self) -> Terms {
        Terms { name: "full", has_keys: false }
    }

    fn connect(&self, _: Target) -> Running<'static, Box<dyn Line<Terminal>>> {
        let line = Self { session: self.session.clone(), gone: Arc::clone(&self.gone) };
        Box::pin(async move { Ok(Box::new(line) as Box<dyn Line<Terminal>>) })
    }
}

impl Line<Terminal> for Full {
    fn is_alive(&self) -> bool {
        true
    }

    fn start<'a>(&'a mut self, _: &'a Target, _: TerminalInput) -> Running<'a, ()> {
        Box::pin(async { Ok(()) })
    }

    fn run(self: Box<Self>, link: Link<Terminal>) -> Running<'static, Exit> {
        Box::pin(async move {
            let _gone = Gone(Arc::clone(&self.gone));
            for _ in 0..LINK_PIECES {
                let piece = TerminalEvent::Output(Bytes::from_static(b"y"));
                let _ = link.output.send(piece).await;
            }
            let waker = Waker::from(Arc::new(Closing(self.session.clone())));
            let mut room = pin!(link.output.reserve());
            poll_fn(|_| room.as_mut().poll(&mut Context::from_waker(&waker))).await.map(drop).ok();
            Ok(Exit::Unknown)
        })
    }

    fn goodbye(self: Box<Self>) -> Pin<Box<dyn Future<Output = ()> + Send>> {
        Box::pin(async {})
    }
}

#[tokio::test]
async fn a_session_that_is_closed_lets_go_of_a_machine_that_was_just_given_room() {
    let (session, writer) =
        TerminalSession::new(opening(), Size::default(), Shards::start().unwrap().next(), 1 << 20);
    let full = Full { session: session.clone(), gone: Arc::default() };
    let gone = Arc::clone(&full.gone);
    let writing = writer.write(Arc::new(full), target(), None);
    tokio::time::timeout(Duration::from_secs(20), writing).await.expect("it lets go");
    assert!(gone.load(Ordering::Relaxed));
    assert_eq!(session.phase(), Phase::Ended(Ending::Closed(Problem::AccessEnded)));
    assert_eq!(
        session.surface.scrollback().head(),
        LINK_PIECES as u64,
        "what was handed over belongs to the output"
    );
}
