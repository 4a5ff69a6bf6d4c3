//! With what Transom logs in is in no reply, no page and no log line.

use std::io::Write;
use std::sync::{Arc, Mutex};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use reqwest::Method;
use serde_json::{Value, json};
use tracing_subscriber::fmt::MakeWriter;
use transom_protocol::wire::ClientMessage;
use transom_tests::front::Front;
use transom_tests::machine::Machine;

use super::{Pair, random};

/// Everything that was logged.
#[derive(Clone, Default)]
struct Log(Arc<Mutex<Vec<u8>>>);

impl Write for Log {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        self.0.lock().unwrap().extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

impl MakeWriter<'_> for Log {
    type Writer = Self;

    fn make_writer(&self) -> Self {
        self.clone()
    }
}

impl Log {
    fn text(&self) -> String {
        String::from_utf8_lossy(&self.0.lock().unwrap()).into_owned()
    }
}

/// Lines of a secret long enough to be told from chance: a private key is as secret in pieces.
fn pieces(secret: &str) -> Vec<String> {
    let lines = secret.lines().filter(|l| !l.starts_with('-') && l.len() >= 16);
    lines.flat_map(|l| [l.to_owned(), STANDARD.encode(l)]).collect()
}

/// A whole life of a build, with every reply, page and stream that shows something of it.
async fn journey(front: &Front, id: &str, machine: &Machine, login: &Value) -> anyhow::Result<Vec<String>> {
    let mut seen = Vec::new();
    let mut note = |value: Value| seen.push(value.to_string());
    let v1 = |path: &str| format!("/api/v1{path}");
    let registered = front.build(id, json!({ "build_dir": machine.build_dir() })).await?;
    if login["kind"] == "generated" {
        machine.authorize(&registered["install"]["authorized_keys"])?;
    }
    note(registered);
    let registration = machine.registration(1, login)?;
    note(front.ci(Method::PUT, &format!("/builds/{id}/machine"), registration.clone()).await?);
    let mut broken = registration;
    broken["endpoints"][0]["more"] = login.clone();
    let path = v1(&format!("/builds/{id}/machine"));
    note(front.send(Method::PUT, &path, &front.key, Some(&broken)).await?.body);
    note(front.enable(id).await?);
    note(front.state(id, "ready").await?);
    let token = front.controller(id).await?;
    let mut socket = front.socket().await?.open(&token).await?;
    socket.type_text("env; echo $((6*7))\r").await?;
    note(json!(socket.see("\n42\r\n").await?));
    for path in [format!("/builds/{id}"), format!("/builds/{id}/sessions")] {
        note(front.send(Method::GET, &v1(&path), &token, None).await?.body);
    }
    let mut events =
        front.request(Method::GET, &v1(&format!("/builds/{id}/events"))).bearer_auth(&token).send().await?;
    let first = events.chunk().await?.unwrap_or_default();
    note(json!(String::from_utf8_lossy(&first)));
    drop(events);
    for page in [format!("/b/{id}"), format!("/b/{id}/terminal")] {
        note(json!(front.request(Method::GET, &page).send().await?.text().await?));
    }
    socket.say(&ClientMessage::Leave { unloads: false }).await?;
    note(front.ci(Method::POST, &format!("/builds/{id}/finish"), json!({ "outcome": "cancelled" })).await?);
    note(front.state(id, "ended").await?);
    note(front.look("/audit").await?);
    note(json!(front.request(Method::GET, "/metrics").send().await?.text().await?));
    note(json!(socket.messages));
    Ok(seen)
}

/// Waits until nothing is kept of what opened the machine of an ended build.
async fn until_forgotten(front: &Front, id: &str) -> anyhow::Result<()> {
    let (store, id) = (front.server.door().store(), id.to_owned().try_into().unwrap());
    let forgotten = async {
        for name in ["ssh_key", "login:ssh"] {
            while store.secret(&id, name).await?.is_some() {
                tokio::time::sleep(std::time::Duration::from_millis(10)).await;
            }
        }
        anyhow::Ok(())
    };
    tokio::time::timeout(transom_tests::PATIENCE, forgotten).await?
}

#[tokio::test]
async fn no_reply_page_or_log_line_holds_what_transom_logs_in_with() -> anyhow::Result<()> {
    let log = Log::default();
    let levels = tracing_subscriber::EnvFilter::new("debug,transom_server=trace");
    let subscriber = tracing_subscriber::fmt().with_env_filter(levels).with_writer(log.clone()).finish();
    // The server runs on this thread too: a test's runtime has no other.
    let _logging = tracing::subscriber::set_default(subscriber);
    let (front, machine) = (Front::start().await?, Machine::start()?);
    let pair = Pair::new(&["-t", "ed25519", "-N", ""])?;
    let (private, password) = (pair.read("key")?, random()?);
    let mut seen = journey(&front, "b1", &machine, &json!({ "kind": "generated" })).await?;
    until_forgotten(&front, "b1").await?;
    machine.authorize(&json!([pair.read("key.pub")?.trim()]))?;
    let login = json!({ "kind": "key", "private_key": private, "passphrase": password });
    seen.extend(journey(&front, "b2", &machine, &login).await?);
    front.build("b3", Value::Null).await?;
    let login = json!({ "kind": "password", "password": password });
    front.ci(Method::PUT, "/builds/b3/machine", machine.registration(1, &login)?).await?;
    front.enable("b3").await?;
    let refused = front.until("b3", |b| b["access"]["sentence"].to_string().contains("refused")).await?;
    seen.push(refused.to_string());
    let log = log.text();
    assert!(log.contains("access ended"), "the log was captured: {log}");
    for secret in pieces(&private).into_iter().chain([password, "PRIVATE KEY".to_owned()]) {
        assert!(!log.contains(&secret), "the log holds a secret");
        for reply in &seen {
            assert!(!reply.contains(&secret), "a reply holds a secret: {reply}");
        }
    }
    for secret in [&front.key, &front.weak_key] {
        assert!(!log.contains(secret) && seen.iter().all(|reply| !reply.contains(secret)));
    }
    Ok(())
}
