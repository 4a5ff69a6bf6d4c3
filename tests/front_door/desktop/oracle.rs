//! What TigerVNC's server sends, recorded and decoded twice: here and by vnc-rs, an independent client.

use std::future::ready;
use std::io::{Read as _, Write as _};
use std::net::TcpStream;
use std::time::Duration;

use anyhow::{Context as _, ensure};
use bytes::BytesMut;
use tokio::net;
use transom_protocol::rect::Rect;
use transom_protocol::rfb::{ClientMessage, Decoder, Encoding, Event, Framebuffer};
use transom_tests::desktop::Desktop;
use transom_tests::rfb::RfbServer;
use vnc::{PixelFormat, VncConnector, VncEncoding, VncError, VncEvent};

const SIZE: (u16, u16) = (640, 480);
const PICTURES: usize = 12;
const BELL: u8 = 2;

/// The bytes behind the login of some pictures in these encodings, and the screen that they make here.
fn record(
    desktop: &Desktop,
    encodings: &[Encoding],
    quality: Option<u8>,
) -> anyhow::Result<(Vec<u8>, Framebuffer)> {
    let mut stream = TcpStream::connect(("127.0.0.1", desktop.port))?;
    stream.set_read_timeout(Some(Duration::from_secs(10)))?;
    let take = |stream: &mut TcpStream, count: usize| -> anyhow::Result<Vec<u8>> {
        let mut bytes = vec![0; count];
        stream.read_exact(&mut bytes)?;
        Ok(bytes)
    };
    take(&mut stream, 12)?;
    stream.write_all(b"RFB 003.008\n")?;
    let types = take(&mut stream, 1)?[0];
    take(&mut stream, types.into())?;
    stream.write_all(&[1])?;
    take(&mut stream, 4)?;
    stream.write_all(&[1])?;
    let init = take(&mut stream, 24)?;
    take(&mut stream, u32::from_be_bytes(init[20..24].try_into()?) as usize)?;
    let say = |stream: &mut TcpStream, message: &ClientMessage| stream.write_all(&message.encode());
    say(&mut stream, &ClientMessage::SetPixelFormat)?;
    let asked = ClientMessage::SetEncodings { encodings: encodings.to_vec(), quality, compression: Some(1) };
    say(&mut stream, &asked)?;
    let (mut decoder, mut screen) = (Decoder::new(), Framebuffer::new(SIZE.0, SIZE.1)?);
    let (mut recorded, mut input, mut piece) = (Vec::new(), BytesMut::new(), vec![0; 64 * 1024]);
    for picture in 0..PICTURES {
        if picture > 0 {
            change(desktop, picture)?;
        }
        let rect = Rect { x: 0, y: 0, width: SIZE.0, height: SIZE.1 };
        say(&mut stream, &ClientMessage::UpdateRequest { incremental: picture > 0, rect })?;
        loop {
            match decoder.advance(&mut input, &mut screen)? {
                Some(Event::FrameEnd) => break,
                Some(_) => {}
                None => {
                    let count = stream.read(&mut piece)?;
                    ensure!(count > 0, "the server hung up");
                    recorded.extend_from_slice(&piece[..count]);
                    input.extend_from_slice(&piece[..count]);
                }
            }
        }
    }
    ensure!(input.is_empty(), "bytes behind the last picture");
    Ok((recorded, screen))
}

fn change(desktop: &Desktop, seed: usize) -> anyhow::Result<()> {
    let colour = format!("#{:06x}", seed.wrapping_mul(0x9e_37_79) & 0xff_ff_ff);
    if seed.is_multiple_of(3) {
        desktop.run("xsetroot", &["-solid", &colour])?;
    } else {
        let bitmap = "/usr/include/X11/bitmaps/mensetmanus";
        desktop.run("xsetroot", &["-bitmap", bitmap, "-fg", &colour, "-bg", "black"])?;
    }
    Ok(())
}

/// The screen that vnc-rs makes of it.
async fn as_vnc_rs_has_it(recorded: Vec<u8>, encodings: &[VncEncoding]) -> anyhow::Result<Framebuffer> {
    let server = RfbServer::saying(SIZE.0, SIZE.1, [recorded, vec![BELL]].concat())?;
    let stream = TcpStream::connect(("127.0.0.1", server.port))?;
    stream.set_nonblocking(true)?;
    let stream = net::TcpStream::from_std(stream)?;
    let mut connector: VncConnector<_, std::future::Ready<Result<String, VncError>>> =
        VncConnector::new(stream)
            .set_auth_method(ready(Ok(String::new())))
            .set_pixel_format(PixelFormat::rgba());
    for encoding in encodings {
        connector = connector.add_encoding(*encoding);
    }
    let client = connector.build()?.try_start().await?.finish()?;
    let mut screen = Framebuffer::new(SIZE.0, SIZE.1)?;
    loop {
        let event = tokio::time::timeout(Duration::from_secs(20), client.recv_event()).await;
        match event.context("vnc-rs says nothing more")?? {
            VncEvent::RawImage(rect, bytes) => {
                let all = Rect { x: rect.x, y: rect.y, width: rect.width, height: rect.height };
                let mut pixels = bytes.as_chunks::<4>().0.iter();
                for row in screen.rows_mut(all) {
                    for (pixel, [r, g, b, _]) in row.iter_mut().zip(&mut pixels) {
                        *pixel = u32::from_le_bytes([*r, *g, *b, 255]);
                    }
                }
            }
            VncEvent::Copy(to, from) => {
                let place = Rect { x: to.x, y: to.y, width: to.width, height: to.height };
                screen.copy(place, (from.x, from.y));
            }
            VncEvent::Bell => break,
            VncEvent::Error(error) => anyhow::bail!("vnc-rs: {error}"),
            _ => {}
        }
    }
    let _ = client.close().await;
    Ok(screen)
}

#[tokio::test]
async fn an_independent_client_decodes_the_same_pixels() -> anyhow::Result<()> {
    for (name, ours, theirs) in [
        ("raw", vec![Encoding::Raw], vec![VncEncoding::Raw]),
        ("ZRLE", vec![Encoding::Zrle, Encoding::CopyRect], vec![VncEncoding::Zrle, VncEncoding::CopyRect]),
        ("Tight", vec![Encoding::Tight, Encoding::CopyRect], vec![VncEncoding::Tight, VncEncoding::CopyRect]),
    ] {
        let desktop = Desktop::start(SIZE.0, SIZE.1)?;
        let (recorded, mine) = record(&desktop, &ours, None).map_err(|e| e.context(name))?;
        ensure!(recorded.len() > 10_000, "{name}: hardly a picture");
        let others = as_vnc_rs_has_it(recorded, &theirs).await.map_err(|e| e.context(name))?;
        let differ = mine.pixels().iter().zip(others.pixels()).filter(|(a, b)| a != b).count();
        assert_eq!(differ, 0, "{name}");
        assert!(mine == desktop.screenshot()?, "{name}: and X's own");
    }
    Ok(())
}
