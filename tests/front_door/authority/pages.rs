//! Pages and assets are public and hold no data: the same bytes for everybody.

use reqwest::Method;
use serde_json::json;
use transom_tests::front::Front;

#[tokio::test]
async fn pages_are_the_same_for_everybody_and_hold_nothing_of_a_build() -> anyhow::Result<()> {
    let front = Front::start().await?;
    front.build("b1", json!({ "title": "secret-title", "project": "secret-project" })).await?;
    front.enable("b1").await?;
    let token = front.controller("b1").await?;
    let pages = [
        ("/", "/"),
        ("/admin", "/admin"),
        ("/b/b1", "/b/no-such-build"),
        ("/b/b1/terminal", "/b/%FF/terminal"),
        ("/b/b1/terminal/s1", "/b/no-such-build/terminal/%FF"),
    ];
    for (known, unknown) in pages {
        let mut seen = Vec::new();
        for (path, bearer) in [(known, ""), (known, token.as_str()), (known, &front.key), (unknown, "")] {
            let mut request = front.request(Method::GET, path);
            if !bearer.is_empty() {
                request = request.bearer_auth(bearer);
            }
            let response = request.send().await?;
            let status = response.status().as_u16();
            if status == 200 {
                let policy = response.headers()["content-security-policy"].to_str()?;
                assert!(policy.contains("default-src 'none'") && policy.contains("frame-ancestors 'none'"));
                assert!(response.headers().get("set-cookie").is_none());
            }
            // A server that was built without the front end says so, to everybody alike.
            assert!([200, 404].contains(&status), "{path}: {status}");
            seen.push((status, response.text().await?));
        }
        assert!(seen.windows(2).all(|two| two[0] == two[1]), "{known} differs");
        for word in ["secret-title", "secret-project", "Dana", "b1"] {
            assert!(!seen[0].1.contains(word), "{known} holds {word}");
        }
    }
    Ok(())
}

#[tokio::test]
async fn an_address_outside_the_assets_leads_to_no_file() -> anyhow::Result<()> {
    let front = Front::start().await?;
    let paths = [
        "/assets/%2e%2e/index.html",
        "/assets/..%2findex.html",
        "/assets/%2e%2e%2f%2e%2e%2fCargo.toml",
        "/assets//etc/passwd",
        "/assets/%FF",
        "/embed/%2e%2e/access.html",
        "/api/v1/nothing",
        "/.env",
    ];
    for path in paths {
        let reply = front.send(Method::GET, path, "", None).await?;
        assert_eq!((reply.status, reply.problem()), (404, "not-found"), "{path}: {}", reply.body);
    }
    for path in ["/", "/b/b1", "/assets/x.js", "/healthz"] {
        let reply = front.send(Method::POST, path, "", None).await?;
        assert_eq!((reply.status, reply.problem()), (405, "method-not-allowed"), "{path}");
    }
    Ok(())
}
