//! Lives of access beyond the table: restarts, lost machines, failures, long builds, full disks.

use reqwest::Method;
use serde_json::{Value, json};
use transom_protocol::wire::ClientMessage;
use transom_tests::front::{Front, START};
use transom_tests::machine::Machine;
use transom_tests::pass::Pass;

use super::timelines::{enter, leave, ready, shows, stay};

#[tokio::test]
async fn a_restart_in_grace_changes_nothing() -> anyhow::Result<()> {
    let (front, machine) = ready().await?;
    front.at(20)?;
    front.finish("b1", "succeeded").await?;
    front.at(24)?;
    let front = front.restart().await?;
    shows(&front, "grace", 30, "grace").await?;
    front.at(29)?;
    let pass = Pass::of(&front, "b1").await?;
    let front = front.restart().await?;
    front.at(30)?;
    shows(&front, "ended", 30, "grace").await?;
    let front = front.restart().await?;
    shows(&front, "ended", 30, "grace").await?;
    pass.is_dead(&front, &machine, "access-ended").await
}

#[tokio::test]
async fn a_restart_while_somebody_is_there_gives_them_time_to_come_back() -> anyhow::Result<()> {
    let (front, machine) = ready().await?;
    front.at(18)?;
    let mut socket = enter(&front).await?;
    stay(&front, &mut socket, 18, 20).await?;
    front.finish("b1", "succeeded").await?;
    stay(&front, &mut socket, 20, 24).await?;
    shows(&front, "held", 60, "deadline").await?;
    let front = front.restart().await?;
    shows(&front, "grace", 34, "reattach").await?;
    machine.is_deserted().await?;
    front.at(33)?;
    let back = enter(&front).await?;
    shows(&front, "held", 60, "deadline").await?;
    leave(&front, back).await?;
    let front = front.restart().await?;
    shows(&front, "grace", 43, "reattach").await?;
    front.at(42)?;
    let pass = Pass::of(&front, "b1").await?;
    front.at(43)?;
    shows(&front, "ended", 43, "reattach").await?;
    pass.is_dead(&front, &machine, "access-ended").await
}

#[tokio::test]
async fn what_came_due_while_the_server_was_down_is_so_when_it_starts() -> anyhow::Result<()> {
    let (front, machine) = ready().await?;
    front.at(20)?;
    front.finish("b1", "succeeded").await?;
    front.at(29)?;
    let pass = Pass::of(&front, "b1").await?;
    front.stop().await;
    front.at(33)?;
    let front = front.restart().await?;
    shows(&front, "ended", 30, "grace").await?;
    pass.is_dead(&front, &machine, "access-ended").await
}

#[tokio::test]
async fn access_ends_when_the_ci_reports_the_machine_gone() -> anyhow::Result<()> {
    let (front, machine) = ready().await?;
    let mut socket = enter(&front).await?;
    front.at(3)?;
    let pass = Pass::of(&front, "b1").await?;
    front.ci(Method::DELETE, "/builds/b1/machine", Value::Null).await?;
    assert_eq!(socket.closed().await?.code, 4410);
    shows(&front, "ended", 3, "machine_gone").await?;
    pass.is_dead(&front, &machine, "access-ended").await
}

#[tokio::test]
async fn a_person_who_may_ends_access_for_everybody() -> anyhow::Result<()> {
    let (front, machine) = ready().await?;
    let mut socket = enter(&front).await?;
    front.at(3)?;
    let pass = Pass::of(&front, "b1").await?;
    let access = "/api/v1/builds/b1/access";
    let ravi = front.viewer("b1").await?;
    let refused = front.send(Method::DELETE, access, &ravi, None).await?;
    assert_eq!((refused.status, refused.problem()), (403, "forbidden"));
    let dana = front.controller("b1").await?;
    assert_eq!(front.send(Method::DELETE, access, &dana, None).await?.status, 204);
    assert_eq!(socket.closed().await?.code, 4410);
    shows(&front, "ended", 3, "ended_by_user").await?;
    pass.is_dead(&front, &machine, "access-ended").await
}

#[tokio::test]
async fn a_build_whose_machine_did_not_answer_can_be_tried_again() -> anyhow::Result<()> {
    super::log();
    let (front, mut machine) = (Front::start().await?, Machine::start()?);
    let registered = front.build("b1", json!({ "build_dir": machine.build_dir() })).await?;
    machine.authorize(&registered["install"]["authorized_keys"])?;
    machine.power_off();
    let registration = machine.registration(1, &json!({"kind": "generated"}))?;
    front.ci(Method::PUT, "/builds/b1/machine", registration).await?;
    front.enable("b1").await?;
    front.state("b1", "pending").await?;
    front.at(2)?;
    let failed = front.state("b1", "failed").await?;
    assert!(failed["access"]["failure"].is_string(), "{failed}");
    machine.boot()?;
    front.enable("b1").await?;
    shows(&front, "ready", 60, "deadline").await?;
    enter(&front).await?;
    Ok(())
}

