//! Control is asked for, given, refused and taken.

use reqwest::Method;
use serde_json::json;
use transom_protocol::wire::{ClientMessage, Role};

use super::{
    arrived, company, control, controls, give, handed, id, kim, presences, refusals, role, scene, settled,
    time, touches,
};

#[tokio::test]
async fn a_guest_asks_is_given_control_and_loses_it_when_the_owner_takes_it_back() -> anyhow::Result<()> {
    let (front, machine, mut dana, session) = scene().await?;
    let mut kim = kim(&front, &session).await?;
    kim.until(|s| role(s) == Some(Role::Viewer)).await?;
    assert_eq!(control(&kim).name.as_deref(), Some("Dana"));
    touches(&mut kim, "by-kim-too-early").await?;
    kim.say(&ClientMessage::AskControl).await?;
    let asks = [id(&kim)];
    dana.until(|s| control(s).asking == asks).await?;
    assert!(controls(&dana), "asking takes nothing");
    dana.say(&give(&kim)).await?;
    kim.until(controls).await?;
    dana.until(|s| !controls(s) && control(s).asking.is_empty() && control(s).may_take).await?;
    touches(&mut kim, "by-kim").await?;
    touches(&mut dana, "by-dana-meanwhile").await?;
    assert_eq!(arrived(&machine, &mut kim).await?, ["by-kim"]);
    dana.say(&ClientMessage::TakeControl).await?;
    dana.until(controls).await?;
    kim.until(|s| !controls(s)).await?;
    touches(&mut kim, "by-kim-too-late").await?;
    touches(&mut dana, "by-dana").await?;
    assert_eq!(arrived(&machine, &mut dana).await?, ["by-dana", "by-kim"]);
    let audit =
        ["person:u-Dana control.give: Dana, Kim (guest)", "person:u-Dana control.take: Kim (guest), Dana"];
    assert_eq!(handed(&front).await?, audit);
    Ok(())
}

#[tokio::test]
async fn keys_that_were_sent_right_behind_the_loss_of_control_do_not_arrive() -> anyhow::Result<()> {
    let (front, machine, mut dana, session) = scene().await?;
    let mut kim = kim(&front, &session).await?;
    dana.say(&give(&kim)).await?;
    kim.until(controls).await?;
    dana.until(|s| control(s).name.as_deref() == Some("Kim (guest)")).await?;
    // A program that takes forty bytes, whoever's they are.
    kim.type_text("stty -echo; head -c 40 > by-reader; echo read-$((40+2))\r").await?;
    kim.until(|s| s.applied == s.typed).await?;
    dana.say(&ClientMessage::TakeControl).await?;
    dana.until(controls).await?;
    // Kim's page has not heard of it yet.
    kim.type_text(&"k".repeat(60)).await?;
    let typed = kim.typed;
    kim.until(|s| s.applied == typed).await?;
    dana.type_text(&format!("{}\r", "d".repeat(39))).await?;
    dana.see("read-42").await?;
    let read = std::fs::read_to_string(machine.build_dir().join("by-reader"))?;
    assert_eq!(read, format!("{}\n", "d".repeat(39)));
    Ok(())
}

#[tokio::test]
async fn who_is_refused_is_told_and_heard_again_only_after_a_while() -> anyhow::Result<()> {
    let (front, _machine, mut dana, session) = scene().await?;
    let mut kim = kim(&front, &session).await?;
    kim.say(&ClientMessage::AskControl).await?;
    dana.until(|s| !control(s).asking.is_empty()).await?;
    dana.say(&ClientMessage::RefuseControl { viewer: id(&kim) }).await?;
    kim.until(|s| !refusals(s).is_empty()).await?;
    let began = time::tick();
    dana.until(|s| control(s).asking.is_empty()).await?;
    settled(&mut dana, 1).await?;
    let before = presences(&dana);
    for _ in 0..20 {
        kim.say(&ClientMessage::AskControl).await?;
    }
    kim.until(|s| refusals(s).len() == 21).await?;
    assert!(refusals(&kim).iter().all(|sentence| *sentence == "Dana keeps control for now."));
    settled(&mut dana, 2).await?;
    assert_eq!(presences(&dana), before, "nobody is disturbed by it");
    for round in 3.. {
        anyhow::ensure!(began.elapsed() < time::LONG, "never heard again");
        kim.say(&ClientMessage::AskControl).await?;
        kim.is_quiet(std::time::Duration::from_millis(200)).await?;
        settled(&mut dana, round).await?;
        if !control(&dana).asking.is_empty() {
            break;
        }
    }
    assert!(began.elapsed().as_secs() >= 9, "{:?}", began.elapsed());
    Ok(())
}

