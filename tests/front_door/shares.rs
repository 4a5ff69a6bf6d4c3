//! Share links: what a guest may do, and what not.

mod approval;
mod ends;
mod guessing;
mod limits;
mod look;

use reqwest::Method;
use serde_json::{Value, json};
use transom_protocol::wire::{ClientMessage, Role, ServerMessage};
use transom_tests::front::Front;
use transom_tests::link::{Link, Visitor};
use transom_tests::machine::Machine;
use transom_tests::pass::secret;
use transom_tests::socket::Socket;

use super::timelines::ready;

/// A build with a terminal in which Dana sits.
pub async fn shared() -> anyhow::Result<(Front, Machine, Socket, String)> {
    let (front, machine) = ready().await?;
    let owner = front.socket().await?.open(&front.sharer("b1").await?).await?;
    let session = owner.welcomed()?.session.clone();
    Ok((front, machine, owner, session))
}

/// A guest in that terminal.
pub async fn guest(
    front: &Front,
    link: &Link,
    seed: u16,
    session: &str,
) -> anyhow::Result<(Visitor, Socket)> {
    let visitor = front.visit(link, seed).await?;
    let socket = front.socket().await?.join(&visitor.token, session, None).await?;
    Ok((visitor, socket))
}

/// What the server says that a viewer may do.
pub fn role(socket: &Socket) -> Option<Role> {
    let me = socket.welcome.as_ref()?.viewer.clone();
    socket.messages.iter().rev().find_map(|message| match message {
        ServerMessage::Presence { viewers, .. } => viewers.iter().find(|v| v.id == me).map(|v| v.role),
        _ => None,
    })
}

/// Says something to the server and waits for the answer: whatever was sent before has come.
pub async fn settled(socket: &mut Socket, id: u32) -> anyhow::Result<()> {
    socket.say(&ClientMessage::Ping { id }).await?;
    socket.until(|s| s.messages.contains(&ServerMessage::Pong { id })).await
}

#[tokio::test]
async fn who_comes_by_a_link_to_look_sees_and_types_nothing() -> anyhow::Result<()> {
    let (front, machine, mut owner, session) = shared().await?;
    let link = front.link("b1", json!({ "label": "QA" })).await?;
    let (kim, mut socket) = guest(&front, &link, 1, &session).await?;
    assert_eq!((&kim.reply["me"]["name"], &kim.reply["build"]), (&json!("Kim (guest)"), &json!("b1")));
    assert_eq!(kim.reply["capabilities"], json!(["terminal.view"]));
    let invitation = json!({
        "label": "QA", "by": { "sub": "u-Dana", "name": "Dana" }, "what": "terminal", "role": "view",
        "expires_at": "2026-01-01T01:00:00Z",
    });
    assert_eq!(kim.reply["share"], invitation);
    socket.type_text("touch typed\r").await?;
    settled(&mut socket, 1).await?;
    owner.type_text("echo from-$((40+2))\r").await?;
    socket.see("\nfrom-42\r\n").await?;
    assert!(!machine.build_dir().join("typed").exists());
    let build = front.look("/builds/b1").await?;
    let names: Vec<_> =
        build["viewers"].as_array().into_iter().flatten().map(|v| v["name"].clone()).collect();
    assert_eq!(names, ["Dana", "Kim (guest)"]);
    let listed = front.listed("b1", &link).await?;
    assert_eq!((&listed["used"], &listed["over"]), (&json!(1), &Value::Null));
    assert_eq!(listed["guests"][0]["name"], "Kim (guest)");
    assert!(!listed.to_string().contains(&link.secret));
    drop(socket);
    front.until("b1", |b| b["viewers"].as_array().is_some_and(|v| v.len() == 1)).await?;
    assert_eq!(front.listed("b1", &link).await?["guests"], json!([]));
    Ok(())
}

#[tokio::test]
async fn who_comes_by_a_link_for_control_types() -> anyhow::Result<()> {
    let (front, machine, _owner, session) = shared().await?;
    let link = front.link("b1", json!({ "role": "control" })).await?;
    let (_, mut socket) = guest(&front, &link, 1, &session).await?;
    socket.type_text("touch typed; echo done-$((40+2))\r").await?;
    socket.see("\ndone-42\r\n").await?;
    assert!(machine.build_dir().join("typed").exists());
    Ok(())
}

