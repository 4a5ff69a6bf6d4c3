//! Servers of the desktop's protocol that no real one is: hostile ones, and one like a Mac's.

use std::io::{Read as _, Write as _};
use std::net::{TcpListener, TcpStream};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread::JoinHandle;

use serde_json::{Value, json};

/// Listens on a port of its own and has `serve` talk to each that comes, until dropped.
pub struct RfbServer {
    /// Its port on 127.0.0.1.
    pub port: u16,
    over: Arc<AtomicBool>,
    listening: Option<JoinHandle<()>>,
}

impl RfbServer {
    /// Starts one; `serve` runs on a thread for each connection, and may fail as it likes.
    ///
    /// # Errors
    /// Where there is no port.
    pub fn start(
        serve: impl Fn(TcpStream) -> std::io::Result<()> + Send + Sync + 'static,
    ) -> anyhow::Result<Self> {
        let listener = TcpListener::bind("127.0.0.1:0")?;
        let port = listener.local_addr()?.port();
        let (over, serve) = (Arc::new(AtomicBool::new(false)), Arc::new(serve));
        let ending = Arc::clone(&over);
        let listening = std::thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                if ending.load(Ordering::Relaxed) {
                    return;
                }
                let serve = Arc::clone(&serve);
                // Ends with its connection, which the server under test closes.
                std::thread::spawn(move || serve(stream));
            }
        });
        Ok(Self { port, over, listening: Some(listening) })
    }

    /// One that lets anybody in, shows a screen of this size, says `lines` and then only listens.
    ///
    /// # Errors
    /// As [`RfbServer::start`].
    pub fn saying(width: u16, height: u16, lines: Vec<u8>) -> anyhow::Result<Self> {
        Self::start(move |mut stream| {
            welcome(&mut stream, width, height, b"hostile")?;
            // Who hangs up has heard enough.
            let _ = stream.write_all(&lines);
            listen(&mut stream)
        })
    }

    /// How Transom reaches it, without a login.
    #[must_use]
    pub fn endpoint(&self) -> Value {
        json!({ "protocol": "vnc", "host": "127.0.0.1", "port": self.port, "login": { "kind": "none" } })
    }
}

impl Drop for RfbServer {
    fn drop(&mut self) {
        self.over.store(true, Ordering::Relaxed);
        let _ = TcpStream::connect(("127.0.0.1", self.port));
        if let Some(listening) = self.listening.take() {
            let _ = listening.join();
        }
    }
}

/// Version 3.8, no security, and a screen (RFC 6143, sections 7.1 to 7.3).
///
/// # Errors
/// Where the client does not go along.
pub fn welcome(stream: &mut TcpStream, width: u16, height: u16, name: &[u8]) -> std::io::Result<()> {
    stream.write_all(b"RFB 003.008\n")?;
    stream.read_exact(&mut [0; 12])?;
    stream.write_all(&[1, 1])?;
    stream.read_exact(&mut [0; 1])?;
    stream.write_all(&[0; 4])?;
    stream.read_exact(&mut [0; 1])?;
    stream.write_all(&server_init(width, height, name))
}

/// The server's first message behind the login.
#[must_use]
pub fn server_init(width: u16, height: u16, name: &[u8]) -> Vec<u8> {
    let mut init = [width.to_be_bytes(), height.to_be_bytes()].concat();
    init.extend([32, 24, 0, 1, 0, 255, 0, 255, 0, 255, 16, 8, 0, 0, 0, 0]);
    init.extend(u32::try_from(name.len()).unwrap_or(u32::MAX).to_be_bytes());
    init.extend(name);
    init
}

/// An update of one rectangle.
#[must_use]
pub fn update(place: [u16; 4], encoding: i32, body: &[u8]) -> Vec<u8> {
    let mut out = vec![0, 0, 0, 1];
    out.extend(rect(place, encoding, body));
    out
}

/// A rectangle of an update.
#[must_use]
pub fn rect(place: [u16; 4], encoding: i32, body: &[u8]) -> Vec<u8> {
    let mut out: Vec<u8> = place.iter().flat_map(|side| side.to_be_bytes()).collect();
    out.extend(encoding.to_be_bytes());
    out.extend(body);
    out
}

/// Reads until the client hangs up.
///
/// # Errors
/// Where the connection breaks.
pub fn listen(stream: &mut TcpStream) -> std::io::Result<()> {
    let mut buffer = [0; 4096];
    while stream.read(&mut buffer)? > 0 {}
    Ok(())
}