#[tokio::test]
async fn who_may_only_look_gets_control_in_no_way_and_gives_none() -> anyhow::Result<()> {
    let (front, machine, mut dana, session) = scene().await?;
    let mut ravi = front.socket().await?.join(&front.viewer("b1").await?, &session, None).await?;
    let mut kim = kim(&front, &session).await?;
    for message in [ClientMessage::AskControl, ClientMessage::TakeControl, give(&ravi), give(&kim)] {
        let before = refusals(&ravi).len();
        ravi.say(&message).await?;
        ravi.until(|s| refusals(s).len() > before).await?;
    }
    assert_eq!(refusals(&ravi)[..2], ["Ravi may only look."; 2]);
    assert_eq!(refusals(&ravi)[2..], ["Dana keeps control for now."; 2]);
    kim.say(&ClientMessage::AskControl).await?;
    dana.until(|s| control(s).asking == [id(&kim)]).await?;
    ravi.say(&ClientMessage::RefuseControl { viewer: id(&kim) }).await?;
    settled(&mut ravi, 1).await?;
    dana.say(&give(&ravi)).await?;
    dana.until(|s| refusals(s) == ["Ravi may only look."]).await?;
    settled(&mut kim, 1).await?;
    assert!(refusals(&kim).is_empty() && control(&dana).asking == [id(&kim)]);
    touches(&mut ravi, "by-ravi").await?;
    assert_eq!(arrived(&machine, &mut dana).await?, [""; 0]);
    assert!(handed(&front).await?.is_empty());
    Ok(())
}

#[tokio::test]
async fn a_guest_takes_control_from_nobody_and_gives_no_control_that_is_not_theirs() -> anyhow::Result<()> {
    let (front, _machine, mut dana, session) = scene().await?;
    let mut kim = kim(&front, &session).await?;
    kim.say(&give(&kim)).await?;
    kim.until(|s| refusals(s) == ["Dana keeps control for now."]).await?;
    kim.say(&ClientMessage::TakeControl).await?;
    let asks = [id(&kim)];
    dana.until(|s| control(s).asking == asks).await?;
    assert!(controls(&dana) && !control(&kim).may_take);
    let path = format!("/api/v1/sessions/{session}/viewers/{}", id(&kim));
    let looks = front.viewer("b1").await?;
    for (method, body) in [(Method::PATCH, Some(json!({ "control": true }))), (Method::DELETE, None)] {
        let reply = front.send(method, &path, &looks, body.as_ref()).await?;
        assert_eq!((reply.status, reply.problem()), (403, "forbidden"));
    }
    Ok(())
}

#[tokio::test]
async fn what_changes_nothing_disturbs_nobody_and_is_no_news() -> anyhow::Result<()> {
    let (front, _machine, mut dana, session) = scene().await?;
    let mut kim = kim(&front, &session).await?;
    dana.say(&give(&kim)).await?;
    kim.until(controls).await?;
    dana.until(|s| control(s).name.as_deref() == Some("Kim (guest)")).await?;
    let mut ravi = front.socket().await?.join(&front.viewer("b1").await?, &session, None).await?;
    dana.until(|s| company(&s.messages).is_some_and(|(viewers, _)| viewers.len() == 3)).await?;
    settled(&mut dana, 1).await?;
    let before = presences(&dana);
    for _ in 0..20 {
        // To herself, who has it.
        kim.say(&give(&kim)).await?;
        // By somebody who has nothing to say here.
        ravi.say(&give(&dana)).await?;
        ravi.say(&ClientMessage::RefuseControl { viewer: id(&kim) }).await?;
    }
    settled(&mut kim, 1).await?;
    settled(&mut ravi, 1).await?;
    settled(&mut dana, 2).await?;
    assert_eq!(presences(&dana), before);
    assert_eq!(handed(&front).await?, ["person:u-Dana control.give: Dana, Kim (guest)"]);
    Ok(())
}

#[tokio::test]
async fn a_guest_closes_only_what_they_have_opened() -> anyhow::Result<()> {
    let (front, _machine, mut dana, session) = scene().await?;
    let link = front.link("b1", json!({ "role": "control" })).await?;
    let (kim, mut socket) = super::guest(&front, &link, 1, &session).await?;
    dana.say(&give(&socket)).await?;
    socket.until(controls).await?;
    let close = async |id: &str| {
        front.send(Method::DELETE, &format!("/api/v1/sessions/{id}"), &kim.token, None).await
    };
    let refused = close(&session).await?;
    assert_eq!((refused.status, refused.problem()), (403, "forbidden"));
    settled(&mut dana, 1).await?;
    let own = front.socket().await?.open(&kim.token).await?;
    assert_eq!(close(&own.welcomed()?.session).await?.status, 204);
    Ok(())
}
