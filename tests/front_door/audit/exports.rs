//! The audit as a file: exported over the API or by the program, and checked far from the store.

use std::path::Path;
use std::process::Output;

use reqwest::Method;
use serde_json::{Value, json};
use transom_tests::front::Front;
use transom_tests::process::transom;

async fn front() -> anyhow::Result<Front> {
    crate::log();
    let front = Front::start().await?;
    for id in ["b1", "b2"] {
        front.build(id, Value::Null).await?;
        front.enable(id).await?;
    }
    Ok(front)
}

async fn export(front: &Front, query: &str) -> anyhow::Result<String> {
    let request = front.request(Method::GET, &format!("/api/v1/audit?{query}"));
    let reply = request.bearer_auth(&front.key).header("accept", "application/x-ndjson").send().await?;
    assert_eq!(reply.headers()["content-type"], "application/x-ndjson");
    Ok(reply.error_for_status()?.text().await?)
}

fn verify(file: &Path, lines: &[&str], more: &[&str]) -> anyhow::Result<(bool, String)> {
    std::fs::write(file, lines.iter().map(|line| format!("{line}\n")).collect::<String>())?;
    let Output { status, stdout, stderr } =
        transom(&[&["audit", "verify", "--file", &file.display().to_string()], more].concat())?;
    Ok((status.success(), String::from_utf8([stdout, stderr].concat())?))
}

#[tokio::test]
async fn an_export_is_proven_without_the_store_and_names_the_row_that_was_tampered_with() -> anyhow::Result<()>
{
    let front = front().await?;
    let text = export(&front, "").await?;
    let lines: Vec<&str> = text.lines().collect();
    assert_eq!(lines.len(), 4, "{text}");
    let dir = tempfile::tempdir()?;
    let file = dir.path().join("audit.ndjson");
    let (good, said) = verify(&file, &lines, &[])?;
    assert!(good && said.contains(&format!("{} rows", lines.len())), "{said}");
    let newest: Value = serde_json::from_str(lines.last().unwrap_or(&""))?;
    assert!(said.contains(newest["hash"].as_str().unwrap_or("-")), "{said}");

    let without_third = [&lines[..2], &lines[3..]].concat();
    let (good, said) = verify(&file, &without_third, &[])?;
    assert!(!good && said.contains("audit row 3 is missing"), "{said}");
    let changed = lines[1].replace("service:ci", "service:other");
    let (good, said) = verify(&file, &[lines[0], &changed, lines[2]], &[])?;
    assert!(!good && said.contains("audit row 2 was changed"), "{said}");
    let (good, said) = verify(&file, &[lines[1], lines[0]], &["--filtered"])?;
    assert!(!good && said.contains("audit row 1 does not follow"), "{said}");
    let (good, said) = verify(&file, &[lines[0], "{}"], &[])?;
    assert!(!good && said.contains("line 2 is no row"), "{said}");
    Ok(())
}

#[tokio::test]
async fn a_filtered_export_has_what_was_asked_for_and_each_row_is_proven() -> anyhow::Result<()> {
    let front = front().await?;
    let text = export(&front, "build=b2&action=access").await?;
    let rows: Vec<Value> = text.lines().map(serde_json::from_str).collect::<Result<_, _>>()?;
    assert!(!rows.is_empty() && rows.iter().all(|r| r["build"] == "b2" && r["action"] == "access.enable"));
    let dir = tempfile::tempdir()?;
    let file = dir.path().join("audit.ndjson");
    let lines: Vec<&str> = text.lines().collect();
    assert!(verify(&file, &lines, &["--filtered"])?.0);
    let (good, said) = verify(&file, &lines, &[])?;
    assert!(!good && said.contains("--filtered"), "{said}");
    let changed = lines[0].replace("Dana", "Mallory");
    assert!(changed != lines[0] && !verify(&file, &[&changed], &["--filtered"])?.0);
    let taken = front.look("/audit?action=audit.export").await?["rows"][0].clone();
    assert_eq!(
        (&taken["actor"], &taken["detail"]),
        (&json!("service:ci"), &json!({ "build": "b2", "action": "access" }))
    );
    Ok(())
}

#[tokio::test]
async fn the_program_exports_from_the_store_what_the_api_does() -> anyhow::Result<()> {
    let front = front().await?;
    let config = front.dir().join("transom.toml").display().to_string();
    let out = front.dir().join("out.ndjson").display().to_string();
    let text = export(&front, "build=b1").await?;
    let run = |args: &[&str]| transom(&[&["audit", "export", "--config", &config], args].concat());
    let printed = run(&["--build", "b1"])?;
    assert!(printed.status.success(), "{printed:?}");
    assert_eq!(String::from_utf8(printed.stdout)?, text);
    assert!(run(&["--build", "b1", "--out", &out])?.status.success());
    assert_eq!(std::fs::read_to_string(&out)?, text);
    assert!(!run(&["--out", &out])?.status.success(), "no file is written over");
    let none = run(&["--since", "2026-01-02T00:00:00Z"])?;
    assert!(none.status.success() && none.stdout.is_empty(), "{none:?}");
    let all = transom(&["audit", "verify", "--config", &config])?;
    assert!(all.status.success(), "{all:?}");
    Ok(())
}

#[tokio::test]
async fn filters_that_cannot_be_are_refused() -> anyhow::Result<()> {
    let front = front().await?;
    for query in [
        "outcome=perhaps",
        "limit=0",
        "limit=1001",
        "since=yesterday",
        "since=2026-01-02T00:00:00Z&until=2026-01-01T00:00:00Z",
        "actor=",
        "order=random",
        "format=xml",
        "colour=red",
        "build=a/b",
    ] {
        let path = format!("/api/v1/audit?{query}");
        let reply = front.send(Method::GET, &path, &front.key, None).await?;
        assert_eq!((reply.status, reply.problem()), (400, "malformed"), "{query}");
    }
    let page = front.look("/audit?order=newest&limit=2").await?;
    let seqs: Vec<i64> =
        page["rows"].as_array().into_iter().flatten().filter_map(|r| r["seq"].as_i64()).collect();
    assert!(seqs.len() == 2 && seqs[0] == seqs[1] + 1 && page["next"] == seqs[1], "{page}");
    let older = front.look(&format!("/audit?order=newest&limit=1&before={}", seqs[1])).await?;
    assert_eq!(older["rows"][0]["seq"], seqs[1] - 1);
    Ok(())
}