#[tokio::test]
async fn a_guest_stays_by_renewals_and_over_a_reload() -> anyhow::Result<()> {
    let (front, _machine, mut owner, session) = shared().await?;
    let link = front.link("b1", json!({})).await?;
    let (kim, mut socket) = guest(&front, &link, 1, &session).await?;
    front.at(4)?;
    owner.renew(&front.sharer("b1").await?).await?;
    let renewed = front.renew(&secret(1), &secret(2)).await?.good()?;
    let token = renewed["token"].as_str().unwrap_or_default();
    socket.renew(token).await?;
    // A token of somebody else, even by the same link, is not theirs.
    let lee = front.visit(&link, 11).await?;
    let mut other = front.socket().await?.join(&lee.token, &session, None).await?;
    assert!(other.renew(token).await.is_err());
    socket.cut();
    front.at(8)?;
    owner.renew(&front.sharer("b1").await?).await?;
    let renewed = front.renew(&secret(2), &secret(3)).await?.good()?;
    let token = renewed["token"].as_str().unwrap_or_default();
    let mut again = front.socket().await?.join(token, &session, None).await?;
    owner.type_text("echo still-$((1+1))\r").await?;
    again.see("\nstill-2\r\n").await?;
    let me = front.send(Method::GET, "/api/v1/builds/b1", token, None).await?.good()?["me"].clone();
    assert_eq!(me, kim.reply["me"]);
    Ok(())
}

#[tokio::test]
async fn a_guest_may_nothing_else() -> anyhow::Result<()> {
    let (front, _machine, _owner, session) = shared().await?;
    front.build("b2", Value::Null).await?;
    front.enable("b2").await?;
    let link = front.link("b1", json!({ "role": "control" })).await?;
    let kim = front.visit(&link, 1).await?;
    let terminal = json!({ "family": "terminal" });
    let desktop = json!({ "family": "desktop" });
    let file = json!({ "path": "/etc/passwd" });
    let answer = json!({ "approve": true });
    for (method, path, body) in [
        (Method::POST, "/builds/b1/shares".to_owned(), Some(&json!({}))),
        (Method::GET, "/builds/b1/shares".to_owned(), None),
        (Method::DELETE, format!("/shares/{}", link.id), None),
        (Method::POST, format!("/shares/{}/requests/1", link.id), Some(&answer)),
        (Method::GET, "/builds/b1/files".to_owned(), None),
        (Method::GET, "/builds/b1/files/content?path=x".to_owned(), None),
        (Method::PUT, "/builds/b1/files/content?path=x".to_owned(), None),
        (Method::POST, "/builds/b1/files/tickets".to_owned(), Some(&file)),
        (Method::POST, "/builds/b1/sessions".to_owned(), Some(&desktop)),
        (Method::DELETE, "/builds/b1/access".to_owned(), None),
        (Method::GET, "/builds/b2".to_owned(), None),
        (Method::POST, "/builds/b2/sessions".to_owned(), Some(&terminal)),
        (Method::GET, "/audit".to_owned(), None),
    ] {
        let reply = front.send(method.clone(), &format!("/api/v1{path}"), &kim.token, body).await?;
        assert_eq!((reply.status, reply.problem()), (403, "forbidden"), "{method} {path}: {}", reply.body);
    }
    // What the link gives it does give.
    let looked = front.send(Method::GET, &format!("/api/v1/sessions/{session}"), &kim.token, None).await?;
    assert_eq!(looked.status, 200);
    let mut page = front.events("b1", &kim.token).await?;
    let seen = page.until("build", |_| true).await?;
    let denied =
        seen["permissions"].as_array().into_iter().flatten().find(|p| p["capability"] == "files.read");
    let reason = denied.and_then(|p| p["reason"].as_str());
    assert_eq!(reason, Some("This link does not let you download files."));
    Ok(())
}

#[tokio::test]
async fn only_who_may_share_it_makes_a_link() -> anyhow::Result<()> {
    let (front, _machine) = ready().await?;
    let table: [(&[&str], Value, u16); 7] = [
        (&["terminal.view", "share.view"], json!({}), 201),
        (&["terminal.view", "share.view"], json!({ "role": "control" }), 403),
        (&["terminal.view", "share.view"], json!({ "what": "both" }), 403),
        (&["terminal.view", "share.control"], json!({ "role": "control" }), 403),
        (&["terminal.control", "share.control"], json!({ "role": "control" }), 201),
        (&["terminal.view", "terminal.control"], json!({}), 403),
        (&["desktop.view", "share.view"], json!({ "what": "desktop" }), 201),
    ];
    for (capabilities, wanted, status) in table {
        let token = front.token("b1", "Ravi", capabilities).await?;
        let reply = front.ask_for_link("b1", &token, &wanted).await?;
        assert_eq!(reply.status, status, "{capabilities:?} {wanted}: {}", reply.body);
    }
    let token = front.sharer("b1").await?;
    for wrong in [
        json!({ "expires_in_s": 0 }),
        json!({ "expires_in_s": 40 * 24 * 3600 + 1 }),
        json!({ "max_uses": 0 }),
        json!({ "max_viewers": 0 }),
        json!({ "passcode": "123" }),
        json!({ "label": "a\nb" }),
        json!({ "role": "owner" }),
        json!({ "secret": "mine" }),
    ] {
        assert_eq!(front.ask_for_link("b1", &token, &wrong).await?.problem(), "malformed", "{wrong}");
    }
    front.build("b2", Value::Null).await?;
    let ours = front.ask_for_link("b2", &token, &json!({})).await?;
    assert_eq!(ours.problem(), "forbidden", "for another build");
    Ok(())
}

