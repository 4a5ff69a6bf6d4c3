//! Requests that make no sense. What comes back repeats no value: it may be a password.

use reqwest::Method;
use serde_json::{Value, json};
use transom_tests::ci::{Ci, Reply};
use transom_tests::front::Front;

const SECRET: &str = "hunter2-hunter2";
/// A public key of nobody.
const HOST_KEY: &str = "SHA256:AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA";

async fn put(front: &Front, path: &str, kind: &str, body: impl Into<String>) -> anyhow::Result<Reply> {
    let request = front.request(Method::PUT, path).bearer_auth(&front.key).header("content-type", kind);
    Ci::reply(request.body(body.into())).await
}

fn check(what: &str, reply: &Reply, status: u16, problem: &str) {
    assert_eq!((reply.status, reply.problem()), (status, problem), "{what}: {}", reply.body);
    let detail = reply.body["detail"].as_str().unwrap_or_default();
    assert!(detail.ends_with('.'), "{what}: {detail}");
    assert!(!reply.body.to_string().contains(SECRET), "{what}: {}", reply.body);
}

fn machine(endpoint: Value) -> Value {
    let mut whole = json!({
        "protocol": "ssh", "host": "10.0.0.1", "port": 22, "username": "ci", "host_keys": [HOST_KEY],
        "login": { "kind": "password", "password": SECRET },
    });
    for (name, value) in endpoint.as_object().into_iter().flatten() {
        whole[name] = value.clone();
    }
    json!({ "version": 1, "endpoints": [whole] })
}

#[tokio::test]
async fn a_body_that_is_not_understood_says_where_and_repeats_no_value() -> anyhow::Result<()> {
    let front = Front::start().await?;
    front.build("b1", Value::Null).await?;
    let before = front.look("/builds/b1").await?;
    let path = "/api/v1/builds/b1/machine";
    let login = |login: Value| machine(json!({ "login": login })).to_string();
    let bodies = [
        ("empty", String::new()),
        ("no JSON", format!("{{\"version\": 1, \"endpoints\": {SECRET}")),
        ("a text", json!(SECRET).to_string()),
        ("a list", json!([SECRET]).to_string()),
        ("another type", json!({ "version": SECRET, "endpoints": [] }).to_string()),
        ("a negative version", json!({ "version": -1, "endpoints": [] }).to_string()),
        ("no endpoints", json!({ "version": 1, "endpoints": [] }).to_string()),
        ("an unknown field", json!({ "version": 1, "endpoints": [], "more": SECRET }).to_string()),
        ("an unknown field inside", machine(json!({ "passwd": SECRET })).to_string()),
        ("a port too large", machine(json!({ "port": 65536 })).to_string()),
        ("port zero", machine(json!({ "port": 0 })).to_string()),
        ("a host with a line break", machine(json!({ "host": "a\nb" })).to_string()),
        ("an unknown protocol", machine(json!({ "protocol": "telnet" })).to_string()),
        ("no host key", machine(json!({ "host_keys": [] })).to_string()),
        ("a broken host key", machine(json!({ "host_keys": ["ssh-ed25519 AAAA"] })).to_string()),
        ("a password that is a number", login(json!({ "kind": "password", "password": 12345 }))),
        ("a password that is a list", login(json!({ "kind": "password", "password": [SECRET] }))),
        ("no password", login(json!({ "kind": "password", "pass": SECRET }))),
        ("an empty password", login(json!({ "kind": "password", "password": "" }))),
        ("a password in place of the kind", login(json!({ "kind": SECRET }))),
        ("a password in place of the login", login(json!(SECRET))),
        ("a password in place of a key", login(json!({ "kind": "key", "private_key": SECRET }))),
        (
            "a password in place of a certificate",
            login(json!({ "kind": "certificate", "private_key": SECRET, "certificate": SECRET })),
        ),
    ];
    for (what, body) in bodies {
        check(what, &put(&front, path, "application/json", body).await?, 400, "malformed");
    }
    let good = machine(Value::Null).to_string();
    for kind in ["text/plain", "application/x-www-form-urlencoded", "application/jsonx", ""] {
        check(kind, &put(&front, path, kind, good.clone()).await?, 400, "malformed");
    }
    let huge = machine(json!({ "username": SECRET.repeat(60_000) })).to_string();
    check("too large", &put(&front, path, "application/json", huge).await?, 413, "too-large");
    let after = front.look("/builds/b1").await?;
    assert_eq!(after, before, "nothing was recorded");
    check("good", &put(&front, path, "application/json", good).await.map(accepted)?, 200, "");
    Ok(())
}

