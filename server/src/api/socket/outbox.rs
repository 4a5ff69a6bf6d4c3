//! What is on its way out to one browser: a frame of output, or a few small messages.

use std::collections::VecDeque;
use std::future::poll_fn;
use std::sync::Arc;
use std::task::{Poll, ready};

use axum::Error;
use axum::extract::ws::Message;
use futures_util::{Sink, SinkExt as _};

use crate::session::Traffic;

/// With so many messages waiting nothing more is heard: whoever asks has to take the answers.
const MANY: usize = 64;

/// Messages that are not yet with the operating system. Output is taken from the session only when there
/// are none, so it waits where it can be skipped.
#[derive(Debug, Default)]
pub(super) struct Outbox {
    waiting: VecDeque<Message>,
    /// Whether a message was begun that is not through.
    unflushed: bool,
    /// Counts what is sent.
    traffic: Arc<Traffic>,
}

impl Outbox {
    /// One whose messages are counted.
    pub(super) fn counted(traffic: &Arc<Traffic>) -> Self {
        Self { traffic: Arc::clone(traffic), ..Self::default() }
    }

    /// Whether everything is through.
    pub(super) fn is_empty(&self) -> bool {
        self.waiting.is_empty() && !self.unflushed
    }

    /// Whether there is room for answers.
    pub(super) fn has_room(&self) -> bool {
        self.waiting.len() < MANY
    }

    /// Puts a message behind the others.
    pub(super) fn push(&mut self, message: Message) {
        self.waiting.push_back(message);
    }

    /// The same for one that there may be.
    pub(super) fn extend(&mut self, message: Option<Message>) {
        self.waiting.extend(message);
    }

    /// Sends everything. Dropping the future loses nothing.
    ///
    /// # Errors
    /// Where the connection is broken.
    pub(super) async fn send(
        &mut self,
        sink: &mut (impl Sink<Message, Error = Error> + Unpin),
    ) -> Result<(), Error> {
        poll_fn(|cx| {
            while !self.waiting.is_empty() {
                ready!(sink.poll_ready_unpin(cx))?;
                if let Some(message) = self.waiting.pop_front() {
                    self.unflushed = true;
                    self.traffic.went(bytes_of(&message));
                    sink.start_send_unpin(message)?;
                }
            }
            ready!(sink.poll_flush_unpin(cx))?;
            self.unflushed = false;
            Poll::Ready(Ok(()))
        })
        .await
    }
}

/// How much a message carries.
pub(super) fn bytes_of(message: &Message) -> usize {
    match message {
        Message::Text(text) => text.len(),
        Message::Binary(bytes) => bytes.len(),
        Message::Ping(_) | Message::Pong(_) | Message::Close(_) => 0,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use bytes::Bytes;
    use tokio::sync::mpsc;
    use tokio_util::sync::PollSender;

    #[tokio::test]
    async fn a_send_that_is_dropped_goes_on_where_it_was() {
        let (sink, mut taken) = mpsc::channel(1);
        let mut sink = PollSender::new(sink).sink_map_err(Error::new);
        let mut out = Outbox::default();
        let message = |n: u8| Message::Binary(Bytes::from(vec![n]));
        for n in 0..5 {
            out.push(message(n));
        }
        for n in 0..5 {
            {
                let mut sending = std::pin::pin!(out.send(&mut sink));
                let _ = futures_util::poll!(&mut sending);
            }
            assert_eq!(taken.recv().await, Some(message(n)));
        }
        out.send(&mut sink).await.unwrap();
        assert!(out.is_empty() && out.has_room());
        for n in 0..MANY {
            assert!(out.has_room());
            out.push(message(u8::try_from(n).unwrap()));
        }
        assert!(!out.has_room());
    }
}
