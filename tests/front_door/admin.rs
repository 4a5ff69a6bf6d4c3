//! Administrators: they come in by a code, see what is live, watch it, end it, search; and can be sent away at once.

use anyhow::Context as _;
use jiff::SignedDuration;
use reqwest::Method;
use serde_json::{Value, json};
use transom_protocol::wire::{ClientMessage, Role};
use transom_tests::ci::Reply;
use transom_tests::front::Front;
use transom_tests::pass::secret;

use crate::shares::{role, settled};
use crate::timelines::ready;

const SESSIONS: &str = "/api/v1/admin/sessions";

async fn get(front: &Front, path: &str, bearer: &str) -> anyhow::Result<Reply> {
    front.send(Method::GET, path, bearer, None).await
}

async fn watch(front: &Front, session: &str, admin: &str) -> anyhow::Result<Reply> {
    front.send(Method::POST, &format!("{SESSIONS}/{session}/watch"), admin, None).await
}

fn token(reply: &Value) -> anyhow::Result<&str> {
    reply["token"].as_str().context("no token")
}

#[tokio::test]
async fn a_code_is_good_once_for_a_minute_and_a_stolen_secret_ends_the_grant() -> anyhow::Result<()> {
    super::log();
    let front = Front::start().await?;
    let code = front.admin_code("Ada").await?;
    let first = front.redeem_admin(&code, &secret(1)).await?.good()?;
    assert_eq!(first["person"], json!({ "sub": "u-Ada", "name": "Ada" }));
    front.redeem_admin(&code, &secret(1)).await?.good().context("the reply was lost")?;
    let other = front.redeem_admin(&code, &secret(2)).await?;
    assert_eq!((other.status, other.problem()), (401, "code-invalid"));
    let late = front.admin_code("Ada").await?;
    front.clock.set(front.clock.now().checked_add(SignedDuration::from_secs(61))?);
    assert_eq!(front.redeem_admin(&late, &secret(3)).await?.status, 401);
    // Its code is over, and the page goes on by its secret.
    assert_eq!(front.redeem_admin(&code, &secret(1)).await?.status, 401);
    let second = front.renew_admin(&secret(1), &secret(4)).await?.good()?;
    front.renew_admin(&secret(1), &secret(4)).await?.good().context("the reply was lost")?;
    front.renew_admin(&secret(4), &secret(5)).await?.good()?;
    assert_eq!(get(&front, SESSIONS, token(&second)?).await?.status, 200);
    // Older than the one before the newest.
    assert_eq!(front.renew_admin(&secret(1), &secret(6)).await?.status, 401);
    let gone = get(&front, SESSIONS, token(&second)?).await?;
    assert_eq!((gone.status, gone.problem()), (403, "revoked"));
    assert_eq!(front.renew_admin(&secret(5), &secret(7)).await?.status, 401);
    Ok(())
}

#[tokio::test]
async fn an_administrator_goes_at_once_and_stays_no_longer_than_eight_hours() -> anyhow::Result<()> {
    let (front, _machine) = ready().await?;
    let session = front.socket().await?.open(&front.controller("b1").await?).await?;
    let session = session.welcomed()?.session.clone();
    let admin = front.admin(1).await?;
    let watching = watch(&front, &session, &admin).await?.good()?;
    let mut watcher = front.socket().await?.join(token(&watching)?, &session, None).await?;
    let kim = front.redeem_admin(&front.admin_code("Kim").await?, &secret(8)).await?.good()?;
    let kim = watch(&front, &session, token(&kim)?).await?.good()?;
    let mut other = front.socket().await?.join(token(&kim)?, &session, None).await?;
    let unused = front.admin_code("Ada").await?;
    let revoked = front.ci(Method::POST, "/admin/revoke", json!({ "sub": "u-Ada" })).await?;
    assert_eq!(revoked["revoked"], 2);
    // Its token is good for a minute still, by the clock that stands.
    assert_eq!(watcher.closed().await?.problem, "revoked");
    settled(&mut other, 2).await?;
    front.renew_admin(&secret(8), &secret(9)).await?.good()?;
    front.renew_admin(&secret(9), &secret(10)).await?.good()?;
    settled(&mut other, 3).await?;
    // A replayed secret sends its owner away, too.
    assert_eq!(front.renew_admin(&secret(8), &secret(11)).await?.status, 401);
    assert_eq!(other.closed().await?.problem, "revoked");
    for (method, path) in [
        (Method::GET, SESSIONS.to_owned()),
        (Method::GET, "/api/v1/admin/builds".to_owned()),
        (Method::GET, "/api/v1/audit".to_owned()),
        (Method::POST, format!("{SESSIONS}/{session}/watch")),
        (Method::DELETE, format!("{SESSIONS}/{session}")),
        (Method::DELETE, "/api/v1/admin/builds/b1/access".to_owned()),
    ] {
        let reply = front.send(method, &path, &admin, None).await?;
        assert_eq!((reply.status, reply.problem()), (403, "revoked"), "{path}");
    }
    assert_eq!(get(&front, "/api/v1/builds/b1", token(&watching)?).await?.problem(), "revoked");
    assert_eq!(front.redeem_admin(&unused, &secret(2)).await?.status, 401);
    assert_eq!(front.renew_admin(&secret(1), &secret(3)).await?.status, 401);
    front.admin(4).await?;
    front.at(8 * 60)?;
    assert_eq!(front.renew_admin(&secret(4), &secret(5)).await?.status, 401);
    Ok(())
}