/// A good answer, in the shape that [`check`] looks at.
fn accepted(mut reply: Reply) -> Reply {
    reply.body["detail"] = ".".into();
    reply
}

#[tokio::test]
async fn a_build_that_cannot_be_is_refused_field_by_field() -> anyhow::Result<()> {
    let front = Front::start().await?;
    let wrong = [
        ("title", json!("")),
        ("title", json!("x".repeat(1025))),
        ("title", json!("a\u{1b}[2J")),
        ("project", json!("\u{0}")),
        ("platform", json!("amiga")),
        ("state", json!("sleeping")),
        ("started_at", json!("yesterday")),
        ("max_duration_s", json!(0)),
        ("max_duration_s", json!(40 * 24 * 3600 + 1)),
        ("max_duration_s", json!(1e30)),
        ("dashboard_url", json!("javascript:alert(1)")),
        ("build_dir", json!("a\nb")),
        ("steps", json!(vec![json!({ "name": "s", "status": "pending" }); 501])),
        ("started_by", json!({ "sub": "", "name": "Dana" })),
        ("policy", json!({ "capabilities": ["terminal.*"] })),
    ];
    for (name, value) in wrong {
        let mut update = json!({
            "version": 1, "title": "t", "project": "p", "platform": "linux", "state": "running",
        });
        update[name] = value.clone();
        let reply = front.send(Method::PUT, "/api/v1/builds/b1", &front.key, Some(&update)).await?;
        check(&format!("{name}: {value:.40}"), &reply, 400, "malformed");
    }
    let reply = front.send(Method::GET, "/api/v1/builds/b1", &front.key, None).await?;
    check("after all that", &reply, 404, "build-unknown");
    Ok(())
}

#[tokio::test]
async fn ids_in_the_path_and_queries_that_cannot_be_are_refused() -> anyhow::Result<()> {
    let front = Front::start().await?;
    let long = "x".repeat(129);
    for id in ["%FF", "%00", "a%2Fb", "a%20b", "%F0%9F%98%80", "a%0Ab", "'%3B--", "no-such", &long] {
        let path = format!("/api/v1/builds/{id}");
        let reply = front.send(Method::GET, &path, &front.key, None).await?;
        check(&path, &reply, 404, "build-unknown");
        for method in [Method::GET, Method::DELETE] {
            let path = format!("/api/v1/sessions/{id}");
            let reply = front.send(method, &path, &front.key, None).await?;
            check(&path, &reply, 404, "session-unknown");
        }
    }
    for query in ["secret=1", "limit=0", "limit=1001", "limit=-1", "limit=x", "after=x", "build=a%20b"] {
        let reply = front.send(Method::GET, &format!("/api/v1/audit?{query}"), &front.key, None).await?;
        check(query, &reply, 400, "malformed");
    }
    Ok(())
}

#[tokio::test]
async fn codes_and_secrets_that_cannot_be_open_nothing() -> anyhow::Result<()> {
    let front = Front::start().await?;
    front.build("b1", Value::Null).await?;
    front.enable("b1").await?;
    let issued = json!({ "sub": "u1", "name": "Dana", "capabilities": ["terminal.view"] });
    let issued = front.ci(Method::POST, "/builds/b1/tokens", issued).await?;
    let code = issued["code"].as_str().unwrap();
    let good = "A".repeat(43);
    for bad in ["", "short", &"A".repeat(44), &format!("{}=", "A".repeat(42)), &"\u{e4}".repeat(43)] {
        let body = json!({ "code": code, "renewal": bad });
        let reply = front.send(Method::POST, "/api/v1/codes/redeem", "", Some(&body)).await?;
        check(bad, &reply, 400, "malformed");
        let body = json!({ "renewal": good, "next": bad });
        let reply = front.send(Method::POST, "/api/v1/tokens/renew", "", Some(&body)).await?;
        check(bad, &reply, 400, "malformed");
    }
    let body = json!({ "code": code, "renewal": good });
    let reply = front.send(Method::POST, "/api/v1/codes/redeem", "", Some(&body)).await?;
    assert_eq!(reply.status, 200, "the code is still good: {}", reply.body);
    Ok(())
}
