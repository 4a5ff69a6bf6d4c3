//! Who may do what: every route for every caller, as a table.

mod pages;
mod wire;

use std::collections::BTreeSet;
use std::sync::atomic::{AtomicU16, Ordering};

use anyhow::Context as _;
use reqwest::Method;
use serde_json::{Value, json};
use transom_tests::ci::{Ci, Reply};
use transom_tests::forge::Forge;
use transom_tests::front::Front;
use transom_tests::link::{Link, SHARER};
use transom_tests::machine::Machine;
use transom_tests::socket::Socket;

/// Routes in rows, callers in columns. A number is the status of a success; a word is in [`WORDS`].
const TABLE: &str = "
method path                                nothing garbage typ     expired other   viewer  control ci      reader  unknown files   sharer  guest   admin
put    /api/v1/builds/{id}                 missing forbid  forbid  forbid  forbid  forbid  forbid  200     forbid  key     forbid  forbid  forbid  forbid
get    /api/v1/builds/{id}                 missing invalid invalid expired forbid  200     200     200     200     key     200     200     200     invalid
post   /api/v1/builds/{id}/finish          missing forbid  forbid  forbid  forbid  forbid  forbid  200     forbid  key     forbid  forbid  forbid  forbid
put    /api/v1/builds/{id}/machine         missing forbid  forbid  forbid  forbid  forbid  forbid  200     forbid  key     forbid  forbid  forbid  forbid
delete /api/v1/builds/{id}/machine         missing forbid  forbid  forbid  forbid  forbid  forbid  204     forbid  key     forbid  forbid  forbid  forbid
put    /api/v1/builds/{id}/masks           missing forbid  forbid  forbid  forbid  forbid  forbid  200     forbid  key     forbid  forbid  forbid  forbid
post   /api/v1/builds/{id}/tokens          missing forbid  forbid  forbid  forbid  forbid  forbid  200     forbid  key     forbid  forbid  forbid  forbid
put    /api/v1/builds/{id}/access          missing forbid  forbid  forbid  forbid  forbid  forbid  200     forbid  key     forbid  forbid  forbid  forbid
delete /api/v1/builds/{id}/access          missing invalid invalid expired forbid  forbid  204     204     forbid  key     forbid  forbid  forbid  invalid
post   /api/v1/builds/{id}/access/extend   missing invalid invalid expired forbid  forbid  conflict conflict forbid  key     forbid  conflict forbid  invalid
put    /api/v1/builds/{id}/breakpoint      missing forbid  forbid  forbid  forbid  forbid  forbid  200     forbid  key     forbid  forbid  forbid  forbid
get    /api/v1/builds/{id}/breakpoint      missing invalid invalid expired forbid  nowhere nowhere nowhere forbid  key     nowhere nowhere nowhere invalid
post   /api/v1/builds/{id}/breakpoint/decide missing invalid invalid expired forbid  forbid  nowhere forbid  forbid  forbid  forbid  nowhere forbid  invalid
get    /api/v1/builds/{id}/events          missing invalid invalid expired forbid  200     200     200     200     key     200     200     200     invalid
post   /api/v1/builds/{id}/sessions        missing invalid invalid expired forbid  forbid  201     forbid  forbid  forbid  forbid  201     forbid  invalid
get    /api/v1/builds/{id}/sessions        missing invalid invalid expired forbid  200     200     200     200     key     200     200     200     invalid
get    /api/v1/sessions/{id}               missing invalid invalid expired none    200     200     200     200     key     200     200     200     invalid
delete /api/v1/sessions/{id}               missing invalid invalid expired none    forbid  204     204     forbid  key     forbid  204     forbid  invalid
patch  /api/v1/sessions/{id}/viewers/{viewer} missing invalid invalid expired none forbid 204  204    forbid key     forbid 204    forbid  invalid
delete /api/v1/sessions/{id}/viewers/{viewer} missing invalid invalid expired none forbid 200  200    forbid key     forbid forbid forbid  invalid
get    /api/v1/sessions/{id}/transcript    missing invalid invalid expired none    200     200     200     forbid  key     200     200     200     invalid
post   /api/v1/builds/{id}/shares          missing invalid invalid expired forbid  forbid  forbid  forbid  forbid  forbid  forbid  201     forbid  invalid
get    /api/v1/builds/{id}/shares          missing invalid invalid expired forbid  forbid  forbid  200     200     key     forbid  200     forbid  invalid
delete /api/v1/shares/{id}                 missing invalid invalid expired share   forbid  forbid  200     forbid  key     forbid  200     forbid  invalid
post   /api/v1/shares/{id}/look            share   share   share   share   share   share   share   share   share   share   share   share   share   share
post   /api/v1/shares/{id}/redeem          share   share   share   share   share   share   share   share   share   share   share   share   share   share
post   /api/v1/shares/{id}/requests/{n}    missing invalid invalid expired share   forbid  forbid  204     forbid  key     forbid  204     forbid  invalid
get    /api/v1/builds/{id}/files           missing invalid invalid expired forbid  forbid  forbid  forbid  forbid  forbid  200     forbid  forbid  invalid
get    /api/v1/builds/{id}/files/stat      missing invalid invalid expired forbid  forbid  forbid  forbid  forbid  forbid  200     forbid  forbid  invalid
put    /api/v1/builds/{id}/files/directory missing invalid invalid expired forbid  forbid  forbid  forbid  forbid  forbid  201     forbid  forbid  invalid
get    /api/v1/builds/{id}/files/content   missing invalid invalid expired forbid  forbid  forbid  forbid  forbid  forbid  200     forbid  forbid  invalid
put    /api/v1/builds/{id}/files/content   missing invalid invalid expired forbid  forbid  forbid  forbid  forbid  forbid  200     forbid  forbid  invalid
post   /api/v1/builds/{id}/files/tickets   missing invalid invalid expired forbid  forbid  forbid  forbid  forbid  forbid  201     forbid  forbid  invalid
get    /api/v1/downloads/{id}              code    code    code    code    code    code    code    code    code    code    code    code    code    code
post   /api/v1/codes/redeem                code    code    code    code    code    code    code    code    code    code    code    code    code    code
post   /api/v1/tokens/renew                code    code    code    code    code    code    code    code    code    code    code    code    code    code
get    /api/v1/builds/{id}/deliveries      missing forbid  forbid  forbid  forbid  forbid  forbid  200     forbid  key     forbid  forbid  forbid  forbid
get    /api/v1/hooks                       missing forbid  forbid  forbid  forbid  forbid  forbid  200     forbid  key     forbid  forbid  forbid  forbid
post   /api/v1/hooks                       missing forbid  forbid  forbid  forbid  forbid  forbid  201     forbid  key     forbid  forbid  forbid  forbid
delete /api/v1/hooks/{hook}                missing forbid  forbid  forbid  forbid  forbid  forbid  204     forbid  key     forbid  forbid  forbid  forbid
post   /api/v1/hooks/{hook}/secret         missing forbid  forbid  forbid  forbid  forbid  forbid  200     forbid  key     forbid  forbid  forbid  forbid
post   /api/v1/hooks/{hook}/enable         missing forbid  forbid  forbid  forbid  forbid  forbid  204     forbid  key     forbid  forbid  forbid  forbid
get    /api/v1/hooks/{hook}/deliveries     missing forbid  forbid  forbid  forbid  forbid  forbid  200     forbid  key     forbid  forbid  forbid  forbid
post   /api/v1/hooks/{hook}/deliveries/{event}/redeliver missing forbid  forbid  forbid  forbid  forbid  forbid  202     forbid  key     forbid  forbid  forbid  forbid
get    /api/v1/audit                       missing invalid invalid expired forbid  forbid  forbid  200     forbid  key     forbid  forbid  forbid  200
post   /api/v1/admin/codes                 missing forbid  forbid  forbid  forbid  forbid  forbid  200     forbid  key     forbid  forbid  forbid  forbid
post   /api/v1/admin/codes/redeem          code    code    code    code    code    code    code    code    code    code    code    code    code    code
post   /api/v1/admin/tokens/renew          code    code    code    code    code    code    code    code    code    code    code    code    code    code
post   /api/v1/admin/revoke                missing forbid  forbid  forbid  forbid  forbid  forbid  200     forbid  key     forbid  forbid  forbid  forbid
get    /api/v1/admin/sessions              missing invalid invalid expired forbid  forbid  forbid  forbid  forbid  forbid  forbid  forbid  forbid  200
post   /api/v1/admin/sessions/{id}/watch   missing invalid invalid expired forbid  forbid  forbid  forbid  forbid  forbid  forbid  forbid  forbid  200
delete /api/v1/admin/sessions/{id}         missing invalid invalid expired forbid  forbid  forbid  forbid  forbid  forbid  forbid  forbid  forbid  204
get    /api/v1/admin/builds                missing invalid invalid expired forbid  forbid  forbid  forbid  forbid  forbid  forbid  forbid  forbid  200
delete /api/v1/admin/builds/{id}/access    missing invalid invalid expired forbid  forbid  forbid  forbid  forbid  forbid  forbid  forbid  forbid  204
get    /api/v1/socket                      plain   plain   plain   plain   plain   plain   plain   plain   plain   plain   plain   plain   plain   plain
get    /api/v1/config                      200     200     200     200     200     200     200     200     200     200     200     200     200     200
get    /api/v1/openapi.json                200     200     200     200     200     200     200     200     200     200     200     200     200     200
get    /healthz                            200     200     200     200     200     200     200     200     200     200     200     200     200     200
get    /readyz                             200     200     200     200     200     200     200     200     200     200     200     200     200     200
get    /metrics                            200     200     200     200     200     200     200     200     200     200     200     200     200     200
";

