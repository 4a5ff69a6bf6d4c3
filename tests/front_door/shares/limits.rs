//! No more guests than a link lets in, whoever comes at once.

use std::net::Ipv4Addr;

use futures_util::future::{join_all, try_join_all};
use serde_json::json;
use transom_protocol::wire::{Attach, ClientMessage, Size};
use transom_tests::ci::Reply;
use transom_tests::front::Front;
use transom_tests::pass::secret;
use transom_tests::process::Process;

use super::super::timelines::ready;
use super::{guest, shared};

/// A build that lasts for days; nobody needs its machine.
async fn lasting() -> anyhow::Result<Front> {
    super::super::log();
    let front = Front::start().await?;
    front.build("b1", json!({ "max_duration_s": 10 * 24 * 3600 })).await?;
    front.enable("b1").await?;
    Ok(front)
}

/// How many got in. All others have to be refused for a reason that is due.
fn got_in(replies: &[Reply]) -> usize {
    for reply in replies.iter().filter(|r| r.status != 200) {
        // After many misses their address has to wait.
        let due = [(404, "share-invalid"), (429, "too-many")];
        assert!(due.contains(&(reply.status, reply.problem())), "{reply:?}");
    }
    replies.iter().filter(|r| r.status == 200).count()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn of_64_at_once_with_a_link_for_one_exactly_one_gets_in() -> anyhow::Result<()> {
    let front = lasting().await?;
    for run in 0..5_u16 {
        // By then the misses of the run before are forgotten.
        front.at(i64::from(run) * 70)?;
        let link = front.link("b1", json!({ "max_uses": 1 })).await?;
        let replies = join_all((0..64).map(|n| front.knock(&link, run * 100 + n, json!({})))).await;
        let replies = replies.into_iter().collect::<Result<Vec<_>, _>>()?;
        assert_eq!(got_in(&replies), 1, "run {run}");
        let listed = front.listed("b1", &link).await?;
        assert_eq!((&listed["used"], &listed["over"]), (&json!(1), &json!("used_up")));
    }
    Ok(())
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn of_64_at_once_at_two_servers_exactly_one_gets_in() -> anyhow::Result<()> {
    let front = lasting().await?;
    let other = front.beside().await?;
    for run in 0..3_u16 {
        front.at(i64::from(run) * 70)?;
        let link = front.link("b1", json!({ "max_uses": 1 })).await?;
        let knock = |n: u16| {
            let server = if n.is_multiple_of(2) { &front } else { &other };
            server.knock(&link, run * 100 + n, json!({}))
        };
        let replies = join_all((0..64).map(knock)).await.into_iter().collect::<Result<Vec<_>, _>>()?;
        assert_eq!(got_in(&replies), 1, "run {run}");
    }
    Ok(())
}

/// Fifty links, one after another, each tried by 64 guests at once, who come from as many addresses.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn of_64_at_once_at_two_processes_exactly_one_gets_in_fifty_times_in_a_row() -> anyhow::Result<()> {
    super::super::log();
    let process = Process::start("").await?;
    process.build("b1", json!({})).await?;
    process.enable("b1").await?;
    let other = process.beside().await?;
    for run in 0..50_u8 {
        let link = process.link("b1", json!({ "max_uses": 1 })).await?;
        let knock = |n: u8| {
            let server = if n.is_multiple_of(2) { &process } else { &other };
            let address = Ipv4Addr::new(198, 51, run, n);
            server.knock_from(address.into(), &link, u16::from(run) * 100 + u16::from(n))
        };
        let replies = join_all((0..64).map(knock)).await.into_iter().collect::<Result<Vec<_>, _>>()?;
        for reply in replies.iter().filter(|r| r.status != 200) {
            assert_eq!((reply.status, reply.problem()), (404, "share-invalid"), "run {run}: {reply:?}");
        }
        assert_eq!(got_in(&replies), 1, "run {run}");
        let listed = other.listed("b1", &link).await?;
        assert_eq!((&listed["used"], &listed["over"]), (&json!(1), &json!("used_up")));
        // So that as many may be open at once as a build may have.
        process.revoke("b1", &link).await?;
    }
    Ok(())
}

#[tokio::test]
async fn a_link_is_used_as_often_as_it_may_be_and_a_lost_reply_costs_nothing() -> anyhow::Result<()> {
    let (front, _machine) = ready().await?;
    let link = front.link("b1", json!({ "max_uses": 2 })).await?;
    let first = front.visit(&link, 1).await?;
    let again = front.visit(&link, 1).await?;
    assert_eq!(first.reply["me"], again.reply["me"]);
    front.visit(&link, 2).await?;
    assert_eq!(front.knock(&link, 3, json!({})).await?.problem(), "share-invalid");
    assert_eq!(front.visit(&link, 1).await?.reply["me"], first.reply["me"], "who is in stays");
    // Another link is not opened with a renewal that has served.
    let other = front.link("b1", json!({})).await?;
    assert_eq!(front.knock(&other, 1, json!({})).await?.problem(), "share-invalid");
    front.renew(&secret(1), &secret(11)).await?.good()?;
    assert_eq!(front.knock(&link, 1, json!({})).await?.problem(), "share-invalid", "it is used by now");
    Ok(())
}

#[tokio::test]
async fn so_many_guests_are_in_at_once_and_any_number_of_their_tabs() -> anyhow::Result<()> {
    let (front, _machine, _owner, session) = shared().await?;
    let link = front.link("b1", json!({ "max_viewers": 2 })).await?;
    let (kim, mut first) = guest(&front, &link, 1, &session).await?;
    let second = front.socket().await?.join(&kim.token, &session, None).await?;
    let (_, _lee) = guest(&front, &link, 2, &session).await?;
    let max = front.visit(&link, 3).await?;
    let attach = Attach::Join { session: session.clone(), size: Size { cols: 80, rows: 24 }, resume: None };
    let closed = front.socket().await?.refused(&max.token, attach).await?;
    assert_eq!((closed.code, closed.problem.as_str()), (4429, "too-many"), "{closed:?}");
    let guests = front.listed("b1", &link).await?["guests"].clone();
    assert_eq!((&guests[0]["viewers"], &guests[1]["viewers"]), (&json!(2), &json!(1)));
    // One of Kim's tabs is not enough; both make room.
    first.say(&ClientMessage::Leave { unloads: false }).await?;
    let left = |n: usize| move |b: &serde_json::Value| b["viewers"].as_array().is_some_and(|v| v.len() == n);
    front.until("b1", left(3)).await?;
    let attach = Attach::Join { session: session.clone(), size: Size { cols: 80, rows: 24 }, resume: None };
    assert_eq!(front.socket().await?.refused(&max.token, attach).await?.code, 4429);
    drop(second);
    front.until("b1", left(2)).await?;
    front.socket().await?.join(&max.token, &session, None).await?;
    Ok(())
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn many_guests_come_at_once_where_they_may() -> anyhow::Result<()> {
    let front = lasting().await?;
    let link = front.link("b1", json!({})).await?;
    let guests = try_join_all((0..40).map(|n| front.visit(&link, n))).await?;
    let mut subs: Vec<_> = guests.iter().map(|g| g.reply["me"]["sub"].to_string()).collect();
    subs.sort();
    subs.dedup();
    assert_eq!(subs.len(), 40);
    assert_eq!(front.listed("b1", &link).await?["used"], 40);
    Ok(())
}

#[tokio::test]
async fn a_build_has_64_links_at_most() -> anyhow::Result<()> {
    let front = lasting().await?;
    let token = front.sharer("b1").await?;
    let mut last = None;
    for _ in 0..64 {
        last = Some(front.ask_for_link("b1", &token, &json!({})).await?.good()?);
    }
    let refused = front.ask_for_link("b1", &token, &json!({})).await?;
    assert_eq!((refused.status, refused.problem()), (429, "too-many"));
    let id = last.unwrap_or_default()["share"]["id"].as_str().unwrap_or_default().to_owned();
    front.send(reqwest::Method::DELETE, &format!("/api/v1/shares/{id}"), &token, None).await?.good()?;
    front.ask_for_link("b1", &token, &json!({})).await?.good()?;
    Ok(())
}
