//! A TCP stream that follows the runtime which polls it.

use std::io;
use std::pin::Pin;
use std::task::{Context, Poll};

use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::net::TcpStream;
use tokio::runtime::{Handle, Id};

/// A TCP stream. tokio's own stays with the runtime that opened it: polled elsewhere, each of its
/// wake-ups would cross from that runtime's thread. This one moves: the first poll on another runtime
/// registers it there. To be polled by one task at a time.
#[derive(Debug)]
pub struct Roaming {
    /// `None` only where moving has failed.
    stream: Option<TcpStream>,
    home: Id,
}

impl Roaming {
    /// A stream of the current runtime.
    #[must_use]
    pub fn new(stream: TcpStream) -> Self {
        Self { stream: Some(stream), home: Handle::current().id() }
    }

    fn here(&mut self) -> io::Result<Pin<&mut TcpStream>> {
        let here = Handle::current().id();
        if here != self.home {
            if let Some(stream) = self.stream.take() {
                self.stream = Some(TcpStream::from_std(stream.into_std()?)?);
            }
            self.home = here;
        }
        self.stream.as_mut().map(Pin::new).ok_or_else(|| io::ErrorKind::NotConnected.into())
    }
}

impl AsyncRead for Roaming {
    fn poll_read(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buf: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        self.here()?.poll_read(cx, buf)
    }
}

impl AsyncWrite for Roaming {
    fn poll_write(mut self: Pin<&mut Self>, cx: &mut Context<'_>, buf: &[u8]) -> Poll<io::Result<usize>> {
        self.here()?.poll_write(cx, buf)
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        self.here()?.poll_flush(cx)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        self.here()?.poll_shutdown(cx)
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        bufs: &[io::IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        self.here()?.poll_write_vectored(cx, bufs)
    }

    fn is_write_vectored(&self) -> bool {
        self.stream.as_ref().is_some_and(AsyncWrite::is_write_vectored)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::lifetime::Lifetime;
    use crate::shard::Shards;
    use tokio::io::{AsyncReadExt, AsyncWriteExt};
    use tokio::net::TcpListener;

    #[tokio::test]
    async fn a_stream_goes_on_where_it_is_polled() {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        #[expect(clippy::disallowed_methods, reason = "the far end of a test")]
        let far = TcpStream::connect(address);
        let (far, near) = tokio::join!(far, listener.accept());
        let (mut far, mut near) = (far.unwrap(), Roaming::new(near.unwrap().0));
        far.write_all(b"here").await.unwrap();
        let mut word = [0; 4];
        near.read_exact(&mut word).await.unwrap();
        assert_eq!(&word, b"here");
        let shards = Shards::start().unwrap();
        let there = shards.next();
        let lifetime = Lifetime::default();
        let reading = there.run(&lifetime, async move {
            let mut word = [0; 4];
            near.read_exact(&mut word).await.unwrap();
            near.write_all(b"back").await.unwrap();
            (word, near.home)
        });
        let (sent, read) = tokio::join!(far.write_all(b"over"), reading);
        sent.unwrap();
        let (word, home) = read.unwrap();
        assert_eq!((&word, home), (b"over", there.handle().id()));
        far.read_exact(&mut [0; 4]).await.unwrap();
    }
}