/// Words of the table: status and name of the problem.
const WORDS: &[(&str, u16, &str)] = &[
    ("missing", 401, "token-missing"),
    ("invalid", 401, "token-invalid"),
    ("expired", 401, "token-expired"),
    ("key", 401, "service-key-invalid"),
    ("code", 401, "code-invalid"),
    ("forbid", 403, "forbidden"),
    ("none", 404, "session-unknown"),
    ("share", 404, "share-invalid"),
    ("nowhere", 404, "not-found"),
    ("conflict", 409, "conflict"),
    ("plain", 400, "malformed"),
];

struct Row<'t> {
    method: &'t str,
    path: &'t str,
    cells: Vec<(&'t str, &'t str)>,
}

fn rows() -> Vec<Row<'static>> {
    let mut lines = TABLE.trim().lines().map(|line| line.split_whitespace().collect::<Vec<_>>());
    let head = lines.next().unwrap();
    let row = |line: Vec<&'static str>| {
        assert_eq!(line.len(), head.len(), "{line:?}");
        let cells = head.iter().copied().zip(line.iter().copied()).skip(2).collect();
        Row { method: line[0], path: line[1], cells }
    };
    lines.map(row).collect()
}

/// What a cell of the table says.
fn meant(cell: &str) -> (u16, &'static str) {
    match cell.parse() {
        Ok(status) => (status, ""),
        Err(_) => WORDS.iter().find(|(word, ..)| *word == cell).map(|(_, s, name)| (*s, *name)).unwrap(),
    }
}

