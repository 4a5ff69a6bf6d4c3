//! Machines that cannot be reached, or are not the ones that were registered.

use reqwest::Method;
use serde_json::{Value, json};
use transom_tests::front::Front;
use transom_tests::machine::{Machine, free_port};

/// Registers a build with this machine and turns access on.
async fn register(front: &Front, id: &str, machine: Value) -> anyhow::Result<()> {
    front.build(id, Value::Null).await?;
    front.ci(Method::PUT, &format!("/builds/{id}/machine"), machine).await?;
    front.enable(id).await?;
    Ok(())
}

/// Waits for the hint of a pending build, lets the time for an answer pass, and sees it fail with
/// the same words.
async fn pends_then_fails(front: &Front, id: &str, why: &str) -> anyhow::Result<()> {
    let sentence = format!("Waiting for the machine: {why}.");
    let build = front.until(id, |b| b["access"]["sentence"] == sentence.as_str()).await?;
    assert_eq!(build["access"]["state"], "pending", "{build}");
    let token = front.controller(id).await?;
    let early = front.socket().await?.open(&token).await.err().unwrap().to_string();
    assert!(early.contains("4502") && early.contains("not-ready"), "{early}");
    front.at(3)?;
    let sentence = format!("The machine could not be reached: {why}.");
    let build = front.until(id, |b| b["access"]["sentence"] == sentence.as_str()).await?;
    assert_eq!((&build["access"]["state"], &build["access"]["failure"]), (&json!("failed"), &json!(why)));
    let late = front.socket().await?.open(&token).await.err().unwrap().to_string();
    assert!(late.contains("4502") && late.contains("machine-unreachable") && late.contains(why), "{late}");
    Ok(())
}

#[tokio::test]
async fn a_machine_outside_the_networks_is_never_dialled() -> anyhow::Result<()> {
    let (front, machine) = (Front::start().await?, Machine::start()?);
    front.build("b1", Value::Null).await?;
    for host in ["192.0.2.1", "169.254.169.254", "0.0.0.0", "::1", "::ffff:192.0.2.1", "8.8.8.8"] {
        let mut registration = machine.registration(1, &json!({ "kind": "generated" }))?;
        registration["endpoints"][0]["host"] = host.into();
        let path = "/api/v1/builds/b1/machine";
        let reply = front.send(Method::PUT, path, &front.key, Some(&registration)).await?;
        assert_eq!((reply.status, reply.problem()), (422, "target-refused"), "{host}: {}", reply.body);
    }
    front.ready_build("b1", &machine, json!({ "version": 2 })).await
}

#[tokio::test]
async fn a_machine_that_does_not_answer_is_waited_for_and_given_up_with_the_cause() -> anyhow::Result<()> {
    let (front, machine) = (Front::start().await?, Machine::start()?);
    let mut closed = machine.registration(1, &json!({ "kind": "generated" }))?;
    closed["endpoints"][0]["port"] = free_port()?.into();
    register(&front, "b1", closed).await?;
    pends_then_fails(&front, "b1", "the connection was refused").await?;
    // It can be tried again, with the machine where it is.
    let registration = machine.registration(2, &json!({ "kind": "generated" }))?;
    let registered = front.ci(Method::PUT, "/builds/b1/machine", registration).await?;
    machine.authorize(&registered["install"]["authorized_keys"])?;
    front.enable("b1").await?;
    front.state("b1", "ready").await?;
    Ok(())
}

#[tokio::test]
async fn a_name_that_leads_nowhere_is_said_in_words() -> anyhow::Result<()> {
    let (front, machine) = (Front::start().await?, Machine::start()?);
    let mut nameless = machine.registration(1, &json!({ "kind": "generated" }))?;
    nameless["endpoints"][0]["host"] = "no-such-machine.invalid".into();
    register(&front, "b1", nameless).await?;
    pends_then_fails(&front, "b1", "its name is not known").await
}

#[tokio::test]
async fn a_machine_with_another_host_key_is_refused_and_nothing_is_learned() -> anyhow::Result<()> {
    let (front, mut machine) = (Front::start().await?, Machine::start()?);
    let registration = machine.registration(1, &json!({ "kind": "generated" }))?;
    let registered = machine.host_key()?;
    machine.new_host_key()?;
    machine.reconfigure("")?;
    register(&front, "b1", registration).await?;
    pends_then_fails(&front, "b1", "its host key is not the one that the CI registered").await?;
    assert_ne!(machine.host_key()?, registered);
    let log = std::fs::read_to_string(machine.path("sshd.log"))?;
    assert!(!log.contains("Accepted"), "no login was tried: {log}");
    // The next try is refused just so.
    front.enable("b1").await?;
    front.until("b1", |b| b["access"]["sentence"].as_str().is_some_and(|s| s.contains("host key"))).await?;
    Ok(())
}

#[tokio::test]
async fn a_refused_login_is_said_in_words() -> anyhow::Result<()> {
    let (front, machine) = (Front::start().await?, Machine::start()?);
    register(&front, "b1", machine.registration(1, &json!({ "kind": "generated" }))?).await?;
    let why = "it refused the login: user name, key or password not accepted";
    pends_then_fails(&front, "b1", why).await
}

#[tokio::test]
async fn a_machine_that_speaks_no_ssh_is_said_in_our_own_words() -> anyhow::Result<()> {
    let front = Front::start().await?;
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await?;
    let machine = json!({ "version": 1, "endpoints": [{
        "protocol": "ssh", "host": "127.0.0.1", "port": listener.local_addr()?.port(), "username": "ci",
        "host_keys": ["SHA256:AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"],
    }]});
    #[expect(clippy::disallowed_methods, reason = "a machine, not the server")]
    let talking = tokio::spawn(async move {
        use tokio::io::AsyncWriteExt as _;
        while let Ok((mut stream, _)) = listener.accept().await {
            let _ = stream.write_all(b"HTTP/1.1 400 <script>alert(1)</script>\r\n\r\n").await;
        }
    });
    register(&front, "b1", machine).await?;
    pends_then_fails(&front, "b1", "it did not speak SSH as expected").await?;
    talking.abort();
    Ok(())
}

#[tokio::test]
async fn a_machine_whose_host_key_changed_after_the_probe_gets_no_terminal() -> anyhow::Result<()> {
    let (front, mut machine) = (Front::start().await?, Machine::start()?);
    front.ready_build("b1", &machine, Value::Null).await?;
    let token = front.controller("b1").await?;
    let mut before = front.socket().await?.open(&token).await?;
    machine.new_host_key()?;
    machine.reconfigure("")?;
    let refused = front.socket().await?.open_refused(&token).await?;
    assert_eq!((refused.code, refused.problem.as_str()), (4502, "host-key-mismatch"));
    assert_eq!(refused.detail, "The machine's host key is not the one that the CI registered.");
    before.type_text("echo $((6*7))\r").await?;
    before.see("\n42\r\n").await?;
    Ok(())
}