#[tokio::test]
async fn who_only_watches_keeps_no_machine() -> anyhow::Result<()> {
    let (front, _machine) = ready().await?;
    let mut owner = front.socket().await?.open(&front.controller("b1").await?).await?;
    let session = owner.welcomed()?.session.clone();
    let watching = watch(&front, &session, &front.admin(1).await?).await?.good()?;
    let mut watcher = front.socket().await?.join(token(&watching)?, &session, None).await?;
    front.finish("b1", "succeeded").await?;
    front.until("b1", |build| build["access"]["state"] == "held").await?;
    owner.say(&ClientMessage::Leave { unloads: false }).await?;
    front.until("b1", |build| build["access"]["state"] == "grace").await?;
    let build = front.look("/builds/b1").await?;
    assert_eq!(build["viewers"][0]["name"], "Ada (administrator)", "{build}");
    settled(&mut watcher, 1).await
}

#[tokio::test]
async fn what_is_live_is_seen_with_who_is_in_and_how_much_passed() -> anyhow::Result<()> {
    let (front, _machine) = ready().await?;
    let admin = front.admin(1).await?;
    assert_eq!(get(&front, SESSIONS, &admin).await?.good()?, json!([]));
    let mut owner = front.socket().await?.open(&front.controller("b1").await?).await?;
    let seen = get(&front, SESSIONS, &admin).await?.good()?[0].clone();
    assert_eq!(
        (&seen["session"]["build"], &seen["title"], &seen["project"]),
        (&json!("b1"), &json!("unit tests"), &json!("app"))
    );
    assert_eq!(seen["viewers"][0]["name"], "Dana");
    assert!(seen["viewers"][0]["since"].is_string() && seen["session"]["opened_at"].is_string());
    owner.type_text("head -c 20000 /dev/zero | tr '\\0' x; echo end-$((40+2))\r").await?;
    owner.see("end-42").await?;
    let later = get(&front, SESSIONS, &admin).await?.good()?[0].clone();
    let grew = |name: &str| later[name].as_u64().unwrap_or(0) - seen[name].as_u64().unwrap_or(0);
    assert!(grew("bytes_out") >= 20_000 && grew("bytes_in") >= 50, "{seen} {later}");
    Ok(())
}

#[tokio::test]
async fn watching_is_seen_by_those_inside_types_nothing_and_takes_nothing_from_a_link() -> anyhow::Result<()>
{
    let (front, machine) = ready().await?;
    // The administrator is also somebody who made a link.
    let link = front.link("b1", json!({ "role": "control" })).await?;
    let mut owner = front.socket().await?.open(&front.sharer("b1").await?).await?;
    let session = owner.welcomed()?.session.clone();
    let code = front.admin_code("Dana").await?;
    let admin = front.redeem_admin(&code, &secret(1)).await?.good()?;
    let watching = watch(&front, &session, token(&admin)?).await?.good()?;
    assert_eq!(watching["session"]["id"], session.as_str());
    let mut watcher = front.socket().await?.join(token(&watching)?, &session, None).await?;
    let inside = |build: &Value| {
        build["viewers"].as_array().is_some_and(|v| {
            v.iter()
                .any(|v| v["name"] == "Dana (administrator)" && v["role"] == "viewer" && v["you"] == false)
        })
    };
    front.until("b1", inside).await?;
    watcher.type_text("touch typed-by-admin\r").await?;
    owner.type_text("echo both-see-$((40+2))\r").await?;
    watcher.see("both-see-42").await?;
    owner.see("both-see-42").await?;
    assert!(!machine.build_dir().join("typed-by-admin").exists());
    for (method, path) in [
        (Method::POST, "/api/v1/builds/b1/sessions".to_owned()),
        (Method::POST, "/api/v1/builds/b1/shares".to_owned()),
        (Method::DELETE, format!("/api/v1/sessions/{session}")),
        (Method::DELETE, "/api/v1/builds/b1/access".to_owned()),
    ] {
        let body = json!({ "family": "terminal" });
        let body = Some(&body).filter(|_| path.ends_with("sessions"));
        let empty = json!({});
        let body = body.or(Some(&empty).filter(|_| path.ends_with("shares")));
        let reply = front.send(method, &path, token(&watching)?, body).await?;
        assert_eq!((reply.status, reply.problem()), (403, "forbidden"), "{path}");
    }
    let kim = front.visit(&link, 9).await?;
    let mut guest = front.socket().await?.join(&kim.token, &session, None).await?;
    let viewer = guest.welcomed()?.viewer.clone();
    owner.say(&ClientMessage::GiveControl { viewer }).await?;
    guest.until(|s| role(s) == Some(Role::Controller)).await?;
    guest.type_text("echo still-$((40+2))\r").await?;
    guest.see("still-42").await?;
    watcher.say(&ClientMessage::Leave { unloads: false }).await?;
    front.until("b1", |build| !inside(build)).await?;
    let rows = front.look("/audit?actor=admin:u-Dana").await?;
    let acts: Vec<_> = rows["rows"].as_array().into_iter().flatten().map(|r| r["action"].clone()).collect();
    for act in ["admin.enter", "session.watch", "viewer.join"] {
        assert!(acts.contains(&json!(act)), "{act} in {rows}");
    }
    Ok(())
}

