//! What the policy does not let happen, when access is turned on and while people are connected.

use reqwest::Method;
use serde_json::{Value, json};
use transom_protocol::wire::{Role, ServerMessage};
use transom_server::clock::Clock;
use transom_tests::front::{Front, START};
use transom_tests::socket::Socket;

use super::timelines::{enter, ready};

async fn front(more: &str) -> anyhow::Result<Front> {
    super::log();
    Front::start_with(Clock::moved(START.parse()?), more).await
}

async fn enable(front: &Front, via: &str) -> anyhow::Result<(u16, String)> {
    let by = json!({ "by": { "sub": "u1", "name": "Dana" }, "via": via });
    let reply = front.send(Method::PUT, "/api/v1/builds/b1/access", &front.key, Some(&by)).await?;
    Ok((reply.status, reply.problem().to_owned()))
}

fn refused() -> (u16, String) {
    (403, "policy-refused".to_owned())
}

/// Tells the server a new policy for the running build.
async fn narrow(front: &Front, version: u64, capabilities: &[&str]) -> anyhow::Result<()> {
    let more = json!({ "version": version, "policy": { "capabilities": capabilities } });
    front.build("b1", more).await?;
    Ok(())
}

fn role_of(socket: &Socket) -> Option<Role> {
    let me = socket.welcome.as_ref()?.viewer.clone();
    socket.messages.iter().rev().find_map(|message| match message {
        ServerMessage::Presence { viewers, .. } => viewers.iter().find(|v| v.id == me).map(|v| v.role),
        _ => None,
    })
}

#[tokio::test]
async fn a_build_of_untrusted_code_is_not_opened() -> anyhow::Result<()> {
    let fork = json!({ "trusted": false, "policy": { "allow_untrusted": true } });
    let strict = front("").await?;
    strict.build("b1", fork.clone()).await?;
    assert_eq!(enable(&strict, "user").await?, refused());
    assert_eq!(strict.look("/builds/b1").await?["access"]["state"], "off");
    let lenient = front("[policy]\nallow_untrusted = true\n").await?;
    lenient.build("b1", fork).await?;
    assert_eq!(enable(&lenient, "user").await?.0, 200);
    lenient.build("b2", json!({ "trusted": false, "policy": {} })).await?;
    assert!(lenient.enable("b2").await.is_err(), "the build's own policy is narrower");
    Ok(())
}

#[tokio::test]
async fn a_program_turns_access_on_only_where_the_policy_lets_it() -> anyhow::Result<()> {
    let strict = front("").await?;
    strict.build("b1", Value::Null).await?;
    assert_eq!(enable(&strict, "api").await?, refused());
    assert_eq!(enable(&strict, "user").await?.0, 200);
    let lenient = front("[policy]\nallow_api = true\n").await?;
    lenient.build("b1", Value::Null).await?;
    assert_eq!(enable(&lenient, "api").await?.0, 200);
    let by = json!({ "by": { "sub": "u1", "name": "Dana" }, "via": "user" });
    let weak = lenient.send(Method::PUT, "/api/v1/builds/b1/access", &lenient.weak_key, Some(&by));
    assert_eq!(weak.await?.problem(), "forbidden");
    Ok(())
}

#[tokio::test]
async fn a_token_never_says_more_than_the_policy() -> anyhow::Result<()> {
    let front = front("[policy]\ncapabilities = [\"terminal.view\"]\n").await?;
    front.build("b1", Value::Null).await?;
    front.enable("b1").await?;
    let issued = front.issue("b1").await?;
    assert_eq!(issued["capabilities"], json!(["terminal.view"]));
    let token = issued["token"].as_str().unwrap_or_default();
    let terminal = json!({ "family": "terminal" });
    let reply = front.send(Method::POST, "/api/v1/builds/b1/sessions", token, Some(&terminal)).await?;
    assert_eq!(reply.problem(), "forbidden");
    let nothing = json!({ "sub": "u1", "name": "Dana", "capabilities": ["desktop.control"] });
    let path = "/api/v1/builds/b1/tokens";
    let refused = front.send(Method::POST, path, &front.key, Some(&nothing)).await?;
    assert_eq!((refused.status, refused.problem()), (403, "policy-refused"));
    Ok(())
}

#[tokio::test]
async fn a_narrower_policy_takes_the_keyboard_from_who_is_connected() -> anyhow::Result<()> {
    let (front, machine) = ready().await?;
    let token = front.controller("b1").await?;
    let mut socket = front.socket().await?.open(&token).await?;
    let mut page = front.events("b1", &token).await?;
    narrow(&front, 2, &["terminal.view"]).await?;
    socket.until(|s| role_of(s) == Some(Role::Viewer)).await?;
    socket.type_text("touch typed\r").await?;
    let may = |build: &Value, name: &str| {
        let all = build["permissions"].as_array().cloned().unwrap_or_default();
        all.iter().any(|p| p["capability"] == name && p["allowed"] == true)
    };
    page.until("build", |b| may(b, "terminal.view") && !may(b, "terminal.control")).await?;
    // And back: what was typed meanwhile was dropped.
    narrow(&front, 3, &["terminal.view", "terminal.control"]).await?;
    socket.until(|s| role_of(s) == Some(Role::Controller)).await?;
    socket.type_text("echo again-$((1+1))\r").await?;
    socket.see("\nagain-2\r\n").await?;
    assert!(!machine.build_dir().join("typed").exists());
    Ok(())
}

#[tokio::test]
async fn a_policy_without_terminals_sends_everybody_away() -> anyhow::Result<()> {
    let (front, _machine) = ready().await?;
    let mut socket = enter(&front).await?;
    let token = front.controller("b1").await?;
    narrow(&front, 2, &["desktop.view", "access.end"]).await?;
    let closed = socket.closed().await?;
    assert_eq!((closed.code, closed.problem.as_str()), (4403, "forbidden"));
    assert!(front.socket().await?.open(&token).await.is_err());
    // An older update changes nothing any more.
    narrow(&front, 1, &["terminal.view", "terminal.control"]).await?;
    assert!(front.socket().await?.open(&token).await.is_err());
    Ok(())
}
