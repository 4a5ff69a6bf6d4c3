//! Many who want control at once: at each moment one person has it, and never nobody.

use std::collections::BTreeSet;
use std::time::Duration;

use reqwest::Method;
use serde_json::json;
use tokio::task::JoinSet;
use transom_protocol::wire::{ClientMessage, Role, ServerMessage};
use transom_tests::socket::Socket;

use super::{colleague, control, controls, id, scene};

/// How many want it.
const MANY: usize = 16;
/// How often each of them tries.
const TRIES: u32 = 60;

/// Wants control again and again; whoever has it gives it to the first who asks.
async fn wants(mut socket: Socket, number: usize) -> anyhow::Result<Socket> {
    for attempt in 0..TRIES {
        let next = control(&socket).asking.first().cloned();
        match next {
            Some(viewer) if controls(&socket) => socket.say(&ClientMessage::GiveControl { viewer }).await?,
            _ if (number + attempt as usize).is_multiple_of(2) => {
                socket.say(&ClientMessage::AskControl).await?;
            }
            _ => socket.say(&ClientMessage::TakeControl).await?,
        }
        super::settled(&mut socket, attempt).await?;
    }
    Ok(socket)
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn of_many_who_want_control_at_once_one_has_it_at_each_moment() -> anyhow::Result<()> {
    let (front, _machine, dana, session) = scene().await?;
    let mut sockets = vec![dana];
    for number in 1..MANY {
        sockets.push(colleague(&front, &format!("P{number}"), &session).await?);
    }
    let ids: Vec<_> = sockets.iter().map(id).collect();
    let mut all = JoinSet::new();
    for (number, socket) in sockets.into_iter().enumerate() {
        all.spawn(wants(socket, number));
    }
    // The CI hands it around as well.
    for n in 0..40 {
        let path = format!("/api/v1/sessions/{session}/viewers/{}", ids[n * 7 % MANY]);
        let body = json!({ "control": true });
        assert_eq!(front.send(Method::PATCH, &path, &front.key, Some(&body)).await?.status, 204);
    }
    let (mut moments, mut holders) = (0, BTreeSet::new());
    let mut sockets = Vec::new();
    while let Some(socket) = all.join_next().await {
        sockets.push(socket??);
    }
    for mut socket in sockets {
        while !socket.is_quiet(Duration::from_millis(50)).await? {}
        for message in &socket.messages {
            let ServerMessage::Presence { viewers, control, .. } = message else { continue };
            let role = |v: &&transom_protocol::wire::ViewerInfo| v.role == Role::Controller;
            let have: Vec<_> = viewers.iter().filter(role).map(|v| v.person).collect();
            assert_eq!(have, control.person.into_iter().collect::<Vec<_>>());
            assert_eq!(have.len(), 1, "{message:?}");
            moments += 1;
            holders.extend(have);
        }
    }
    assert!(moments > 200 && holders.len() > MANY / 2, "{moments} moments, {holders:?} had it");
    Ok(())
}