#[tokio::test]
async fn ending_a_session_or_access_tells_those_inside_why() -> anyhow::Result<()> {
    let (front, _machine) = ready().await?;
    let (admin, dana) = (front.admin(1).await?, front.controller("b1").await?);
    let mut owner = front.socket().await?.open(&dana).await?;
    let session = owner.welcomed()?.session.clone();
    let path = format!("{SESSIONS}/{session}");
    assert_eq!(front.send(Method::DELETE, &path, &admin, None).await?.status, 204);
    let closed = owner.closed().await?;
    assert_eq!((closed.code, closed.problem.as_str()), (4403, "ended-by-admin"));
    assert_eq!(closed.detail, "An administrator ended this session.");
    assert_eq!(get(&front, SESSIONS, &admin).await?.good()?, json!([]));
    // Another may be opened, until access itself is ended.
    let mut owner = front.socket().await?.open(&dana).await?;
    let access = "/api/v1/admin/builds/b1/access";
    assert_eq!(front.send(Method::DELETE, access, &admin, None).await?.status, 204);
    assert_eq!(owner.closed().await?.code, 4410);
    front.state("b1", "ended").await?;
    let rows = front.look("/audit?actor=admin:u-Ada").await?.to_string();
    assert!(rows.contains("session.close") && rows.contains("access.end"), "{rows}");
    Ok(())
}

#[tokio::test]
async fn builds_are_searched_page_by_page_and_the_audit_is_read() -> anyhow::Result<()> {
    super::log();
    let front = Front::start().await?;
    for n in 1..=5 {
        front.build(&format!("b{n}"), json!({ "project": if n == 3 { "kernel" } else { "app" } })).await?;
    }
    front.enable("b4").await?;
    front.finish("b5", "failed").await?;
    let admin = front.admin(1).await?;
    let found = async |query: &str| -> anyhow::Result<(Vec<String>, Value)> {
        let page = get(&front, &format!("/api/v1/admin/builds?{query}"), &admin).await?.good()?;
        let ids = page["builds"].as_array().into_iter().flatten().filter_map(|b| b["id"].as_str());
        Ok((ids.map(str::to_owned).collect(), page["next"].clone()))
    };
    assert_eq!(found("").await?.0, ["b5", "b4", "b3", "b2", "b1"]);
    assert_eq!(found("project=kernel").await?.0, ["b3"]);
    assert_eq!(found("q=KERN").await?.0, ["b3"]);
    assert_eq!(found("state=finished").await?.0, ["b5"]);
    assert!(found("since=2026-01-02T00:00:00Z").await?.0.is_empty());
    assert_eq!(found("until=2026-01-02T00:00:00Z&q=b4").await?.0, ["b4"]);
    let (first, next) = found("limit=2").await?;
    let next = next.as_str().context("no next page")?;
    let (second, _) = found(&format!("limit=2&before={next}")).await?;
    assert_eq!((first, second), (vec!["b5".into(), "b4".into()], vec!["b3".into(), "b2".into()]));
    for query in [
        "limit=0",
        "before=3",
        "before=3.%00",
        "state=odd",
        "colour=red",
        "since=now",
        &format!("q={}", "x".repeat(300)),
    ] {
        assert_eq!(
            get(&front, &format!("/api/v1/admin/builds?{query}"), &admin).await?.status,
            400,
            "{query}"
        );
    }
    let audit = get(&front, "/api/v1/audit?build=b4&action=access", &admin).await?.good()?;
    assert_eq!(audit["rows"][0]["action"], "access.enable");
    Ok(())
}
