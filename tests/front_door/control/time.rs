//! Control and time: of who is away, and of who rests.

use std::time::{Duration, Instant};

use transom_protocol::wire::ClientMessage;
use transom_tests::socket::Socket;

use super::{colleague, control, controls, kim, refusals, scene, settled, touches};

/// Longer than anything here waits.
pub const LONG: Duration = Duration::from_secs(60);

#[expect(clippy::disallowed_methods, reason = "measures the real time")]
pub fn tick() -> Instant {
    Instant::now()
}

/// Waits for what takes longer than a test's usual patience; says how long it took.
async fn waits(socket: &mut Socket, wanted: impl Fn(&Socket) -> bool) -> anyhow::Result<Duration> {
    let began = tick();
    while !wanted(socket) {
        anyhow::ensure!(began.elapsed() < LONG, "it never came to be");
        socket.is_quiet(Duration::from_millis(200)).await?;
    }
    Ok(began.elapsed())
}

#[tokio::test]
async fn who_is_away_for_too_long_is_followed_by_one_of_the_cis_people_before_a_guest() -> anyhow::Result<()>
{
    let (front, _machine, dana, session) = scene().await?;
    let mut kim = kim(&front, &session).await?;
    let mut ravi = colleague(&front, "Ravi", &session).await?;
    dana.cut();
    ravi.until(|s| control(s).may_take && control(s).name.as_deref() == Some("Dana")).await?;
    let took = waits(&mut ravi, controls).await?;
    assert!(took.as_secs() >= 18, "{took:?}");
    settled(&mut kim, 1).await?;
    assert!(!controls(&kim));
    Ok(())
}

#[tokio::test]
async fn who_comes_back_in_time_has_kept_control() -> anyhow::Result<()> {
    let (front, machine, dana, session) = scene().await?;
    let mut ravi = colleague(&front, "Ravi", &session).await?;
    let resume = dana.resume()?;
    dana.cut();
    ravi.until(|s| control(s).may_take).await?;
    let token = front.sharer("b1").await?;
    let mut dana = front.socket().await?.join(&token, &session, Some(resume)).await?;
    dana.until(controls).await?;
    touches(&mut ravi, "by-ravi").await?;
    touches(&mut dana, "by-dana").await?;
    assert_eq!(super::arrived(&machine, &mut dana).await?, ["by-dana"]);
    ravi.until(|s| !control(s).may_take).await?;
    // The time of having been away is not added up: nobody follows later, while she types.
    let began = tick();
    while began.elapsed().as_secs() < 25 {
        dana.type_text(" ").await?;
        ravi.is_quiet(Duration::from_secs(1)).await?;
        settled(&mut dana, 1).await?;
        assert!(controls(&dana) && !controls(&ravi));
    }
    Ok(())
}

#[tokio::test]
async fn control_is_taken_from_a_guest_at_any_time_and_from_others_who_have_rested() -> anyhow::Result<()> {
    let (front, _machine, mut dana, session) = scene().await?;
    let mut kim = kim(&front, &session).await?;
    let mut ravi = colleague(&front, "Ravi", &session).await?;
    dana.say(&super::give(&kim)).await?;
    kim.until(controls).await?;
    ravi.say(&ClientMessage::TakeControl).await?;
    ravi.until(controls).await?;
    let began = tick();
    touches(&mut ravi, "by-ravi").await?;
    // Not from one who has just typed: that is a question.
    dana.say(&ClientMessage::TakeControl).await?;
    ravi.until(|s| control(s).asking == [super::id(&dana)]).await?;
    settled(&mut dana, 1).await?;
    assert!(!controls(&dana) && !control(&dana).may_take);
    waits(&mut dana, |s| control(s).may_take).await?;
    assert!(began.elapsed().as_secs() >= 29, "{:?}", began.elapsed());
    assert!(controls(&ravi), "rest alone takes nothing");
    // What is done meanwhile counts again.
    touches(&mut ravi, "by-ravi-too").await?;
    dana.until(|s| !control(s).may_take).await?;
    waits(&mut dana, |s| control(s).may_take).await?;
    dana.say(&ClientMessage::TakeControl).await?;
    dana.until(controls).await?;
    ravi.until(|s| !controls(s)).await?;
    kim.until(|s| !controls(s)).await?;
    assert!(refusals(&dana).is_empty());
    let handed = super::handed(&front).await?;
    let last = handed.last().map(String::as_str);
    assert_eq!(last, Some("person:u-Dana control.take: Ravi, Dana"));
    Ok(())
}
