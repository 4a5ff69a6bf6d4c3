//! Where webhooks may be sent: not to private addresses unless that is said, and to no other place
//! than the one that is said.

use serde_json::Value;
use transom_tests::receiver::{Answer, Receiver};

use super::{front, until_deliveries};

async fn refused(receiver: &Receiver, url: &str) -> anyhow::Result<()> {
    let front = front(&receiver.entry_at("ci", url, "")).await?;
    front.build("b1", Value::Null).await?;
    front.finish("b1", "succeeded").await?;
    let tried = until_deliveries(&front, "ci", |all| all[0]["attempts"] == 1).await?;
    assert_eq!(tried[0]["last_error"], "its address is private, and that is not allowed", "{url}");
    assert_eq!((&tried[0]["state"], &tried[0]["last_status"]), (&"pending".into(), &Value::Null));
    assert_eq!(receiver.connections(), 0, "{url}");
    Ok(())
}

#[tokio::test]
async fn a_private_address_is_not_even_connected_to() -> anyhow::Result<()> {
    let receiver = Receiver::start()?;
    let port = receiver.port;
    for host in
        ["127.0.0.1", "2130706433", "0x7f.1", "[::1]", "[::ffff:127.0.0.1]", "10.0.0.1", "169.254.169.254"]
    {
        refused(&receiver, &format!("https://{host}:{port}/")).await?;
    }
    Ok(())
}

#[tokio::test]
async fn a_name_that_leads_to_a_private_address_is_not_connected_to() -> anyhow::Result<()> {
    let receiver = Receiver::start()?;
    refused(&receiver, &format!("https://localhost:{}/", receiver.port)).await
}

#[tokio::test]
async fn a_redirect_is_not_followed() -> anyhow::Result<()> {
    let (here, there) = (Receiver::start()?, Receiver::start()?);
    let to = there.url();
    here.answer(move |_| Answer::Moved(to.clone()));
    let front = front(&here.entry("ci", "")).await?;
    front.build("b1", Value::Null).await?;
    front.finish("b1", "succeeded").await?;
    let tried = until_deliveries(&front, "ci", |all| all[0]["attempts"] == 1).await?;
    assert_eq!(tried[0]["last_error"], "it answered with status 302");
    assert_eq!((here.connections(), there.connections()), (1, 0));
    Ok(())
}
