//! The conversation with a VNC server once it has let us in.

use std::time::Duration;

use bytes::BytesMut;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::time::MissedTickBehavior;
use transom_protocol::rect::Rect;
use transom_protocol::rfb::ClientMessage;

use super::broken;
use super::connect::Connection;
use super::easel::Easel;
use super::peer::Peer;
use crate::backend::{BackendError, Desktop, DesktopInput, Exit, Link};

/// Read from the server at once, at most.
const READ_BYTES: usize = 256 * 1024;
/// With so much that the server has not taken yet, no more input is taken from the session, unless for the canvas:
/// a server that is not read may take nothing.
const OUT_BYTES: usize = 64 * 1024;
/// A server that asks for answers and takes none is left with so much: an answer with a clipboard's text, and more.
const OUT_MOST: usize = 8 * 1024 * 1024;
/// What is said when the session is over has so long to get out.
const GOODBYE: Duration = Duration::from_millis(500);
/// A server that does not answer so many times is gone.
const MISSED: u32 = 3;

/// Talks until one side ends it.
pub(super) async fn talk(
    connection: Connection,
    link: Link<Desktop>,
    keepalive: Duration,
    is_mac: bool,
) -> Result<Exit, BackendError> {
    let Connection { stream, hangup, init, input, is_near } = connection;
    let Link { input: mut wanted, output } = link;
    let (mut reader, mut writer) = tokio::io::split(stream);
    let mut easel = Easel::start(init.width, init.height)?;
    let mut peer = Peer::new(&init, is_mac || init.is_apple, is_near);
    let mut buffer = BytesMut::new();
    let mut piece = Some(input).filter(|piece| !piece.is_empty());
    let mut probes = tokio::time::interval(keepalive.max(Duration::from_secs(1)));
    probes.set_missed_tick_behavior(MissedTickBehavior::Delay);
    probes.reset();
    let (mut unanswered, mut is_flushed) = (0, true);
    loop {
        if peer.out.len() > OUT_MOST {
            return Err(BackendError::Gone("the machine takes nothing of what it is sent".into()));
        }
        tokio::select! {
            biased;
            message = wanted.recv(), if peer.out.len() < OUT_BYTES || !peer.is_drawing => match message {
                Some(DesktopInput::Canvas(canvas)) => {
                    peer.is_drawing = true;
                    probes.reset();
                    drop(easel.canvas.send(canvas).await);
                }
                Some(DesktopInput::Leave) | None => break,
                Some(message) => peer.wanted(message),
            },
            // Encryption keeps back what the socket did not take at once.
            written = async {
                if peer.out.is_empty() { writer.flush().await.map(|()| 0) } else { writer.write_buf(&mut peer.out).await }
            }, if !peer.out.is_empty() || !is_flushed => is_flushed = written.map_err(gone)? == 0,
            slot = output.reserve(), if !peer.events.is_empty() => match slot {
                Ok(slot) => {
                    if let Some(event) = peer.events.pop_front() {
                        slot.send(event);
                    }
                }
                // The session is over.
                Err(_) => break,
            },
            said = easel.said.recv(), if peer.events.is_empty() => match said {
                Some(said) => peer.heard(said)?,
                None => return Err(BackendError::Gone("its pictures could not be drawn".into())),
            },
            slot = easel.bytes.reserve(), if piece.is_some() => {
                // Without an easel the reason is on its way.
                let piece = piece.take().unwrap_or_default();
                if let Ok(slot) = slot {
                    slot.send(piece);
                }
            }
            read = async {
                buffer.reserve(READ_BYTES);
                reader.read_buf(&mut buffer).await
            }, if piece.is_none() => {
                if read.map_err(gone)? == 0 {
                    return Err(closed());
                }
                unanswered = 0;
                piece = Some(buffer.split());
            }
            // What nobody looks at is not drawn, and may stand here unread.
            () = hangup.gone(), if !peer.is_drawing => return Err(closed()),
            _ = probes.tick(), if peer.is_drawing && piece.is_none() => {
                unanswered += 1;
                if unanswered > MISSED {
                    return Err(BackendError::Gone("the machine no longer answers".into()));
                }
                // A pixel, whether it has changed or not.
                peer.say(&ClientMessage::UpdateRequest {
                    incremental: false,
                    rect: Rect { x: 0, y: 0, width: 1, height: 1 },
                });
            }
        }
    }
    peer.release();
    let goodbye = async {
        writer.write_all_buf(&mut peer.out).await?;
        writer.flush().await
    };
    let _ = tokio::time::timeout(GOODBYE, goodbye).await;
    Ok(Exit::Unknown)
}

fn closed() -> BackendError {
    BackendError::Gone("the machine closed the connection".into())
}

fn gone(error: std::io::Error) -> BackendError {
    broken(error, BackendError::Gone("the connection broke".into()))
}