#[test]
fn the_table_names_every_route_and_no_other() {
    let document = serde_json::to_value(transom_server::api::document()).unwrap();
    let mut served = BTreeSet::new();
    for (path, item) in document["paths"].as_object().unwrap() {
        for method in ["get", "put", "post", "delete", "patch", "head", "options", "trace"] {
            if item.get(method).is_some() {
                served.insert(format!("{method} {path}"));
            }
        }
    }
    let named: BTreeSet<_> = rows().iter().map(|row| format!("{} {}", row.method, row.path)).collect();
    assert_eq!(served, named, "left: what is served; right: what the table names");
}

/// Nothing is ever sent to it: it is not an address of the internet.
const HOOK: &str = "https://127.0.0.1:9/";

/// A server with a build that has an open terminal, and with another build.
struct World {
    front: Front,
    machine: Machine,
    forge: Forge,
    builds: u16,
    guests: AtomicU16,
}

/// A build, its session that Dana controls and Mia might, and a link at which somebody waits.
struct Scene {
    build: String,
    session: String,
    /// Mia's.
    viewer: String,
    _present: [Socket; 2],
    hook: String,
    event: String,
    share: Link,
}

impl World {
    async fn start() -> anyhow::Result<Self> {
        let (front, machine) = (Front::start().await?, Machine::start()?);
        front.build("other", Value::Null).await?;
        front.enable("other").await?;
        let forge = Forge::of(&front)?;
        Ok(Self { front, machine, forge, builds: 0, guests: AtomicU16::new(1000) })
    }

    async fn scene(&mut self) -> anyhow::Result<Scene> {
        self.builds += 1;
        let build = format!("b{}", self.builds);
        let made = self.front.ci(Method::POST, "/hooks", json!({ "url": HOOK })).await?;
        let hook = made["hook"]["id"].as_str().context("no id")?.to_owned();
        self.front.ready_build(&build, &self.machine, Value::Null).await?;
        let token = self.front.controller(&build).await?;
        let path = format!("/api/v1/builds/{build}/sessions");
        let wanted = json!({ "family": "terminal" });
        let opened = self.front.send(Method::POST, &path, &token, Some(&wanted)).await?;
        let session = opened.good()?["id"].as_str().context("no id")?.to_owned();
        let sent = self.front.look(&format!("/hooks/{hook}/deliveries?limit=1")).await?;
        let event = sent["deliveries"][0]["event"].as_str().context("no event")?.to_owned();
        // Of somebody who is none of the callers.
        let maker = self.front.token(&build, "Mia", SHARER).await?;
        let share = self.front.link_of(&build, &maker, &json!({ "approval": true })).await?;
        self.front.knock(&share, self.builds, json!({})).await?.good()?;
        let dana = self.front.socket().await?.join(&token, &session, None).await?;
        let mia = self.front.socket().await?.join(&maker, &session, None).await?;
        let viewer = mia.welcomed()?.viewer.clone();
        Ok(Scene { build, session, viewer, _present: [dana, mia], hook, event, share })
    }

