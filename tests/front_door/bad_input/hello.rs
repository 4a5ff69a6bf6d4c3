//! Knocking wrongly: upgrades, hellos and tokens that open nothing.

use std::time::Duration;

use reqwest::Method;
use serde_json::{Value, json};
use transom_protocol::wire::SUBPROTOCOL;
use transom_tests::forge::Forge;
use transom_tests::front::Front;
use transom_tests::machine::Machine;
use transom_tests::socket::Socket;

#[tokio::test]
async fn an_upgrade_from_another_page_or_without_the_subprotocol_is_refused() -> anyhow::Result<()> {
    let front = Front::start().await?;
    let ours = front.url.as_str();
    let longer = format!("{ours}.evil.example");
    let with_path = format!("{ours}/");
    let other_port = ours.rsplit_once(':').map_or(ours, |(host, _)| host).to_owned();
    let foreign =
        ["https://evil.example", "null", "", "http://localhost", &longer, &with_path, &other_port, "*"];
    for origin in foreign {
        let headers = [("origin", origin), ("sec-websocket-protocol", SUBPROTOCOL)];
        let refused = Socket::turned_away(ours, &headers).await?;
        assert_eq!((refused.status, refused.problem()), (403, "origin-refused"), "{origin}");
    }
    let refused = Socket::turned_away(ours, &[("sec-websocket-protocol", SUBPROTOCOL)]).await?;
    assert_eq!((refused.status, refused.problem()), (403, "origin-refused"), "no origin");
    let refused = Socket::turned_away(ours, &[("origin", ours)]).await?;
    assert_eq!((refused.status, refused.problem()), (400, "malformed"), "no subprotocol");
    for protocol in ["transom.v2", "chat, transom", "TRANSOM.V1"] {
        let headers = [("origin", ours), ("sec-websocket-protocol", protocol)];
        let refused = Socket::turned_away(ours, &headers).await?;
        assert_eq!((refused.status, refused.problem()), (400, "malformed"), "{protocol}");
        assert!(refused.body["detail"].as_str().is_some_and(|d| d.contains(SUBPROTOCOL)), "{protocol}");
    }
    let plain = front.send(Method::GET, "/api/v1/socket", "", None).await?;
    assert_eq!((plain.status, plain.problem()), (400, "malformed"));
    Ok(())
}

#[tokio::test]
async fn a_connection_without_a_hello_ends_after_five_seconds() -> anyhow::Result<()> {
    let front = Front::start().await?;
    let mut socket = front.socket().await?;
    assert!(socket.is_quiet(Duration::from_secs(4)).await?, "not before");
    let closed = socket.closed().await?;
    assert_eq!((closed.code, closed.problem.as_str()), (4400, "hello-timeout"));
    Ok(())
}

#[tokio::test]
async fn a_token_that_is_not_exactly_right_opens_nothing() -> anyhow::Result<()> {
    let (front, machine) = (Front::start().await?, Machine::start()?);
    front.ready_build("b1", &machine, Value::Null).await?;
    let good = front.controller("b1").await?;
    let (ours, theirs) = (Forge::of(&front)?, Forge::stranger()?);
    let changed = |name: &'static str, value: Value| ours.again(&good, |_, claims| claims[name] = value);
    let headed = |name: &'static str, value: Value| ours.again(&good, |header, _| header[name] = value);
    let (head, _) = good.rsplit_once('.').unwrap();
    let invalid = [
        ("garbage", "garbage".to_owned()),
        ("a service key", front.key.clone()),
        ("no signature", format!("{head}.")),
        ("another's signature", theirs.again(&good, |_, _| {})?),
        ("no algorithm", headed("alg", json!("none"))?),
        ("an algorithm for shared secrets", headed("alg", json!("HS256"))?),
        ("another type", ours.of_other_type(&good)?),
        ("a key of its own", headed("jwk", json!({ "kty": "OKP" }))?),
        ("an address of keys", headed("jku", json!("https://evil.example/keys"))?),
        ("an unknown key", headed("kid", json!("../../keys/token.pem"))?),
        ("another audience", changed("aud", json!("https://other.example"))?),
        ("another issuer", changed("iss", json!("https://other.example"))?),
        ("a build that there is not", changed("build", json!("no-such-build"))?),
        ("a build that there cannot be", changed("build", json!("../b1"))?),
        ("a capability that there is not", changed("caps", json!(["terminal.*"]))?),
        ("an epoch of the future", changed("epoch", json!(1))?),
        ("a long life", changed("exp", json!(4_000_000_000_i64))?),
    ];
    for (what, token) in invalid {
        let error = front.socket().await?.open(&token).await.err().map(|e| e.to_string()).unwrap_or_default();
        assert!(error.contains("4401") && error.contains("token-invalid"), "{what}: {error}");
        let reply = front.send(Method::GET, "/api/v1/builds/b1", &token, None).await?;
        if what != "a service key" {
            assert_eq!((reply.status, reply.problem()), (401, "token-invalid"), "{what}");
        }
    }
    let error = front.socket().await?.open(&ours.expired(&good)?).await.err().unwrap().to_string();
    assert!(error.contains("4401") && error.contains("token-expired"), "{error}");
    let mut socket = front.socket().await?.open(&good).await?;
    socket.type_text("echo $((6*7))\r").await?;
    socket.see("\n42\r\n").await?;
    Ok(())
}

#[tokio::test]
async fn a_token_opens_no_session_of_another_build_and_none_after_the_end() -> anyhow::Result<()> {
    let (front, machine, other) = (Front::start().await?, Machine::start()?, Machine::start()?);
    front.ready_build("b1", &machine, Value::Null).await?;
    front.ready_build("b2", &other, Value::Null).await?;
    let (one, two) = (front.controller("b1").await?, front.controller("b2").await?);
    let mut open = front.socket().await?.open(&one).await?;
    let session = open.welcomed()?.session.clone();
    let foreign = front.socket().await?.join(&two, &session, None).await.err().unwrap().to_string();
    let unknown = front.socket().await?.join(&two, "s-unknown", None).await.err().unwrap().to_string();
    assert!(foreign.contains("4404") && foreign.contains("session-unknown"), "{foreign}");
    assert_eq!(foreign, unknown, "another build's session is as unknown as none");
    front.ci(Method::DELETE, "/builds/b1/access", Value::Null).await?;
    let closed = open.closed().await?;
    assert_eq!((closed.code, closed.problem.as_str()), (4410, "access-ended"));
    let stale = front.socket().await?.open(&one).await.err().unwrap().to_string();
    assert!(stale.contains("4410") && stale.contains("access-ended"), "{stale}");
    let reply = front.send(Method::GET, "/api/v1/builds/b1/sessions", &one, None).await?;
    assert_eq!((reply.status, reply.problem()), (410, "access-ended"));
    let mut socket = front.socket().await?.open(&two).await?;
    socket.type_text("echo $((6*7))\r").await?;
    socket.see("\n42\r\n").await?;
    Ok(())
}
