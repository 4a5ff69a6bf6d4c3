//! A desktop that several look at: whose keys arrive, and who is seen to point where.

use std::time::Duration;

use serde_json::json;
use transom_protocol::wire::desktop::{DesktopClientFrame, Key};
use transom_protocol::wire::{ClientMessage, PointerInfo, Role, ServerMessage};
use transom_tests::desktop::Desktop;
use transom_tests::front::Front;
use transom_tests::watcher::Watcher;
use x11rb::connection::Connection as _;
use x11rb::protocol::xproto::ConnectionExt as _;

use super::{company, time};

/// What it takes to share control of desktops.
const SHARES: &[&str] = &["desktop.view", "desktop.control", "share.view", "share.control"];

/// A desktop that Dana controls, and Kim, a guest who might.
async fn scene() -> anyhow::Result<(Front, Desktop, Watcher, Watcher, String)> {
    crate::log();
    let (front, desktop) = (Front::start().await?, Desktop::start(640, 480)?);
    front.ready_desktop("b1", &desktop.endpoint()).await?;
    let token = front.token("b1", "Dana", SHARES).await?;
    let mut dana = Watcher::enter(front.socket().await?.into_stream(), &token, None).await?;
    dana.until(|w| w.pictures > 0).await?;
    let session = dana.welcome.as_ref().map(|w| w.session.clone()).unwrap_or_default();
    let link = front.link_of("b1", &token, &json!({ "what": "desktop", "role": "control" })).await?;
    let token = front.visit(&link, 1).await?.token;
    let kim = Watcher::enter(front.socket().await?.into_stream(), &token, Some(&session)).await?;
    Ok((front, desktop, dana, kim, session))
}

fn controls(watcher: &Watcher) -> bool {
    let me = watcher.viewer();
    let role = |(viewers, _): (&[_], _)| {
        viewers.iter().any(|v: &transom_protocol::wire::ViewerInfo| v.id == me && v.role == Role::Controller)
    };
    company(&watcher.messages).is_some_and(role)
}

/// Where the machine's own pointer is, and which buttons and modifier keys are down.
fn pointer(desktop: &Desktop) -> anyhow::Result<(i16, i16, u16)> {
    let (x, screen) = x11rb::connect(Some(&desktop.name()))?;
    let root = x.setup().roots[screen].root;
    let at = x.query_pointer(root)?.reply()?;
    Ok((at.root_x, at.root_y, at.mask.into()))
}

/// Waits until the machine's own pointer is there.
async fn points(desktop: &Desktop, wanted: (i16, i16, u16)) -> anyhow::Result<()> {
    let began = time::tick();
    while pointer(desktop)? != wanted {
        anyhow::ensure!(began.elapsed() < transom_tests::PATIENCE, "{:?}", pointer(desktop)?);
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    Ok(())
}

fn moved(x: u16, y: u16) -> DesktopClientFrame {
    DesktopClientFrame::Pointer { buttons: 0, x, y }
}

fn shift(down: bool) -> DesktopClientFrame {
    DesktopClientFrame::Key(Key { down, code: 0x2a, keysym: 0xffe1 })
}

#[tokio::test]
async fn pointer_and_keys_are_those_of_who_controls_and_what_they_held_is_let_go() -> anyhow::Result<()> {
    let (_front, desktop, mut dana, mut kim, _) = scene().await?;
    kim.act_all(&[moved(30, 40), shift(true)]).await?;
    kim.settled().await?;
    dana.act(&moved(200, 100)).await?;
    points(&desktop, (200, 100, 0)).await?;
    dana.say(&ClientMessage::GiveControl { viewer: kim.viewer() }).await?;
    kim.until(controls).await?;
    kim.act_all(&[moved(30, 40), shift(true)]).await?;
    points(&desktop, (30, 40, 1)).await?;
    dana.act(&moved(200, 100)).await?;
    dana.settled().await?;
    dana.say(&ClientMessage::TakeControl).await?;
    dana.until(controls).await?;
    points(&desktop, (30, 40, 0)).await?;
    kim.act_all(&[moved(70, 70), shift(true)]).await?;
    kim.settled().await?;
    dana.act(&moved(201, 101)).await?;
    points(&desktop, (201, 101, 0)).await
}

#[tokio::test]
async fn others_see_who_points_where_and_the_machine_never_learns_of_it() -> anyhow::Result<()> {
    let (front, desktop, mut dana, mut kim, session) = scene().await?;
    let mut ravi = front.watch("b1", &[], Some(&session)).await?;
    dana.act(&moved(200, 100)).await?;
    points(&desktop, (200, 100, 0)).await?;
    let dana_points = PointerInfo { viewer: dana.viewer(), x: 200, y: 100 };
    kim.until(|w| pointers(w).contains(&dana_points)).await?;
    let (began, before) = (time::tick(), told(&dana));
    for n in 0..2000_u16 {
        kim.say(&ClientMessage::Point { x: n % 600, y: n % 400 }).await?;
    }
    let last = PointerInfo { viewer: kim.viewer(), x: 1999 % 600, y: 1999 % 400 };
    dana.until(|w| pointers(w).last() == Some(&last)).await?;
    let most = began.elapsed().as_millis() / 80 + 2;
    let times = told(&dana) - before;
    assert!(times as u128 <= most, "told {times} times in {:?}", began.elapsed());
    ravi.until(|w| pointers(w).contains(&last)).await?;
    // Whose name that is, everybody knows from who is here.
    let named = company(&ravi.messages)
        .is_some_and(|(viewers, _)| viewers.iter().any(|v| v.id == last.viewer && v.name == "Kim (guest)"));
    assert!(named);
    assert!(!pointers(&kim).iter().any(|p| p.viewer == kim.viewer()), "nobody is told of their own");
    assert_eq!(pointer(&desktop)?, (200, 100, 0));
    Ok(())
}

/// What a viewer was told of pointers, in order.
fn pointers(watcher: &Watcher) -> Vec<PointerInfo> {
    let all = watcher.messages.iter().filter_map(|message| match message {
        ServerMessage::Pointers { pointers } => Some(pointers.clone()),
        _ => None,
    });
    all.flatten().collect()
}

/// How often a viewer was told of pointers.
fn told(watcher: &Watcher) -> usize {
    watcher.messages.iter().filter(|m| matches!(m, ServerMessage::Pointers { .. })).count()
}