    async fn bearer(&self, caller: &str, build: &str) -> anyhow::Result<String> {
        let front = &self.front;
        Ok(match caller {
            "nothing" => String::new(),
            "garbage" => "garbage".to_owned(),
            "typ" => self.forge.of_other_type(&front.controller(build).await?)?,
            "expired" => self.forge.expired(&front.controller(build).await?)?,
            "other" => front.controller("other").await?,
            "viewer" => front.viewer(build).await?,
            "control" => front.controller(build).await?,
            "files" => front.token(build, "Fay", &["terminal.view", "files.read", "files.write"]).await?,
            "sharer" => front.sharer(build).await?,
            "guest" => {
                let link = front.link(build, json!({})).await?;
                // No renewal serves twice.
                front.visit(&link, self.guests.fetch_add(1, Ordering::Relaxed)).await?.token
            }
            "admin" => front.admin(self.guests.fetch_add(1, Ordering::Relaxed)).await?,
            "ci" => front.key.clone(),
            "reader" => front.weak_key.clone(),
            "unknown" => transom_server::keys::new_service_key()?.expose().clone(),
            other => anyhow::bail!("no caller {other}"),
        })
    }

    async fn call(&self, row: &Row<'_>, caller: &str, scene: &Scene) -> anyhow::Result<Reply> {
        let id = match row.path {
            path if path.starts_with("/api/v1/sessions") || path.starts_with("/api/v1/admin/sessions") => {
                &scene.session
            }
            path if path.starts_with("/api/v1/shares") => &scene.share.id,
            _ => &scene.build,
        };
        let bearer = self.bearer(caller, &scene.build).await?;
        let method = Method::from_bytes(row.method.to_uppercase().as_bytes())?;
        let body = self.body(row)?;
        let query = if row.path.contains("/files/") && row.path != "/api/v1/builds/{id}/files/tickets" {
            format!("?path=file-{}-{caller}", scene.build)
        } else {
            String::new()
        };
        let path = row.path.replace("{id}", id).replace("{hook}", &scene.hook);
        let path = path.replace("{event}", &scene.event).replace("{n}", "1");
        let path = path.replace("{viewer}", &scene.viewer) + &query;
        if method == Method::GET && !query.is_empty() {
            std::fs::write(self.machine.build_dir().join(format!("file-{}-{caller}", scene.build)), "x")?;
        }
        let mut request = self.front.request(method, &path);
        if row.path.ends_with("/look") {
            // Whoever looks in vain is slowed down, and redeeming counts with it.
            request = request.header("x-forwarded-for", "203.0.113.1");
        }
        if !bearer.is_empty() {
            request = request.bearer_auth(bearer);
        }
        if let Some(body) = &body {
            request = request.json(body);
        }
        Ci::reply(request).await
    }

