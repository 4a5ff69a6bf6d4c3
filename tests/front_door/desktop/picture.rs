//! What viewers see is what the machine shows.

use std::time::Duration;

use transom_protocol::rfb::Framebuffer;
use transom_protocol::wire::desktop::DesktopClientFrame;
use transom_tests::desktop::Desktop;
use transom_tests::front::Front;
use transom_tests::rfb::{RfbServer, update};

/// Colours the screen and prints to it, differently each time.
fn paint(desktop: &Desktop, seed: usize) -> anyhow::Result<()> {
    let colour = format!("#{:06x}", seed.wrapping_mul(0x9e_37_79) & 0xff_ff_ff);
    desktop.run(
        "xsetroot",
        &["-bitmap", "/usr/include/X11/bitmaps/mensetmanus", "-fg", &colour, "-bg", "black"],
    )?;
    Ok(())
}

#[tokio::test]
async fn what_a_viewer_shows_is_what_the_machine_shows_pixel_for_pixel() -> anyhow::Result<()> {
    let (front, desktop) = (Front::start().await?, Desktop::start(801, 603)?);
    front.ready_desktop("b1", &desktop.endpoint()).await?;
    let mut watcher = front.watch("b1", &["desktop.control"], None).await?;
    watcher.shows(|| desktop.screenshot()).await?;
    for seed in 1..6 {
        paint(&desktop, seed)?;
        watcher.shows(|| desktop.screenshot()).await?;
    }
    let session = watcher.welcome.as_ref().map(|w| w.session.clone()).unwrap_or_default();
    let mut late = front.watch("b1", &[], Some(&session)).await?;
    late.shows(|| desktop.screenshot()).await?;
    desktop.run("xrandr", &["--size", "640x480"])?;
    paint(&desktop, 9)?;
    watcher.shows(|| desktop.screenshot()).await?;
    late.shows(|| desktop.screenshot()).await?;
    assert_eq!((watcher.picture.screen.width(), watcher.picture.screen.height()), (640, 480));
    Ok(())
}

#[tokio::test]
async fn who_joins_before_a_photograph_sees_it_without_loss_soon() -> anyhow::Result<()> {
    let front = Front::start().await?;
    // Soft everywhere, with as many colours as it has places.
    let mut photograph = Framebuffer::new(800, 600)?;
    let all = photograph.bounds();
    for (y, row) in (0_u32..).zip(photograph.rows_mut(all)) {
        for (x, pixel) in (0_u32..).zip(row) {
            let parts = [x * 255 / 800, y * 255 / 600, (x * y / 1900 + x % 7 * 3) % 256];
            *pixel = parts[0] | parts[1] << 8 | parts[2] << 16 | 0xff00_0000;
        }
    }
    let pixels: Vec<u8> = photograph.pixels().iter().flat_map(|pixel| pixel.to_le_bytes()).collect();
    let server = RfbServer::saying(800, 600, update([0, 0, 800, 600], 0, &pixels))?;
    front.ready_desktop("b1", &server.endpoint()).await?;
    let mut watcher = front.watch("b1", &["desktop.control"], None).await?;
    watcher.shows(|| Ok(photograph.clone())).await?;
    assert!(watcher.picture.ops[4] > 0, "no JPEG: {:?}", watcher.picture.ops);
    let session = watcher.welcome.as_ref().map(|w| w.session.clone()).unwrap_or_default();
    // Nothing changes any more.
    let mut late = front.watch("b1", &[], Some(&session)).await?;
    late.shows(|| Ok(photograph.clone())).await?;
    assert!(late.picture.ops[4] > 0, "no JPEG: {:?}", late.picture.ops);
    Ok(())
}

#[tokio::test]
async fn who_falls_behind_slows_nobody_and_catches_up_in_one_piece() -> anyhow::Result<()> {
    let (front, desktop) = (Front::start().await?, Desktop::start(800, 600)?);
    front.ready_desktop("b1", &desktop.endpoint()).await?;
    let mut fast = front.watch("b1", &["desktop.control"], None).await?;
    let session = fast.welcome.as_ref().map(|w| w.session.clone()).unwrap_or_default();
    let mut slow = front.watch("b1", &[], Some(&session)).await?;
    slow.shows(|| desktop.screenshot()).await?;
    slow.acks = false;
    let seen = slow.pictures;
    // One more looks only now and then, and acknowledges what it finds.
    let mut middle = front.watch("b1", &[], Some(&session)).await?;
    for seed in 1..30 {
        paint(&desktop, seed)?;
        fast.shows(|| desktop.screenshot()).await?;
        if seed % 10 == 0 {
            middle.shows(|| desktop.screenshot()).await?;
        }
    }
    // What was sent to it before it was known to be slow.
    while tokio::time::timeout(Duration::from_millis(300), slow.step()).await.is_ok() {}
    assert!(slow.pictures - seen <= 8, "{} pictures on their way", slow.pictures - seen);
    let seen = slow.pictures;
    slow.acks = true;
    slow.act(&DesktopClientFrame::PictureAck { number: slow.number }).await?;
    slow.shows(|| desktop.screenshot()).await?;
    assert!(slow.pictures - seen <= 2, "{} pictures to catch up with 29", slow.pictures - seen);
    Ok(())
}