#[tokio::test]
async fn a_build_of_40_days_lasts_40_days_and_no_longer() -> anyhow::Result<()> {
    super::log();
    let (front, machine) = (Front::start().await?, Machine::start()?);
    let days = 40 * 24 * 60;
    front.ready_build("b1", &machine, json!({ "max_duration_s": days * 60 })).await?;
    front.at(days - 2)?;
    assert_eq!(front.look("/builds/b1").await?["access"]["ends_at"], "2026-02-10T00:00:00Z");
    let mut socket = enter(&front).await?;
    let pass = Pass::of(&front, "b1").await?;
    front.at(days)?;
    assert_eq!(socket.closed().await?.code, 4411);
    pass.is_dead(&front, &machine, "deadline").await
}

#[tokio::test]
async fn a_clock_set_back_lengthens_nothing() -> anyhow::Result<()> {
    let (front, machine) = ready().await?;
    front.at(20)?;
    front.finish("b1", "succeeded").await?;
    front.at(28)?;
    front.at(21)?;
    shows(&front, "grace", 30, "grace").await?;
    let pass = Pass::of(&front, "b1").await?;
    front.at(30)?;
    front.state("b1", "ended").await?;
    front.at(22)?;
    shows(&front, "ended", 30, "grace").await?;
    pass.is_dead(&front, &machine, "access-ended").await
}

#[tokio::test]
async fn who_comes_while_the_last_one_goes_is_there() -> anyhow::Result<()> {
    let (front, _machine) = ready().await?;
    let mut inside = enter(&front).await?;
    let session = inside.welcomed()?.session.clone();
    front.finish("b1", "succeeded").await?;
    let token = front.controller("b1").await?;
    for _ in 0..20 {
        let next = front.socket().await?;
        let going = async { inside.say(&ClientMessage::Leave { unloads: false }).await };
        let (gone, come) = tokio::join!(going, next.join(&token, &session, None));
        gone?;
        inside = come?;
        shows(&front, "held", 60, "deadline").await?;
    }
    Ok(())
}

#[tokio::test]
async fn a_shorter_grace_cuts_nobody_who_came_in_time() -> anyhow::Result<()> {
    let (front, _machine) = ready().await?;
    front.at(20)?;
    front.finish("b1", "succeeded").await?;
    front.at(25)?;
    let mut socket = enter(&front).await?;
    let hasty = json!({ "version": 2, "started_at": START, "policy": { "grace_s": 120, "reattach_s": 120 } });
    front.build("b1", hasty).await?;
    shows(&front, "held", 60, "deadline").await?;
    stay(&front, &mut socket, 25, 26).await?;
    leave(&front, socket).await?;
    shows(&front, "grace", 36, "reattach").await
}

#[tokio::test]
async fn the_deadline_cuts_also_where_it_cannot_be_recorded() -> anyhow::Result<()> {
    let (front, machine) = ready().await?;
    front.at(58)?;
    let mut socket = enter(&front).await?;
    front.server.door().store().close().await;
    front.at(60)?;
    let closed = socket.closed().await?;
    assert_eq!((closed.code, closed.problem.as_str()), (4411, "deadline"));
    machine.is_deserted().await
}

#[tokio::test]
async fn a_finished_build_without_access_is_forgotten_with_its_key() -> anyhow::Result<()> {
    super::log();
    let front = Front::start().await?;
    front.build("b1", Value::Null).await?;
    let store = front.server.door().store();
    assert_eq!(store.open_builds().await?.len(), 1);
    assert_eq!(front.finish("b1", "succeeded").await?["release"], "now");
    assert!(store.open_builds().await?.is_empty());
    let id = "b1".to_owned().try_into().map_err(anyhow::Error::msg)?;
    for _ in 0..1000 {
        if store.secret(&id, "ssh_key").await?.is_none() {
            let build = front.look("/builds/b1").await?;
            assert_eq!((&build["state"], &build["access"]["state"]), (&json!("finished"), &json!("off")));
            return Ok(());
        }
        tokio::task::yield_now().await;
    }
    anyhow::bail!("the key is still there")
}
