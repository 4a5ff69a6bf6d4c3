//! Transcripts of terminals, as the CI or a person gets them.

use anyhow::{Context as _, ensure};
use reqwest::Method;
use serde_json::Value;
use transom_server::clock::tick;

use crate::PATIENCE;
use crate::front::Front;

/// A transcript with its headers.
#[derive(Debug)]
pub struct Handed {
    /// Media type.
    pub kind: String,
    /// `Content-Disposition`.
    pub disposition: String,
    /// The body.
    pub text: String,
}

/// An asciicast, taken apart strictly.
#[derive(Debug)]
pub struct Cast {
    /// The first line.
    pub header: Value,
    /// Time in milliseconds as it is written, code, data.
    pub events: Vec<(u64, String, String)>,
}

impl Front {
    /// The transcript of a session; `query` without the question mark.
    ///
    /// # Errors
    /// Where it is refused.
    pub async fn transcript(&self, session: &str, query: &str, bearer: &str) -> anyhow::Result<Handed> {
        let path = format!("/api/v1/sessions/{session}/transcript?{query}");
        let response = self.request(Method::GET, &path).bearer_auth(bearer).send().await?;
        let header = |name: &str| {
            response.headers().get(name).and_then(|v| v.to_str().ok()).unwrap_or_default().to_owned()
        };
        let (kind, disposition, status) =
            (header("content-type"), header("content-disposition"), response.status());
        let text = String::from_utf8(response.bytes().await?.into()).context("no UTF-8")?;
        ensure!(status.is_success(), "{status}: {text}");
        Ok(Handed { kind, disposition, text })
    }

    /// The text of a session, once `wanted` stands in it.
    ///
    /// # Errors
    /// Where it never does.
    pub async fn transcript_with(&self, session: &str, wanted: &str) -> anyhow::Result<String> {
        let (mut last, give_up) = (String::new(), tick() + PATIENCE);
        while tick() < give_up {
            match self.transcript(session, "", &self.key).await {
                Ok(handed) if handed.text.contains(wanted) => return Ok(handed.text),
                Ok(handed) => last = handed.text,
                Err(error) => last = format!("{error:#}"),
            }
            tokio::time::sleep(std::time::Duration::from_millis(20)).await;
        }
        anyhow::bail!(
            "{wanted:?} never stood in the transcript: {}",
            &last[last.len().saturating_sub(2000)..]
        )
    }

    /// The asciicast of a session.
    ///
    /// # Errors
    /// Where it is refused, or no asciicast.
    pub async fn cast(&self, session: &str, query: &str) -> anyhow::Result<Cast> {
        let handed = self.transcript(session, &format!("format=asciicast{query}"), &self.key).await?;
        ensure!(handed.kind == "application/x-asciicast", "{}", handed.kind);
        Cast::parse(&handed.text)
    }
}

impl Cast {
    /// Takes an asciicast apart (docs.asciinema.org, "asciicast v3").
    ///
    /// # Errors
    /// Where anything is not as the format says.
    pub fn parse(text: &str) -> anyhow::Result<Self> {
        ensure!(text.ends_with('\n'), "the last line has no end");
        let mut lines = text.lines();
        let header: Value = serde_json::from_str(lines.next().context("empty")?)?;
        match header["version"].as_u64() {
            Some(3) => {
                ensure!(header["term"]["cols"].is_u64() && header["term"]["rows"].is_u64(), "{header}");
            }
            Some(2) => ensure!(header["width"].is_u64() && header["height"].is_u64(), "{header}"),
            other => anyhow::bail!("version {other:?}"),
        }
        ensure!(header["timestamp"].is_i64() || header["timestamp"].is_u64(), "{header}");
        let mut events = Vec::new();
        for line in lines {
            let event: (f64, String, String) = serde_json::from_str(line)?;
            ensure!(event.0 >= 0.0 && event.1.len() == 1, "{line}");
            ensure!("orxm".contains(&event.1), "{line}");
            if event.1 == "r" {
                let (cols, rows) = event.2.split_once('x').context("no size")?;
                ensure!(cols.parse::<u16>().is_ok() && rows.parse::<u16>().is_ok(), "{line}");
            }
            #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "checked above")]
            let at_ms = (event.0 * 1000.0).round() as u64;
            events.push((at_ms, event.1, event.2));
        }
        Ok(Self { header, events })
    }

    /// The data of all events of one kind.
    #[must_use]
    pub fn of(&self, code: &str) -> Vec<&str> {
        self.events.iter().filter(|(_, c, _)| c == code).map(|(.., data)| data.as_str()).collect()
    }

    /// All output.
    #[must_use]
    pub fn output(&self) -> String {
        self.of("o").concat()
    }
}
