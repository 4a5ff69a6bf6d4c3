//! A stream whose reading side can be shut while its writing side goes on.

use std::io;
use std::pin::Pin;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::{Context, Poll, Waker};

use bytes::{Buf, BytesMut};
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio_util::io::poll_read_buf;

/// Bytes read from the socket at once. russh reads each packet in two pieces, and sshd sends a
/// packet per read of its PTY; without this each costs two system calls. The memory is given back
/// while nothing comes: most terminals are idle.
const READ_BYTES: usize = 32 * 1024;

/// Opens and closes the reading side of a [`Valved`] stream. Open at first.
#[derive(Debug, Clone, Default)]
pub(super) struct Valve(Arc<Mutex<State>>);

#[derive(Debug, Default)]
struct State {
    closed: bool,
    shut: bool,
    reader: Option<Waker>,
}

impl Valve {
    /// Nothing more is read: the far end's window fills and it blocks.
    pub(super) fn close(&self) {
        self.state().closed = true;
    }

    /// Reading goes on.
    pub(super) fn open(&self) {
        self.turn(|state| std::mem::take(&mut state.closed));
    }

    /// The stream is at its end, for good.
    pub(super) fn shut(&self) {
        self.turn(|state| !std::mem::replace(&mut state.shut, true));
    }

    /// Wakes who waits where `how` has changed anything.
    fn turn(&self, how: impl FnOnce(&mut State) -> bool) {
        let reader = {
            let mut state = self.state();
            if how(&mut state) { state.reader.take() } else { None }
        };
        if let Some(reader) = reader {
            reader.wake();
        }
    }

    /// Whether reading goes on, or is over for good: `None` where `reader` waits until the valve turns.
    fn admits(&self, reader: &Waker) -> Option<Admits> {
        let mut state = self.state();
        match (state.shut, state.closed) {
            (true, _) => Some(Admits::Nothing),
            (false, false) => Some(Admits::All),
            (false, true) => {
                state.reader = Some(reader.clone());
                None
            }
        }
    }

    /// `reader` waits for the stream itself: it is to hear of the end too. Whether it is there already.
    fn is_shut_for(&self, reader: &Waker) -> bool {
        let mut state = self.state();
        if !state.reader.as_ref().is_some_and(|known| known.will_wake(reader)) {
            state.reader = Some(reader.clone());
        }
        state.shut
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

enum Admits {
    All,
    Nothing,
}

/// A stream behind a [`Valve`].
#[derive(Debug)]
pub(super) struct Valved<S> {
    stream: S,
    /// What was read and not yet taken.
    ahead: BytesMut,
    valve: Valve,
}

impl<S> Valved<S> {
    pub(super) fn new(stream: S, valve: Valve) -> Self {
        Self { stream, ahead: BytesMut::new(), valve }
    }
}

impl<S: AsyncRead + Unpin> AsyncRead for Valved<S> {
    fn poll_read(self: Pin<&mut Self>, cx: &mut Context<'_>, buf: &mut ReadBuf<'_>) -> Poll<io::Result<()>> {
        let this = self.get_mut();
        match this.valve.admits(cx.waker()) {
            Some(Admits::All) => {}
            Some(Admits::Nothing) => return Poll::Ready(Ok(())),
            None => return Poll::Pending,
        }
        if this.ahead.is_empty() {
            this.ahead.reserve(READ_BYTES);
            match poll_read_buf(Pin::new(&mut this.stream), cx, &mut this.ahead) {
                Poll::Ready(read) => read.map(drop)?,
                Poll::Pending => {
                    this.ahead = BytesMut::new();
                    return if this.valve.is_shut_for(cx.waker()) {
                        Poll::Ready(Ok(()))
                    } else {
                        Poll::Pending
                    };
                }
            }
        }
        let taken = this.ahead.len().min(buf.remaining());
        buf.put_slice(&this.ahead[..taken]);
        this.ahead.advance(taken);
        Poll::Ready(Ok(()))
    }
}

impl<S: AsyncWrite + Unpin> AsyncWrite for Valved<S> {
    fn poll_write(mut self: Pin<&mut Self>, cx: &mut Context<'_>, buf: &[u8]) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.stream).poll_write(cx, buf)
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_flush(cx)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_shutdown(cx)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use tokio::io::{AsyncReadExt, AsyncWriteExt};

    #[tokio::test]
    async fn a_closed_valve_stops_reading_and_lets_writes_through() {
        let (near, mut far) = tokio::io::duplex(64);
        let valve = Valve::default();
        let mut stream = Valved::new(near, valve.clone());
        valve.close();
        far.write_all(b"flood").await.unwrap();
        let mut buf = [0; 5];
        {
            let mut read = std::pin::pin!(stream.read_exact(&mut buf));
            assert!(futures_util::poll!(&mut read).is_pending());
        }
        stream.write_all(b"\x03").await.unwrap();
        let mut typed = [0; 1];
        far.read_exact(&mut typed).await.unwrap();
        assert_eq!(&typed, b"\x03");
        valve.open();
        stream.read_exact(&mut buf).await.unwrap();
        assert_eq!(&buf, b"flood");
    }

    #[tokio::test]
    async fn a_shut_valve_ends_the_stream_for_who_waits_at_it() {
        let (near, _far) = tokio::io::duplex(64);
        let valve = Valve::default();
        let mut stream = Valved::new(near, valve.clone());
        for closed in [false, true] {
            if closed {
                valve.close();
            }
            let mut buf = [0; 5];
            let mut read = std::pin::pin!(stream.read(&mut buf));
            assert!(futures_util::poll!(&mut read).is_pending());
        }
        let mut buf = [0; 5];
        let shutting = async {
            tokio::task::yield_now().await;
            valve.shut();
        };
        let (read, ()) = futures_util::join!(stream.read(&mut buf), shutting);
        assert_eq!(read.unwrap(), 0);
    }
}
