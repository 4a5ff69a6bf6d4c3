//! How the server turns somebody away.

use anyhow::{bail, ensure};
use tokio_tungstenite::tungstenite;
use transom_protocol::wire::{Attach, ClientMessage, Family, Hello, Size};

use super::{Closed, Socket};
use crate::ci::Reply;

impl Socket {
    /// How the upgrade with these headers is refused.
    ///
    /// # Errors
    /// Where it is not.
    pub async fn turned_away(url: &str, headers: &[(&'static str, &str)]) -> anyhow::Result<Reply> {
        let Err(error) = Self::connect_with(url, headers, None).await else {
            bail!("the upgrade was accepted")
        };
        match error.downcast()? {
            tungstenite::Error::Http(response) => Ok(Reply {
                status: response.status().as_u16(),
                body: serde_json::from_slice(response.body().as_deref().unwrap_or_default())?,
            }),
            other => Err(other.into()),
        }
    }

    /// How opening a terminal is refused.
    ///
    /// # Errors
    /// Where it is not.
    pub async fn open_refused(mut self, token: &str) -> anyhow::Result<Closed> {
        let attach = Attach::Open { family: Family::Terminal, size: Size::default() };
        self.say(&ClientMessage::Hello(Hello { token: token.to_owned(), attach })).await?;
        let closed = self.closed().await?;
        ensure!(self.welcome.is_none(), "it was opened, and then {closed:?}");
        Ok(closed)
    }

    /// Says hello and waits until it is turned away.
    ///
    /// # Errors
    /// Where it is let in.
    pub async fn refused(mut self, token: &str, attach: Attach) -> anyhow::Result<Closed> {
        self.say(&ClientMessage::Hello(Hello { token: token.to_owned(), attach })).await?;
        let closed = self.closed().await?;
        ensure!(self.welcome.is_none(), "was let in");
        Ok(closed)
    }
}
