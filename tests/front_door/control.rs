//! Who controls a session that several look at: handed over, asked for, refused, taken, shared.

mod desktop;
mod handing;
mod removal;
mod restart;
mod rush;
mod sharing;
mod time;

use serde_json::{Value, json};
use transom_protocol::wire::{ClientMessage, ControlInfo, Role, ServerMessage, ViewerInfo};
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
    let sentences = socket.messages.iter().filter_map(|message| match message {
        ServerMessage::ControlRefused { sentence } => Some(sentence.as_str()),
        _ => None,
    });
    sentences.collect()
}

/// How often this viewer was told who is here.
fn presences(socket: &Socket) -> usize {
    socket.messages.iter().filter(|message| matches!(message, ServerMessage::Presence { .. })).count()
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
