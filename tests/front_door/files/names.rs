//! Names are bytes of the machine's choice: every one makes the round trip, none does harm.

use std::ffi::OsStr;
use std::os::unix::ffi::OsStrExt as _;

use transom_tests::files::sha256;

use super::Scene;

const ODD: &[&[u8]] = &[
    b"with space",
    b"quote\"and'tick`",
    b"new\nline",
    b"tab\tand\x1b[31mescape",
    b"-leading-dash",
    b"--",
    b"~tilde",
    b"100%",
    b"%41",
    b"a+b&c=d#e?f",
    b"back\\slash",
    b"<img src=x onerror=alert(1)>",
    "größe-日本語-👩‍💻".as_bytes(),
    "right\u{202e}to-left".as_bytes(),
    b"not-utf8-\xff\xfe\x80",
    b"...",
    b".hidden",
];

#[tokio::test]
async fn odd_names_make_the_round_trip() -> anyhow::Result<()> {
    let scene = Scene::with("").await?;
    let (front, token) = (&scene.front, &scene.token);
    for name in ODD {
        let shown = String::from_utf8_lossy(name);
        // `./` for the one that would be home.
        let path = [b"./", *name].concat();
        front.put_file("b1", &path, token, name.to_vec()).await?.good()?;
        let on_disk = scene.machine.build_dir().join(OsStr::from_bytes(name));
        assert_eq!(std::fs::read(&on_disk)?, *name, "{shown}");
        let response = front.fetch("b1", &path, token).await?;
        let offered = response.headers()["content-disposition"].as_bytes().to_vec();
        assert!(offered.starts_with(b"attachment; filename=\""), "{shown}");
        assert!(offered.iter().all(|b| (0x20..0x7f).contains(b)), "{shown}");
        assert_eq!(sha256(&response.bytes().await?), sha256(name), "{shown}");
    }
    // What a listing shows leads back to each of them.
    let listed = front.list("b1", b"", token).await?.good()?;
    let base = listed["path"]["exact"].as_str().unwrap().to_owned();
    let entries = listed["entries"].as_array().unwrap();
    assert_eq!(entries.len(), ODD.len());
    for entry in entries {
        let exact = entry["name"]["exact"].as_str().unwrap();
        assert!(exact.bytes().all(|b| b.is_ascii_graphic()), "{exact}");
        let address = format!("/api/v1/builds/b1/files/content?path={base}/{exact}");
        let response = front.request(reqwest::Method::GET, &address).bearer_auth(token).send().await?;
        assert_eq!(response.status(), 200, "{exact}");
        let bytes = response.bytes().await?;
        assert_eq!(entry["name"]["text"].as_str().unwrap(), String::from_utf8_lossy(&bytes));
    }
    Ok(())
}

#[tokio::test]
async fn what_is_no_path_is_refused_before_the_machine_hears_of_it() -> anyhow::Result<()> {
    let scene = Scene::with("").await?;
    let long = "a".repeat(5000);
    for wrong in ["a%00b", "a%", "%zz", "a&path=b", &long] {
        let address = format!("/api/v1/builds/b1/files/content?path={wrong}");
        let request = scene.front.request(reqwest::Method::GET, &address).bearer_auth(&scene.token);
        let reply = transom_tests::ci::Ci::reply(request).await?;
        assert_eq!((reply.status, reply.problem()), (400, "malformed"), "{wrong}: {}", reply.body);
    }
    let nameless = scene.front.put_file("b1", b"sub/..", &scene.token, "x").await?;
    assert!([404, 409].contains(&nameless.status), "{}", nameless.body);
    assert!(scene.on_disk()?.is_empty());
    Ok(())
}

#[tokio::test]
async fn a_file_is_sent_so_that_no_browser_shows_it() -> anyhow::Result<()> {
    let scene = Scene::with("").await?;
    std::fs::write(scene.machine.build_dir().join("x.html"), "<script>alert(1)</script>")?;
    let response = scene.front.fetch("b1", b"x.html", &scene.token).await?;
    let header = |name: &str| response.headers()[name].to_str().unwrap_or_default().to_owned();
    assert_eq!(header("content-type"), "application/octet-stream");
    assert_eq!(header("x-content-type-options"), "nosniff");
    assert_eq!(header("content-disposition"), "attachment; filename=\"x.html\"; filename*=UTF-8''x.html");
    assert!(header("content-security-policy").contains("sandbox"));
    assert_eq!(header("cache-control"), "no-store");
    Ok(())
}
