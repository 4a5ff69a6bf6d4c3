//! Who controls a session that several look at: handed over, asked for, refused, taken, shared.

mod desktop;
mod removal;
mod restart;
mod rush;
mod time;

use reqwest::Method;
use serde_json::{Value, json};
use transom_protocol::wire::{
    Attach, ClientMessage, ControlInfo, ControlMode, Role, ServerMessage, Size, ViewerInfo,
};
use transom_tests::front::Front;
use transom_tests::machine::Machine;
use transom_tests::socket::Socket;

use super::shares::{guest, role, settled};
use super::timelines::ready;

const MAY_CONTROL: &[&str] = &["terminal.view", "terminal.control"];

/// A build with a terminal that Dana controls.
async fn scene() -> anyhow::Result<(Front, Machine, Socket, String)> {
    let (front, machine) = ready().await?;
    let dana = front.socket().await?.open(&front.sharer("b1").await?).await?;
    let session = dana.welcomed()?.session.clone();
    Ok((front, machine, dana, session))
}

/// Another of the CI's people, who may control it.
async fn colleague(front: &Front, name: &str, session: &str) -> anyhow::Result<Socket> {
    front.socket().await?.join(&front.token("b1", name, MAY_CONTROL).await?, session, None).await
}

/// Kim, who came by a link for control.
async fn kim(front: &Front, session: &str) -> anyhow::Result<Socket> {
    let link = front.link("b1", json!({ "role": "control" })).await?;
    Ok(guest(front, &link, 1, session).await?.1)
}

fn id(socket: &Socket) -> String {
    socket.welcome.as_ref().map(|welcome| welcome.viewer.clone()).unwrap_or_default()
}

/// What a viewer was told last of who is here.
fn company(messages: &[ServerMessage]) -> Option<(&[ViewerInfo], &ControlInfo)> {
    messages.iter().rev().find_map(|message| match message {
        ServerMessage::Presence { viewers, control, .. } => Some((viewers.as_slice(), control)),
        _ => None,
    })
}

fn control(socket: &Socket) -> ControlInfo {
    company(&socket.messages).map(|(_, control)| control.clone()).unwrap_or_default()
}

fn controls(socket: &Socket) -> bool {
    role(socket) == Some(Role::Controller)
}

/// The sentences with which this viewer was refused control.
fn refusals(socket: &Socket) -> Vec<&str> {
    let sentence = |message| match message {
        &ServerMessage::ControlRefused { ref sentence } => Some(sentence.as_str()),
        _ => None,
    };
    socket.messages.iter().filter_map(sentence).collect()
}

fn give(to: &Socket) -> ClientMessage {
    ClientMessage::GiveControl { viewer: id(to) }
}

/// Types a command that leaves a file; returns when the server is done with the keys.
async fn touches(socket: &mut Socket, file: &str) -> anyhow::Result<()> {
    socket.type_text(&format!("touch {file}\r")).await?;
    let typed = socket.typed;
    socket.until(|s| s.applied >= typed).await
}

/// What was typed and reached the machine, as `viewer`, who controls it, makes sure of.
async fn arrived(machine: &Machine, viewer: &mut Socket) -> anyhow::Result<Vec<String>> {
    let after = viewer.typed;
    viewer.type_text(&format!("echo end-$((40+2))-{after}\r")).await?;
    viewer.see(&format!("end-42-{after}")).await?;
    let files = std::fs::read_dir(machine.build_dir())?;
    let mut names: Vec<_> = files
        .map(|entry| Ok(entry?.file_name().to_string_lossy().into_owned()))
        .collect::<std::io::Result<_>>()?;
    names.retain(|name| name.starts_with("by-"));
    names.sort();
    Ok(names)
}

/// Who had control and who got it, by the audit, and who did that.
async fn handed(front: &Front) -> anyhow::Result<Vec<String>> {
    let rows = front.look("/audit?build=b1&limit=1000").await?["rows"].clone();
    let control = |row: &&Value| {
        row["outcome"] == "allowed" && row["action"].as_str().is_some_and(|a| a.starts_with("control."))
    };
    let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    let line = |row: &Value| {
        let detail = &row["detail"];
        let (from, to) = (text(&detail["from"]["name"]), text(&detail["to"]["name"]));
        format!("{} {}: {from}, {to}", text(&row["actor"]), text(&row["action"]))
    };
    Ok(rows.as_array().into_iter().flatten().filter(control).map(line).collect())
}

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
    // A program that reads nothing, so that keys wait.
    kim.type_text("stty -echo; head -c 40 > by-reader; echo over\r").await?;
    kim.until(|s| s.applied == s.typed).await?;
    dana.say(&ClientMessage::TakeControl).await?;
    dana.until(controls).await?;
    // Kim's page has not heard of it yet.
    kim.type_text(&"k".repeat(60)).await?;
    let typed = kim.typed;
    kim.until(|s| s.applied == typed).await?;
    dana.type_text(&format!("{}\r", "d".repeat(39))).await?;
    dana.see("over").await?;
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
    let presences =
        |s: &Socket| s.messages.iter().filter(|m| matches!(m, ServerMessage::Presence { .. })).count();
    settled(&mut dana, 1).await?;
    let before = presences(&dana);
    for _ in 0..20 {
        kim.say(&ClientMessage::AskControl).await?;
    }
    kim.until(|s| refusals(s).len() == 21).await?;
    assert!(refusals(&kim).iter().all(|sentence| *sentence == "Dana keeps control for now."));
    settled(&mut dana, 2).await?;
    assert_eq!(presences(&dana), before, "nobody is disturbed by it");
    while control(&dana).asking.is_empty() {
        anyhow::ensure!(began.elapsed() < time::LONG, "never heard again");
        kim.say(&ClientMessage::AskControl).await?;
        kim.is_quiet(std::time::Duration::from_millis(200)).await?;
        settled(&mut dana, 3).await?;
    }
    assert!(began.elapsed().as_secs() >= 9, "{:?}", began.elapsed());
    Ok(())
}

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
    first.say(&ClientMessage::Leave).await?;
    kim.until(|s| company(&s.messages).is_some_and(|(v, _)| v.len() == 2)).await?;
    settled(&mut second, 1).await?;
    assert!(controls(&second) && !controls(&kim));
    second.say(&ClientMessage::Leave).await?;
    kim.until(controls).await
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
async fn where_control_is_shared_everybody_types_and_a_new_policy_changes_that_at_once() -> anyhow::Result<()>
{
    super::log();
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
