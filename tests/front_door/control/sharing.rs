//! One person in several tabs, everybody at once, whose size rules, and the word of the CI.

use reqwest::Method;
use serde_json::{Value, json};
use transom_protocol::wire::{Attach, ClientMessage, ControlMode, Size};
use transom_tests::front::Front;
use transom_tests::machine::Machine;
use transom_tests::socket::Socket;

use super::{arrived, company, control, controls, give, handed, id, kim, refusals, scene, settled, touches};

#[tokio::test]
async fn one_person_controls_in_all_of_their_tabs() -> anyhow::Result<()> {
    let (front, machine, mut first, session) = scene().await?;
    let mut kim = kim(&front, &session).await?;
    let mut second = front.socket().await?.join(&front.sharer("b1").await?, &session, None).await?;
    second.until(controls).await?;
    touches(&mut first, "by-first").await?;
    touches(&mut second, "by-second").await?;
    assert_eq!(arrived(&machine, &mut first).await?, ["by-first", "by-second"]);
    let numbers =
        |s: &Socket| company(&s.messages).map(|(v, _)| v.iter().map(|v| v.person).collect::<Vec<_>>());
    second.until(|s| numbers(s).is_some_and(|n| n.len() == 3)).await?;
    let (viewers, _) = company(&second.messages).unwrap();
    let number = |of: &Socket| viewers.iter().find(|v| v.id == id(of)).map(|v| v.person);
    assert!(number(&first) == number(&second) && number(&first) != number(&kim));
    // One of the tabs closed leaves the other in control; both do not.
    first.say(&ClientMessage::Leave { unloads: false }).await?;
    kim.until(|s| company(&s.messages).is_some_and(|(v, _)| v.len() == 2)).await?;
    settled(&mut second, 1).await?;
    assert!(controls(&second) && !controls(&kim));
    second.say(&ClientMessage::Leave { unloads: false }).await?;
    kim.until(controls).await
}

#[tokio::test]
async fn where_control_is_shared_everybody_types_and_a_new_policy_changes_that_at_once() -> anyhow::Result<()>
{
    crate::log();
    let (front, machine) = (Front::shared().await?, Machine::start()?);
    front.ready_build("b1", &machine, Value::Null).await?;
    let mut dana = front.socket().await?.open(&front.sharer("b1").await?).await?;
    let session = dana.welcomed()?.session.clone();
    let mut kim = kim(&front, &session).await?;
    kim.until(controls).await?;
    assert_eq!((control(&kim).mode, control(&kim).person), (ControlMode::Shared, None));
    touches(&mut kim, "by-kim").await?;
    touches(&mut dana, "by-dana").await?;
    assert_eq!(arrived(&machine, &mut kim).await?, ["by-dana", "by-kim"]);
    kim.say(&ClientMessage::TakeControl).await?;
    kim.until(|s| refusals(s) == ["Everybody here who may control it does."]).await?;
    let policy = async |version: u64, control: &str| {
        front.build("b1", json!({ "version": version, "policy": { "control": control } })).await
    };
    policy(2, "one").await?;
    kim.until(|s| !controls(s)).await?;
    dana.until(|s| controls(s) && control(s).mode == ControlMode::One).await?;
    touches(&mut kim, "by-kim-alone").await?;
    touches(&mut dana, "by-dana-alone").await?;
    assert_eq!(arrived(&machine, &mut dana).await?, ["by-dana", "by-dana-alone", "by-kim"]);
    policy(3, "shared").await?;
    kim.until(controls).await?;
    touches(&mut kim, "by-kim-again").await?;
    assert_eq!(arrived(&machine, &mut kim).await?.len(), 4);
    Ok(())
}

#[tokio::test]
async fn the_size_of_a_terminal_is_that_of_who_controls_it_and_others_are_told() -> anyhow::Result<()> {
    let (front, _machine, mut dana, session) = scene().await?;
    let link = front.link("b1", json!({ "role": "control" })).await?;
    let token = front.visit(&link, 1).await?.token;
    let (small, large) = (Size { cols: 80, rows: 24 }, Size { cols: 100, rows: 30 });
    let mut kim = front.socket().await?;
    kim.hello(&token, Attach::Join { session, size: large, resume: None }).await?;
    settled(&mut kim, 1).await?;
    assert_eq!((kim.size, dana.size), (Some(small), Some(small)), "who only looks changes nothing");
    dana.say(&give(&kim)).await?;
    for socket in [&mut dana, &mut kim] {
        socket.until(|s| s.size == Some(large)).await?;
    }
    kim.type_text("stty size\r").await?;
    kim.see("30 100\r\n").await?;
    let odd = Size { cols: 91, rows: 19 };
    dana.say(&ClientMessage::Resize(odd)).await?;
    settled(&mut dana, 1).await?;
    settled(&mut kim, 2).await?;
    assert_eq!((kim.size, dana.size), (Some(large), Some(large)));
    dana.say(&ClientMessage::TakeControl).await?;
    for socket in [&mut dana, &mut kim] {
        socket.until(|s| s.size == Some(odd)).await?;
    }
    Ok(())
}

#[tokio::test]
async fn the_ci_hands_control_to_whom_it_likes() -> anyhow::Result<()> {
    let (front, _machine, mut dana, session) = scene().await?;
    let mut kim = kim(&front, &session).await?;
    let ravi = front.socket().await?.join(&front.viewer("b1").await?, &session, None).await?;
    let change = async |viewer: &str, control: bool| {
        let (path, body) =
            (format!("/api/v1/sessions/{session}/viewers/{viewer}"), json!({ "control": control }));
        front.send(Method::PATCH, &path, &front.key, Some(&body)).await
    };
    assert_eq!(change(&id(&kim), false).await?.problem(), "malformed");
    assert_eq!(change("nobody", true).await?.problem(), "not-found");
    assert_eq!(change(&id(&ravi), true).await?.problem(), "conflict");
    settled(&mut dana, 1).await?;
    assert!(controls(&dana));
    assert_eq!(change(&id(&kim), true).await?.status, 204);
    kim.until(controls).await?;
    dana.until(|s| !controls(s)).await?;
    assert_eq!(handed(&front).await?, ["service:ci control.give: Dana, Kim (guest)"]);
    let listed = front.look("/builds/b1/sessions").await?.to_string();
    assert!(listed.contains(&session), "{listed}");
    Ok(())
}
