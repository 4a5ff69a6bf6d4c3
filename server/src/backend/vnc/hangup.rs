//! That a machine has gone, while nobody reads what it sent last.

use std::io;
use std::time::Duration;

use socket2::{SockRef, TcpKeepalive};
use tokio::io::Interest;
use tokio::net::TcpStream;

/// A machine whose system does not answer so many times is gone.
const MISSED: u32 = 3;

/// Another look at a machine's socket.
pub(super) struct Hangup(TcpStream);

impl Hangup {
    /// Looks at `socket`; its system asks the machine's whether it is there, this often while nothing is said.
    ///
    /// # Errors
    /// Where there is no file descriptor left.
    pub fn of(socket: &TcpStream, keepalive: Duration) -> io::Result<Self> {
        let every = keepalive.max(Duration::from_secs(1));
        let asking = TcpKeepalive::new().with_time(every).with_interval(every).with_retries(MISSED);
        let socket = SockRef::from(socket);
        socket.set_tcp_keepalive(&asking)?;
        Ok(Self(TcpStream::from_std(socket.try_clone()?.into())?))
    }

    /// Resolves when the machine has ended the connection, or does not answer, whatever is still to be read.
    pub async fn gone(&self) {
        loop {
            // Without a reactor the server is ending.
            let Ok(ready) = self.0.ready(Interest::READABLE).await else {
                return std::future::pending().await;
            };
            if ready.is_read_closed() {
                return;
            }
            // What is there is not for us: wait for more.
            let _ =
                self.0.try_io(Interest::READABLE, || io::Result::<()>::Err(io::ErrorKind::WouldBlock.into()));
        }
    }
}