    /// A body that is good, so that nothing but authority decides.
    fn body(&self, row: &Row<'_>) -> anyhow::Result<Option<Value>> {
        let secret = "A".repeat(43);
        Ok(Some(match (row.method, row.path) {
            ("put", "/api/v1/builds/{id}") => json!({
                "version": 2, "title": "again", "project": "app", "platform": "linux", "state": "running",
            }),
            ("post", "/api/v1/builds/{id}/finish") => json!({ "outcome": "succeeded" }),
            ("put", "/api/v1/builds/{id}/machine") => {
                self.machine.registration(2, &json!({ "kind": "generated" }))?
            }
            ("put", "/api/v1/builds/{id}/masks") => json!({ "values": ["hunter2-secret"] }),
            ("post", "/api/v1/builds/{id}/tokens") => {
                json!({ "sub": "u1", "name": "Dana", "capabilities": ["terminal.view"] })
            }
            ("put", "/api/v1/builds/{id}/access") => {
                json!({ "by": { "sub": "u1", "name": "Dana" }, "via": "user" })
            }
            ("post", "/api/v1/builds/{id}/access/extend") => json!({ "minutes": 5 }),
            ("put", "/api/v1/builds/{id}/breakpoint") => json!({ "number": 1, "step": 1, "timeout_s": 60 }),
            ("post", "/api/v1/builds/{id}/breakpoint/decide") => {
                json!({ "number": 1, "decision": "continue" })
            }
            ("patch", "/api/v1/sessions/{id}/viewers/{viewer}") => json!({ "control": true }),
            ("post", "/api/v1/builds/{id}/sessions") => json!({ "family": "terminal" }),
            ("post", "/api/v1/builds/{id}/files/tickets") => json!({ "path": "/etc/passwd" }),
            ("put", "/api/v1/builds/{id}/files/content" | "/api/v1/builds/{id}/files/directory") => {
                return Ok(None);
            }
            ("post", "/api/v1/hooks") => json!({ "url": HOOK, "events": ["access.ready"] }),
            ("post", "/api/v1/hooks/{hook}/secret") => json!({ "drop_old": true }),
            ("post", "/api/v1/hooks/{hook}/enable" | "/api/v1/hooks/{hook}/deliveries/{event}/redeliver") => {
                return Ok(None);
            }
            ("post", "/api/v1/builds/{id}/shares") => json!({}),
            ("post", "/api/v1/shares/{id}/redeem") => {
                json!({ "secret": secret, "name": "Kim", "renewal": secret })
            }
            ("post", "/api/v1/shares/{id}/look") => json!({ "secret": secret }),
            ("post", "/api/v1/shares/{id}/requests/{n}") => json!({ "approve": true }),
            ("post", "/api/v1/codes/redeem") => json!({ "code": secret, "renewal": secret }),
            ("post", "/api/v1/admin/codes") => json!({ "sub": "u-Ada", "name": "Ada" }),
            ("post", "/api/v1/admin/codes/redeem") => json!({ "code": secret, "renewal": secret }),
            ("post", "/api/v1/admin/tokens/renew") => json!({ "renewal": secret, "next": secret }),
            ("post", "/api/v1/admin/revoke") => json!({ "sub": "nobody" }),
            ("post", "/api/v1/admin/sessions/{id}/watch") => return Ok(None),
            ("post", "/api/v1/tokens/renew") => json!({ "renewal": secret, "next": secret }),
            ("post" | "put" | "patch", path) => anyhow::bail!("what does {path} take?"),
            _ => return Ok(None),
        }))
    }
}

#[tokio::test]
async fn every_caller_gets_from_every_route_what_the_table_says() -> anyhow::Result<()> {
    let mut world = World::start().await?;
    let scene = world.scene().await?;
    let looks = |mut build: Value| {
        build["now"] = Value::Null;
        build
    };
    let before = looks(world.front.look(&format!("/builds/{}", scene.build)).await?);
    let mut spending = Vec::new();
    for row in rows() {
        for (caller, cell) in row.cells.clone() {
            let (status, problem) = meant(cell);
            if status < 300 && row.method != "get" {
                spending.push((row.method, row.path, caller));
                continue;
            }
            let reply = world.call(&row, caller, &scene).await?;
            let place = format!("{} {} as {caller}: {}", row.method, row.path, reply.body);
            assert_eq!((reply.status, reply.problem()), (status, problem), "{place}");
            if status >= 400 {
                assert!(reply.body["detail"].as_str().is_some_and(|d| d.ends_with('.')), "{place}");
            }
        }
    }
    let after = looks(world.front.look(&format!("/builds/{}", scene.build)).await?);
    assert_eq!(after, before, "whoever was refused has changed nothing");
    for (method, path, caller) in spending {
        let scene = world.scene().await?;
        let row = rows().into_iter().find(|r| (r.method, r.path) == (method, path)).context("no row")?;
        let status = meant(row.cells.iter().find(|(c, _)| *c == caller).context("no cell")?.1).0;
        let reply = world.call(&row, caller, &scene).await?;
        assert_eq!(reply.status, status, "{method} {path} as {caller}: {}", reply.body);
    }
    Ok(())
}

#[tokio::test]
async fn a_token_in_the_address_opens_nothing() -> anyhow::Result<()> {
    let front = Front::start().await?;
    front.build("b1", Value::Null).await?;
    front.enable("b1").await?;
    let token = front.controller("b1").await?;
    for name in ["token", "access_token", "authorization", "key"] {
        for secret in [&token, &front.key] {
            let path = format!("/api/v1/builds/b1?{name}={secret}");
            let reply = front.send(Method::GET, &path, "", None).await?;
            assert_eq!((reply.status, reply.problem()), (401, "token-missing"), "{name}");
        }
    }
    Ok(())
}
