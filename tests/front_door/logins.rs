//! How Transom logs in to a machine, and that nobody ever sees with what.

mod secrets;

use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use anyhow::ensure;
use reqwest::Method;
use serde_json::{Value, json};
use transom_tests::front::Front;
use transom_tests::machine::{Machine, keygen, whoami};

/// A key pair in files of its own.
struct Pair {
    dir: tempfile::TempDir,
}

impl Pair {
    /// `arguments` are ssh-keygen's.
    fn new(arguments: &[&str]) -> anyhow::Result<Self> {
        let pair = Self { dir: tempfile::tempdir()? };
        keygen(&[arguments, &["-q", "-C", "somebody", "-f"]].concat(), &pair.path("key"))?;
        Ok(pair)
    }

    fn path(&self, name: &str) -> PathBuf {
        self.dir.path().join(name)
    }

    fn read(&self, name: &str) -> anyhow::Result<String> {
        Ok(std::fs::read_to_string(self.path(name))?)
    }
}

/// An account with a password, gone when dropped.
struct Account {
    name: String,
    password: String,
}

impl Account {
    /// `None` where this user may not make one.
    fn new() -> anyhow::Result<Option<Self>> {
        if whoami()? != "root" {
            return Ok(None);
        }
        let (name, password) = (format!("transom-test-{}", std::process::id()), random()?);
        let made = Command::new("useradd").args(["-M", "-s", "/bin/sh", "-d", "/tmp", &name]).output()?;
        ensure!(made.status.success(), "useradd: {}", String::from_utf8_lossy(&made.stderr));
        let account = Self { name, password };
        let mut setting = Command::new("chpasswd").stdin(Stdio::piped()).spawn()?;
        let line = format!("{}:{}\n", account.name, account.password);
        setting.stdin.take().map(|mut stdin| stdin.write_all(line.as_bytes())).transpose()?;
        ensure!(setting.wait()?.success(), "chpasswd failed");
        Ok(Some(account))
    }
}

impl Drop for Account {
    fn drop(&mut self) {
        // By force: its last shell may still be ending.
        let _ = Command::new("userdel").args(["-f", &self.name]).stderr(Stdio::null()).status();
    }
}

fn random() -> anyhow::Result<String> {
    Ok(transom_server::keys::new_service_key()?.expose().replace("tsk_", "pw-"))
}

/// Registers `machine` with this login and types in a terminal on it.
async fn works(front: &Front, id: &str, machine: &Machine, login: &Value) -> anyhow::Result<()> {
    front.build(id, json!({ "build_dir": machine.build_dir() })).await?;
    front.ci(Method::PUT, &format!("/builds/{id}/machine"), machine.registration(1, login)?).await?;
    front.enable(id).await?;
    front.state(id, "ready").await?;
    let mut socket = front.socket().await?.open(&front.controller(id).await?).await?;
    socket.type_text("echo as-$(id -un)\r").await?;
    socket.see(&format!("as-{}\r\n", machine.user)).await?;
    Ok(())
}

/// Registers `machine` with this login and sees why it is refused.
async fn fails(front: &Front, id: &str, machine: &Machine, login: &Value, why: &str) -> anyhow::Result<()> {
    front.build(id, Value::Null).await?;
    front.ci(Method::PUT, &format!("/builds/{id}/machine"), machine.registration(1, login)?).await?;
    front.enable(id).await?;
    let hint = format!("Waiting for the machine: it refused the login: {why}.");
    front.until(id, |b| b["access"]["sentence"] == hint.as_str()).await?;
    Ok(())
}

#[tokio::test]
async fn a_registered_password_logs_in_and_a_wrong_one_does_not() -> anyhow::Result<()> {
    let Some(account) = Account::new()? else {
        eprintln!("skipped: needs root to make an account");
        return Ok(());
    };
    let front = Front::start().await?;
    let machine = Machine::start_as(&account.name, "PasswordAuthentication yes")?;
    works(&front, "b1", &machine, &json!({ "kind": "password", "password": account.password })).await?;
    let wrong = json!({ "kind": "password", "password": format!("{}x", account.password) });
    fails(&front, "b2", &machine, &wrong, "user name, key or password not accepted").await
}

