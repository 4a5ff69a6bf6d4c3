//! Secret values of a build are in no transcript.

use reqwest::Method;
use serde_json::{Value, json};
use transom_tests::front::Front;
use transom_tests::machine::Machine;

#[tokio::test]
async fn masked_values_are_in_no_transcript_however_they_are_printed() -> anyhow::Result<()> {
    let (front, machine) = (Front::start().await?, Machine::start()?);
    front.ready_build("b1", &machine, Value::Null).await?;
    let secret = "hunter2-secret-value";
    let values = json!({ "values": [secret, "ab", "multi-line-one\nmulti-line-two\n"] });
    let taken = front.ci(Method::PUT, "/builds/b1/masks", values.clone()).await?;
    assert_eq!(taken, json!({ "masked": 2, "too_short": 1 }));
    assert_eq!(front.ci(Method::PUT, "/builds/b1/masks", values).await?, taken, "the same again");
    std::fs::write(machine.build_dir().join("secret"), secret)?;
    std::fs::write(machine.build_dir().join("lines"), "multi-line-one\nmulti-line-two\n")?;
    let mut socket = front.socket().await?.open(&front.controller("b1").await?).await?;
    let session = socket.welcomed()?.session.clone();
    let slowly = "for c in $(fold -w1 secret); do printf %s $c; sleep 0.02; done";
    socket.type_text(&format!("cat secret; echo; {slowly}; echo; base64 secret; cat lines\r")).await?;
    socket.type_text("while read -rn1 c; do printf '\\033[31m%s' \"$c\"; done < secret; echo\r").await?;
    socket.type_text("fold -w7 secret; echo; echo $((6*7))\r").await?;
    socket.see("\n42\r\n").await?;
    assert!(socket.text().contains(secret), "people who look see it");
    let text = front.transcript_with(&session, "\n42\n").await?;
    let output = front.cast(&session, "").await?.output();
    for shown in [secret, "hunter2", "multi-line-one", "multi-line-two", "aHVudGVyMi1zZWNyZXQtdmFsdW"] {
        assert!(!text.contains(shown), "{shown} in {text}");
        assert!(!output.contains(shown), "{shown} in {output}");
    }
    assert!(text.contains("\n***\n***\n***"), "{text}");
    Ok(())
}

#[tokio::test]
async fn values_that_come_while_a_terminal_runs_are_masked_from_then_on() -> anyhow::Result<()> {
    let (front, machine) = (Front::start().await?, Machine::start()?);
    front.ready_build("b1", &machine, Value::Null).await?;
    let mut socket = front.socket().await?.open(&front.controller("b1").await?).await?;
    let session = socket.welcomed()?.session.clone();
    socket.type_text("echo first-$((40+2))-secret\r").await?;
    socket.see("\nfirst-42-secret\r\n").await?;
    front.transcript_with(&session, "\nfirst-42-secret\n").await?;
    front
        .ci(Method::PUT, "/builds/b1/masks", json!({ "values": ["first-42-secret", "later-42-secret"] }))
        .await?;
    socket.type_text("echo again first-$((40+2))-secret later-$((40+2))-secret; echo $((6*7))\r").await?;
    socket.see("\n42\r\n").await?;
    let text = front.transcript_with(&session, "\n42\n").await?;
    assert!(text.contains("\nagain *** ***\n"), "{text}");
    assert_eq!(text.matches("first-42-secret").count(), 1, "{text}");
    // They outlive a restart, too.
    let front = front.restart().await?;
    front.state("b1", "ready").await?;
    let mut socket = front.socket().await?.open(&front.controller("b1").await?).await?;
    let session = socket.welcomed()?.session.clone();
    socket.type_text("echo later-$((40+2))-secret; echo $((7*7))\r").await?;
    socket.see("\n49\r\n").await?;
    let text = front.transcript_with(&session, "\n49\n").await?;
    assert!(text.contains("\n***\n49\n"), "{text}");
    Ok(())
}

#[tokio::test]
async fn masks_that_cannot_be_are_refused_and_values_are_never_repeated() -> anyhow::Result<()> {
    let front = Front::start().await?;
    front.build("b1", Value::Null).await?;
    let long = "x".repeat(9000);
    for (values, why) in [
        (json!([long]), "a value is longer than 8192 bytes"),
        (json!(vec!["value-value"; 300]), "there are more than 256 values"),
        (json!(["esc\u{1b}ape-secret"]), "a value has control characters other than tabs and line ends"),
    ] {
        let body = json!({ "values": values });
        let reply = front.send(Method::PUT, "/api/v1/builds/b1/masks", &front.key, Some(&body)).await?;
        assert_eq!((reply.status, reply.problem()), (400, "malformed"));
        assert_eq!(reply.body["detail"], format!("These values cannot be masked: {why}."));
    }
    let body = json!({ "values": "hunter2-secret" });
    let reply = front.send(Method::PUT, "/api/v1/builds/b1/masks", &front.key, Some(&body)).await?;
    assert!(reply.status == 400 && !reply.body.to_string().contains("hunter2"), "{}", reply.body);
    front.ci(Method::PUT, "/builds/b1/masks", json!({ "values": ["hunter2-secret"] })).await?;
    let rows = front.look("/audit?build=b1&limit=1000").await?;
    assert!(!rows.to_string().contains("hunter2"));
    let row = rows["rows"].as_array().unwrap().iter().rfind(|r| r["action"] == "masks.put").unwrap();
    assert_eq!((&row["outcome"], &row["detail"]), (&json!("allowed"), &json!({ "masked": 1 })));
    Ok(())
}
