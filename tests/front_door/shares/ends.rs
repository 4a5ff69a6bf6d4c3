//! How a guest's visit ends: with the link, with what its maker may do, with access.

use std::time::{Duration, Instant};

use jiff::SignedDuration;
use reqwest::Method;
use serde_json::{Value, json};
use transom_protocol::wire::Role;
use transom_tests::front::{Front, START};
use transom_tests::link::{SHARER, Visitor};
use transom_tests::pass::secret;
use transom_tests::socket::Socket;

use super::{guest, role, settled, shared};

/// Within which time whoever is in by a revoked link is out.
const AT_MOST: Duration = Duration::from_secs(2);

#[expect(clippy::disallowed_methods, reason = "measures the real time")]
fn tick() -> Instant {
    Instant::now()
}

async fn is_cut(socket: &mut Socket) -> anyhow::Result<()> {
    let closed = socket.closed().await?;
    assert_eq!((closed.code, closed.problem.as_str()), (4403, "revoked"), "{closed:?}");
    Ok(())
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_revoked_link_disconnects_its_guests_within_two_seconds_and_nobody_else() -> anyhow::Result<()> {
    let (front, _machine, mut owner, session) = shared().await?;
    let link = front.link("b1", json!({ "role": "control" })).await?;
    let other = front.link("b1", json!({})).await?;
    let (kim, mut first) = guest(&front, &link, 1, &session).await?;
    let mut second = front.socket().await?.join(&kim.token, &session, None).await?;
    let (_, mut third) = guest(&front, &link, 11, &session).await?;
    let (_, mut stays) = guest(&front, &other, 21, &session).await?;
    let mut page = front.events("b1", &kim.token).await?;
    page.until("build", |_| true).await?;
    let began = tick();
    assert_eq!(front.revoke("b1", &link).await?, 3);
    for socket in [&mut first, &mut second, &mut third] {
        is_cut(socket).await?;
    }
    assert!(began.elapsed() <= AT_MOST, "{:?}", began.elapsed());
    page.rest().await?;
    kim.is_dead(&front, 1, &session, "revoked").await?;
    assert_eq!(front.revoke("b1", &link).await?, 0);
    owner.type_text("echo still-$((1+1))\r").await?;
    stays.see("\nstill-2\r\n").await?;
    front.visit(&other, 22).await?;
    Ok(())
}

#[tokio::test]
async fn a_guest_who_does_not_even_read_is_cut_too() -> anyhow::Result<()> {
    let (front, machine, mut owner, session) = shared().await?;
    let link = front.link("b1", json!({})).await?;
    let kim = front.visit(&link, 1).await?;
    let stuck = Socket::connect_narrow(&front.url, 4096).await?.join(&kim.token, &session, None).await?;
    owner.type_text("head -c 2000000 /dev/zero | tr '\\0' y | fold -w 79; touch done\r").await?;
    while !machine.build_dir().join("done").exists() {
        owner.step().await?;
    }
    let began = tick();
    assert_eq!(front.revoke("b1", &link).await?, 1);
    while front.listed("b1", &link).await?["guests"] != json!([]) && began.elapsed() < AT_MOST {}
    assert_eq!(front.listed("b1", &link).await?["guests"], json!([]));
    drop(stuck);
    Ok(())
}

#[tokio::test]
async fn a_link_ends_at_its_time_and_no_clock_revives_it() -> anyhow::Result<()> {
    let (front, _machine, mut owner, session) = shared().await?;
    let link = front.link("b1", json!({ "expires_in_s": 600 })).await?;
    let (kim, mut socket) = guest(&front, &link, 1, &session).await?;
    for (minute, seed) in [(4, 1), (8, 2)] {
        front.at(minute)?;
        owner.renew(&front.sharer("b1").await?).await?;
        let renewed = front.renew(&secret(seed), &secret(seed + 1)).await?.good()?;
        socket.renew(renewed["token"].as_str().unwrap_or_default()).await?;
    }
    let last = front.renew(&secret(3), &secret(4)).await?.good()?;
    assert_eq!(last["expires_at"], "2026-01-01T00:10:00Z", "no token outlives the link");
    front.at(10)?;
    is_cut(&mut socket).await?;
    assert_eq!(front.listed("b1", &link).await?["over"], "expired");
    // Also where the clock is set back to when the token and the link were good.
    front.at(9)?;
    let token = last["token"].as_str().unwrap_or_default().to_owned();
    Visitor { token, ..kim }.is_dead(&front, 4, &session, "revoked").await?;
    assert_eq!(front.knock(&link, 30, json!({})).await?.problem(), "share-invalid");
    Ok(())
}

#[tokio::test]
async fn a_link_lasts_as_long_as_a_build_may_and_not_beyond_its_deadline() -> anyhow::Result<()> {
    let front = Front::start().await?;
    let day = 24 * 3600;
    front.build("b1", json!({ "max_duration_s": 40 * day })).await?;
    front.enable("b1").await?;
    let link = front.link("b1", json!({ "expires_in_s": 40 * day })).await?;
    let soon = front.link("b1", json!({ "expires_in_s": 39 * day })).await?;
    assert_eq!(link.view["offer"]["expires_at"], "2026-02-10T00:00:00Z");
    let start: jiff::Timestamp = START.parse()?;
    front.clock.set(start + SignedDuration::from_hours(39 * 24 - 1));
    front.visit(&soon, 1).await?;
    front.visit(&link, 2).await?;
    front.clock.set(start + SignedDuration::from_hours(39 * 24));
    assert_eq!(front.knock(&soon, 3, json!({})).await?.problem(), "share-invalid");
    assert_eq!(front.renew(&secret(1), &secret(4)).await?.problem(), "revoked");
    front.renew(&secret(2), &secret(5)).await?.good()?;
    front.build("b2", json!({ "started_at": front.clock.now().to_string() })).await?;
    front.enable("b2").await?;
    let cut = front.link("b2", json!({ "expires_in_s": 40 * day })).await?;
    let hour = front.clock.now() + SignedDuration::from_hours(1);
    assert_eq!(cut.view["offer"]["expires_at"], hour.to_string());
    Ok(())
}

#[tokio::test]
async fn a_guest_loses_what_the_maker_loses_and_gets_it_back() -> anyhow::Result<()> {
    let (front, machine, mut owner, session) = shared().await?;
    let link = front.link("b1", json!({ "role": "control" })).await?;
    let (kim, mut socket) = guest(&front, &link, 1, &session).await?;
    let may = async |capabilities: &[&str]| front.token("b1", "Dana", capabilities).await;
    // Dana may look and share looking, no more.
    may(&["terminal.view", "share.view"]).await?;
    socket.until(|s| role(s) == Some(Role::Viewer)).await?;
    socket.type_text("touch dropped\r").await?;
    settled(&mut socket, 1).await?;
    let build = front.send(Method::GET, "/api/v1/builds/b1", &kim.token, None).await?.good()?;
    let allowed = |b: &Value| {
        let all = b["permissions"].as_array().cloned().unwrap_or_default();
        all.into_iter().filter(|p| p["allowed"] == true).map(|p| p["capability"].clone()).collect::<Vec<_>>()
    };
    assert_eq!(allowed(&build), ["terminal.view"]);
    // What others may is no news for it.
    front.token("b1", "Ravi", &["desktop.view"]).await?;
    may(SHARER).await?;
    socket.until(|s| role(s) == Some(Role::Controller)).await?;
    socket.type_text("echo again-$((1+1))\r").await?;
    socket.see("\nagain-2\r\n").await?;
    assert!(!machine.build_dir().join("dropped").exists());
    may(&["terminal.view", "terminal.control"]).await?;
    is_cut(&mut socket).await?;
    kim.is_dead(&front, 1, &session, "revoked").await?;
    assert_eq!(front.listed("b1", &link).await?["over"], "withdrawn");
    assert_eq!(front.knock(&link, 30, json!({})).await?.problem(), "share-invalid");
    owner.type_text("echo own-$((1+1))\r").await?;
    owner.see("\nown-2\r\n").await?;
    Ok(())
}

#[tokio::test]
async fn a_maker_of_whom_the_ci_says_that_they_may_nothing_takes_the_guests_along() -> anyhow::Result<()> {
    let (front, _machine, _owner, session) = shared().await?;
    let link = front.link("b1", json!({})).await?;
    let (_, mut socket) = guest(&front, &link, 1, &session).await?;
    let nothing = json!({ "sub": "u-Dana", "name": "Dana", "capabilities": [] });
    let said = front.send(Method::POST, "/api/v1/builds/b1/tokens", &front.key, Some(&nothing)).await?;
    assert_eq!(said.problem(), "policy-refused");
    is_cut(&mut socket).await
}

#[tokio::test]
async fn a_narrower_policy_reaches_guests_at_once() -> anyhow::Result<()> {
    let (front, _machine, _owner, session) = shared().await?;
    let link = front.link("b1", json!({ "role": "control" })).await?;
    let (_, mut socket) = guest(&front, &link, 1, &session).await?;
    let policy = async |version: u64, capabilities: &[&str]| {
        front.build("b1", json!({ "version": version, "policy": { "capabilities": capabilities } })).await
    };
    policy(2, &["terminal.view", "terminal.control", "share.view"]).await?;
    socket.until(|s| role(s) == Some(Role::Viewer)).await?;
    // Nobody shares anything any more.
    policy(3, &["terminal.view", "terminal.control"]).await?;
    is_cut(&mut socket).await
}

#[tokio::test]
async fn the_end_of_access_is_the_end_of_its_links() -> anyhow::Result<()> {
    let (front, _machine, _owner, session) = shared().await?;
    let link = front.link("b1", json!({})).await?;
    let (kim, mut socket) = guest(&front, &link, 1, &session).await?;
    front.ci(Method::DELETE, "/builds/b1/access", Value::Null).await?;
    let closed = socket.closed().await?;
    assert_eq!((closed.code, closed.problem.as_str()), (4410, "access-ended"));
    assert_eq!(front.knock(&link, 2, json!({})).await?.problem(), "share-invalid");
    let token = front.send(Method::GET, "/api/v1/builds/b1", &kim.token, None).await?;
    assert_eq!(token.problem(), "access-ended");
    assert_eq!(front.renew(&secret(1), &secret(2)).await?.problem(), "access-ended");
    assert_eq!(front.listed("b1", &link).await?["over"], "ended");
    Ok(())
}

#[tokio::test]
async fn what_is_revoked_at_one_server_is_over_at_the_other() -> anyhow::Result<()> {
    let (front, _machine, _owner, session) = shared().await?;
    let link = front.link("b1", json!({})).await?;
    let (kim, mut socket) = guest(&front, &link, 1, &session).await?;
    let other = front.beside().await?;
    assert_eq!(other.send(Method::GET, "/api/v1/builds/b1", &kim.token, None).await?.status, 200);
    let began = tick();
    other.revoke("b1", &link).await?;
    is_cut(&mut socket).await?;
    assert!(began.elapsed() <= AT_MOST, "{:?}", began.elapsed());
    kim.is_dead(&front, 1, &session, "revoked").await
}
