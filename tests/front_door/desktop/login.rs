//! Ways into a VNC server: without a password, with one, over TLS with a pinned certificate, and by RSA-AES with a
//! pinned key.

use reqwest::Method;
use serde_json::{Value, json};
use transom_tests::desktop::Desktop;
use transom_tests::front::Front;
use transom_tests::socket::Closed;
use transom_tests::watcher::Watcher;

/// How the door refuses whoever opens the desktop now.
async fn refused(front: &Front) -> anyhow::Result<Closed> {
    let token = front.token("b1", "Dana", &["desktop.view", "desktop.control"]).await?;
    Watcher::enter_refused(front.socket().await?.into_stream(), &token, None).await
}

/// Registers the machine anew.
async fn move_to(front: &Front, version: u64, endpoint: &Value) -> anyhow::Result<()> {
    let machine = json!({ "version": version, "endpoints": [endpoint] });
    front.ci(Method::PUT, "/builds/b1/machine", machine).await?;
    Ok(())
}

#[tokio::test]
async fn a_password_is_asked_for_and_a_wrong_one_said() -> anyhow::Result<()> {
    let front = Front::start().await?;
    let desktop = Desktop::start_with(320, 200, |dir| {
        let file = dir.join("passwd");
        std::fs::write(&file, Desktop::password_file("secret12"))?;
        Ok(["-SecurityTypes", "VncAuth", "-PasswordFile", &file.display().to_string()]
            .map(Into::into)
            .to_vec())
    })?;
    let endpoint =
        |login| json!({ "protocol": "vnc", "host": "127.0.0.1", "port": desktop.port, "login": login });
    front.ready_desktop("b1", &endpoint(json!({ "kind": "password", "password": "secret12" }))).await?;
    front.watch("b1", &["desktop.control"], None).await?.shows(|| desktop.screenshot()).await?;
    move_to(&front, 2, &endpoint(json!({ "kind": "password", "password": "wrong" }))).await?;
    let closed = refused(&front).await?;
    assert_eq!(closed.problem, "login-refused", "{closed:?}");
    move_to(&front, 3, &endpoint(json!({ "kind": "none" }))).await?;
    let Closed { problem, detail, .. } = refused(&front).await?;
    assert_eq!(problem, "login-refused");
    assert!(detail.contains("VncAuth"), "what is offered is named: {detail}");
    Ok(())
}

#[tokio::test]
async fn over_tls_the_certificate_has_to_be_the_registered_one() -> anyhow::Result<()> {
    for (kind, login) in [
        ("X509None", json!({ "kind": "none" })),
        ("X509Vnc", json!({ "kind": "password", "password": "secret12" })),
    ] {
        let front = Front::start().await?;
        let mut pin = String::new();
        let desktop = Desktop::start_with(320, 200, |dir| {
            let file = dir.join("passwd");
            std::fs::write(&file, Desktop::password_file("secret12"))?;
            let (certificate, key, fingerprint) = Desktop::certificate(dir)?;
            pin = fingerprint;
            let files = ["-X509Cert", &certificate, "-X509Key", &key, "-PasswordFile"];
            Ok([&["-SecurityTypes", kind][..], &files, &[&file.display().to_string()]]
                .concat()
                .into_iter()
                .map(Into::into)
                .collect())
        })?;
        let endpoint = |pins: Value| {
            json!({
                "protocol": "vnc", "host": "127.0.0.1", "port": desktop.port, "login": login, "host_keys": pins,
            })
        };
        front.ready_desktop("b1", &endpoint(json!([pin]))).await?;
        front.watch("b1", &["desktop.control"], None).await?.shows(|| desktop.screenshot()).await?;
        let other = format!("SHA256:{}", "A".repeat(43));
        move_to(&front, 2, &endpoint(json!([other]))).await?;
        let closed = refused(&front).await?;
        assert_eq!(closed.problem, "host-key-mismatch", "{kind}: {closed:?}");
        let bare = Desktop::start(320, 200)?;
        let mut moved = endpoint(json!([pin]));
        moved["port"] = bare.port.into();
        move_to(&front, 3, &moved).await?;
        let closed = refused(&front).await?;
        assert_eq!(closed.problem, "login-refused", "{kind}: a pin, and no TLS is offered: {closed:?}");
        move_to(&front, 4, &endpoint(json!([]))).await?;
        let closed = refused(&front).await?;
        assert_eq!(closed.problem, "login-refused", "{kind}: TLS without a pin is no TLS: {closed:?}");
        assert!(closed.detail.contains("VeNCrypt"), "{kind}: {}", closed.detail);
    }
    Ok(())
}

#[tokio::test]
async fn by_rsa_aes_the_key_has_to_be_the_registered_one() -> anyhow::Result<()> {
    for kind in ["RA2", "RA2ne", "RA2_256", "RA2ne_256"] {
        let front = Front::start().await?;
        let (desktop, pin) = Desktop::start_ra2(800, 600, kind, "secret12")?;
        let endpoint = |password: &str, pins: Value| {
            json!({
                "protocol": "vnc", "host": "127.0.0.1", "port": desktop.port, "host_keys": pins,
                "login": { "kind": "password", "password": password },
            })
        };
        front.ready_desktop("b1", &endpoint("secret12", json!([pin]))).await?;
        let mut watcher = front.watch("b1", &["desktop.control"], None).await?;
        watcher.shows(|| desktop.screenshot()).await?;
        desktop.run("xsetroot", &["-mod", "5", "3", "-fg", "#204080", "-bg", "#f0e0d0"])?;
        watcher.shows(|| desktop.screenshot()).await?;
        drop(watcher);
        move_to(&front, 2, &endpoint("wrong", json!([pin]))).await?;
        let closed = refused(&front).await?;
        assert_eq!(closed.problem, "login-refused", "{kind}: {closed:?}");
        let other = format!("SHA256:{}", "A".repeat(43));
        move_to(&front, 3, &endpoint("secret12", json!([other]))).await?;
        let closed = refused(&front).await?;
        assert_eq!(closed.problem, "host-key-mismatch", "{kind}: {closed:?}");
        move_to(&front, 4, &endpoint("secret12", json!([]))).await?;
        let closed = refused(&front).await?;
        assert_eq!(closed.problem, "login-refused", "{kind}: a key without a pin is no proof: {closed:?}");
        assert!(closed.detail.contains(kind), "{kind}: {}", closed.detail);
    }
    Ok(())
}