#[tokio::test]
async fn registered_keys_of_every_kind_log_in() -> anyhow::Result<()> {
    let (front, machine) = (Front::start().await?, Machine::start()?);
    let kinds: [&[&str]; 6] = [
        &["-t", "ed25519", "-N", ""],
        &["-t", "ed25519", "-N", "open sesame", "-a", "1"],
        &["-t", "rsa", "-b", "2048", "-N", ""],
        &["-t", "rsa", "-b", "2048", "-N", "", "-m", "PEM"],
        &["-t", "rsa", "-b", "2048", "-N", "", "-m", "PKCS8"],
        &["-t", "ecdsa", "-b", "256", "-N", ""],
    ];
    for (n, kind) in kinds.into_iter().enumerate() {
        let pair = Pair::new(kind)?;
        machine.authorize(&json!([pair.read("key.pub")?.trim()]))?;
        let mut login = json!({ "kind": "key", "private_key": pair.read("key")? });
        if kind.contains(&"open sesame") {
            login["passphrase"] = "open sesame".into();
        }
        works(&front, &format!("b{n}"), &machine, &login)
            .await
            .map_err(|e| e.context(format!("{kind:?}")))?;
    }
    Ok(())
}

#[tokio::test]
async fn a_wrong_passphrase_and_a_key_that_is_not_authorized_are_said_in_words() -> anyhow::Result<()> {
    let (front, machine) = (Front::start().await?, Machine::start()?);
    let locked = Pair::new(&["-t", "ed25519", "-N", "open sesame", "-a", "1"])?;
    machine.authorize(&json!([locked.read("key.pub")?.trim()]))?;
    let key = locked.read("key")?;
    let cannot = "the registered private key cannot be read";
    let wrong = json!({ "kind": "key", "private_key": key, "passphrase": "open barley" });
    fails(&front, "b1", &machine, &wrong, cannot).await?;
    fails(&front, "b2", &machine, &json!({ "kind": "key", "private_key": key }), cannot).await?;
    let stranger = Pair::new(&["-t", "ed25519", "-N", ""])?;
    let wrong = json!({ "kind": "key", "private_key": stranger.read("key")? });
    fails(&front, "b3", &machine, &wrong, "user name, key or password not accepted").await
}

#[tokio::test]
async fn a_certificate_of_the_machines_authority_logs_in_and_another_does_not() -> anyhow::Result<()> {
    let (trusted, other) =
        (Pair::new(&["-t", "ed25519", "-N", ""])?, Pair::new(&["-t", "ed25519", "-N", ""])?);
    let front = Front::start().await?;
    let trust = format!("TrustedUserCAKeys {}", trusted.path("key.pub").display());
    let machine = Machine::start_as(&whoami()?, &trust)?;
    let certified = |authority: &Pair, kind: &str| -> anyhow::Result<Value> {
        let user = Pair::new(&["-t", kind, "-N", ""])?;
        sign(&authority.path("key"), &machine.user, &user.path("key.pub"))?;
        Ok(json!({
            "kind": "certificate", "private_key": user.read("key")?, "certificate": user.read("key-cert.pub")?,
        }))
    };
    works(&front, "b1", &machine, &certified(&trusted, "ed25519")?).await?;
    works(&front, "b2", &machine, &certified(&trusted, "rsa")?).await?;
    let wrong = certified(&other, "ed25519")?;
    fails(&front, "b3", &machine, &wrong, "user name, key or password not accepted").await
}

fn sign(authority: &Path, user: &str, key: &Path) -> anyhow::Result<()> {
    let authority = authority.to_str().unwrap_or_default();
    keygen(&["-q", "-s", authority, "-I", "transom", "-n", user, "-V", "+1h"], key)
}

#[tokio::test]
async fn two_builds_share_no_key_and_one_opens_no_machine_of_the_other() -> anyhow::Result<()> {
    let (front, machine) = (Front::start().await?, Machine::start()?);
    front.ready_build("b1", &machine, Value::Null).await?;
    let one = front.ci(Method::PUT, "/builds/b1", update(2)).await?["install"].clone();
    let two = front.build("b2", Value::Null).await?["install"].clone();
    assert_ne!(one, two);
    assert_eq!(one["authorized_keys"].as_array().map(Vec::len), Some(1));
    assert!(one["authorized_keys"][0].as_str().is_some_and(|k| k.ends_with(" transom:b1")), "{one}");
    // The machine of the first build stands at the address that the second one names.
    fails(&front, "b2", &machine, &json!({ "kind": "generated" }), "user name, key or password not accepted")
        .await
}

fn update(version: u64) -> Value {
    json!({
        "version": version, "title": "t", "project": "p", "platform": "linux", "state": "running",
    })
}
