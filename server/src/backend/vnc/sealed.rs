//! A socket whose bytes are sealed, message by message: what RSA-AES has instead of TLS.

use std::io;
use std::pin::{Pin, pin};
use std::task::{Context, Poll, ready};

use bytes::{Buf as _, BytesMut};
use chacha20::ChaCha20Rng;
use rsa::RsaPrivateKey;
use rsa::rand_core::SeedableRng as _;
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio_util::io::poll_read_buf;
use transom_protocol::limits;
use transom_protocol::rfb::Seals;
use zeroize::Zeroizing;

use crate::backend::BackendError;

/// Read from the socket at once, at most. No more is read before every whole message of it has been taken.
const READ_BYTES: usize = 64 * 1024;
const KEY_BITS: usize = 2048;

/// A key for one login. Machines choose what is decrypted with it, so none serves at two of them.
pub(super) async fn new_key() -> Result<RsaPrivateKey, BackendError> {
    let mut seed = Zeroizing::new([0; 32]);
    crate::random::fill(&mut *seed);
    // A tenth of a second, or some.
    let made = tokio::task::spawn_blocking(move || {
        RsaPrivateKey::new(&mut ChaCha20Rng::from_seed(*seed), KEY_BITS).map_err(io::Error::other)
    });
    made.await.map_err(io::Error::other).flatten().map_err(|error| {
        tracing::warn!(%error, "no RSA key");
        BackendError::Unreachable("no key could be made for its login".into())
    })
}

/// Seals what is written to a socket, and opens what is read.
pub(super) struct Sealed<S> {
    stream: S,
    seals: Seals,
    /// Sealed, as it came.
    closed: BytesMut,
    /// Opened, and not read yet.
    open: BytesMut,
    /// Sealed, and not written yet.
    out: BytesMut,
}

impl<S: AsyncRead + AsyncWrite + Unpin> Sealed<S> {
    /// `read` has come behind the agreement already.
    pub(super) fn new(stream: S, seals: Seals, read: BytesMut) -> Self {
        Self { stream, seals, closed: read, open: BytesMut::new(), out: BytesMut::new() }
    }

    /// Until the socket has taken all that is sealed.
    fn poll_drain(&mut self, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        while !self.out.is_empty() {
            let written = ready!(pin!(&mut self.stream).poll_write(cx, &self.out))?;
            if written == 0 {
                return Poll::Ready(Err(io::ErrorKind::WriteZero.into()));
            }
            self.out.advance(written);
        }
        Poll::Ready(Ok(()))
    }
}

impl<S: AsyncRead + AsyncWrite + Unpin> AsyncRead for Sealed<S> {
    fn poll_read(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buf: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        let this = &mut *self;
        let before = buf.filled().len();
        loop {
            let length = this.open.len().min(buf.remaining());
            buf.put_slice(&this.open.split_to(length));
            if buf.remaining() == 0 {
                return Poll::Ready(Ok(()));
            }
            let opened = this.seals.opener.open(&mut this.closed);
            if let Some(message) =
                opened.map_err(|error| io::Error::new(io::ErrorKind::InvalidData, error))?
            {
                this.open = message;
                continue;
            }
            if buf.filled().len() > before {
                return Poll::Ready(Ok(()));
            }
            this.closed.reserve(READ_BYTES);
            if ready!(poll_read_buf(pin!(&mut this.stream), cx, &mut this.closed))? == 0 {
                let is_whole = this.closed.is_empty();
                let end = if is_whole { Ok(()) } else { Err(io::ErrorKind::UnexpectedEof.into()) };
                return Poll::Ready(end);
            }
        }
    }
}

impl<S: AsyncRead + AsyncWrite + Unpin> AsyncWrite for Sealed<S> {
    /// Takes a message's worth once the one before has gone.
    fn poll_write(mut self: Pin<&mut Self>, cx: &mut Context<'_>, buf: &[u8]) -> Poll<io::Result<usize>> {
        ready!(self.poll_drain(cx))?;
        let taken = &buf[..buf.len().min(limits::RFB_SEALED_BYTES)];
        let this = &mut *self;
        this.seals.sealer.seal(taken, &mut this.out);
        match self.poll_drain(cx) {
            Poll::Ready(Err(error)) => Poll::Ready(Err(error)),
            // What the socket does not take at once goes before the next, or with a flush.
            Poll::Ready(Ok(())) | Poll::Pending => Poll::Ready(Ok(taken.len())),
        }
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        ready!(self.poll_drain(cx))?;
        pin!(&mut self.stream).poll_flush(cx)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        ready!(self.poll_drain(cx))?;
        pin!(&mut self.stream).poll_shutdown(cx)
    }
}

#[cfg(test)]
mod tests {
    use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _, DuplexStream};
    use transom_protocol::rfb::{Opener, RfbError, Sealer};

    use super::*;

    /// Both ends of a socket that holds no more than this.
    fn pair(bytes: usize) -> (Sealed<DuplexStream>, Sealed<DuplexStream>) {
        let (one, other) = tokio::io::duplex(bytes);
        let seals = |out: u8, back: u8| Seals {
            sealer: Sealer::aes256(&[out; 32]),
            opener: Opener::aes256(&[back; 32]),
        };
        (Sealed::new(one, seals(1, 2), BytesMut::new()), Sealed::new(other, seals(2, 1), BytesMut::new()))
    }

    #[tokio::test]
    async fn everything_arrives_however_little_the_socket_takes_at_once() {
        let text: Vec<u8> = (0..100_000_u32).map(|i| (i >> 3) as u8 ^ i as u8).collect();
        for bytes in [1, 17, 5000, 1 << 20] {
            let (mut writer, mut reader) = pair(bytes);
            let writing = async {
                writer.write_all(&text).await.unwrap();
                writer.flush().await.unwrap();
                writer.shutdown().await.unwrap();
            };
            let mut read = Vec::new();
            let (read_whole, ()) = tokio::join!(reader.read_to_end(&mut read), writing);
            assert_eq!(read_whole.unwrap(), text.len());
            assert!(read == text, "{bytes}");
        }
    }

    #[tokio::test]
    async fn an_end_in_the_middle_of_a_message_is_no_end() {
        let (mut writer, mut reader) = pair(1 << 20);
        writer.write_all(b"whole").await.unwrap();
        writer.stream.write_all(&[0, 5, 1, 2]).await.unwrap();
        writer.shutdown().await.unwrap();
        let mut read = [0; 5];
        reader.read_exact(&mut read).await.unwrap();
        assert_eq!(&read, b"whole");
        assert_eq!(reader.read(&mut read).await.unwrap_err().kind(), io::ErrorKind::UnexpectedEof);
    }

    #[tokio::test]
    async fn a_message_that_nobody_sealed_is_told_from_a_broken_socket() {
        let (mut writer, mut reader) = pair(1 << 20);
        writer.stream.write_all(&[0; 18]).await.unwrap();
        let error = reader.read(&mut [0; 5]).await.unwrap_err();
        assert_eq!(error.downcast::<RfbError>().unwrap(), RfbError::Seal);
    }
}