#[tokio::test]
async fn links_show_their_makers_everything_but_the_secret_as_it_happens() -> anyhow::Result<()> {
    let (front, _machine, _owner, session) = shared().await?;
    let mut page = front.events("b1", &front.sharer("b1").await?).await?;
    page.until("build", |_| true).await?;
    let link = front.link("b1", json!({ "passcode": "open sesame" })).await?;
    let seen = page.until("shares", |s| s[0]["used"] == 0).await?;
    assert_eq!((&seen[0]["id"], &seen[0]["passcode"]), (&json!(link.id), &json!(true)));
    let reply = front.knock(&link, 1, json!({ "passcode": "open sesame" })).await?.good()?;
    let token = reply["token"].as_str().unwrap_or_default();
    let _socket = front.socket().await?.join(token, &session, None).await?;
    page.until("shares", |s| s[0]["used"] == 1 && s[0]["guests"][0]["viewers"] == 1).await?;
    front.revoke("b1", &link).await?;
    page.until("shares", |s| s[0]["over"] == "revoked" && s[0]["guests"] == json!([])).await?;
    Ok(())
}

#[tokio::test]
async fn the_audit_knows_who_came_by_which_link_and_no_secret() -> anyhow::Result<()> {
    let (front, _machine) = ready().await?;
    let link = front.link("b1", json!({ "passcode": "open sesame" })).await?;
    let wrong = Link { secret: secret(7), ..link.clone() };
    front.knock(&wrong, 1, json!({})).await?;
    front.knock(&link, 1, json!({ "passcode": "a wrong one" })).await?;
    front.knock(&link, 1, json!({ "passcode": "open sesame" })).await?.good()?;
    front.revoke("b1", &link).await?;
    front.knock(&link, 2, json!({ "passcode": "open sesame" })).await?;
    let rows = front.look("/audit?build=b1").await?;
    let shares: Vec<_> = rows["rows"]
        .as_array()
        .into_iter()
        .flatten()
        .filter(|row| row["action"].as_str().is_some_and(|a| a.starts_with("share.")))
        .map(|row| {
            let text = |v: &Value| v.as_str().unwrap_or_default().to_owned();
            assert_eq!((&row["address"], &row["detail"]["share"]), (&json!("127.0.0.1"), &json!(link.id)));
            (text(&row["action"]), text(&row["outcome"]), row["detail"]["cause"].clone())
        })
        .collect();
    let row = |action: &str, outcome: &str, cause: Value| (action.to_owned(), outcome.to_owned(), cause);
    let wanted = [
        row("share.create", "allowed", Value::Null),
        row("share.redeem", "denied", json!("wrong_secret")),
        row("share.redeem", "denied", json!("passcode")),
        row("share.redeem", "allowed", Value::Null),
        row("share.revoke", "allowed", Value::Null),
        row("share.redeem", "denied", json!({ "over": "revoked" })),
    ];
    assert_eq!(shares, wanted);
    let text = rows.to_string();
    assert!(text.contains("Kim (guest)") && text.contains("guest:g_"));
    for hidden in [link.secret.as_str(), &secret(7), &secret(1), "sesame", "a wrong one", "argon2"] {
        assert!(!text.contains(hidden), "{hidden}");
    }
    Ok(())
}

#[tokio::test]
async fn links_and_guests_outlive_a_restart() -> anyhow::Result<()> {
    let (front, _machine) = ready().await?;
    let link = front.link("b1", json!({ "max_uses": 2 })).await?;
    let kim = front.visit(&link, 1).await?;
    let front = front.restart().await?;
    front.state("b1", "ready").await?;
    assert_eq!(front.send(Method::GET, "/api/v1/builds/b1", &kim.token, None).await?.status, 200);
    front.renew(&secret(1), &secret(2)).await?.good()?;
    front.visit(&link, 11).await?;
    assert_eq!(front.knock(&link, 12, json!({})).await?.problem(), "share-invalid");
    front.revoke("b1", &link).await?;
    assert_eq!(front.renew(&secret(2), &secret(3)).await?.problem(), "revoked");
    Ok(())
}
