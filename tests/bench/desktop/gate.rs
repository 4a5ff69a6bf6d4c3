//! What stands between a browser and a VNC server: Transom, or websockify, which also serves noVNC.

use std::os::unix::fs::symlink;

use anyhow::{Context as _, bail};
use reqwest::Method;
use serde_json::json;
use tempfile::TempDir;
use transom_tests::desktop::Desktop;
use transom_tests::process::{Process, tree_cpu_s, tree_memory};

use super::browser::novnc_page;
use crate::gateway::{Gateway, installed};
use crate::line::Way;

const BUILD: &str = "b0";

/// A gateway that nobody has used yet.
pub enum Gate {
    /// See [`Way::Transom`].
    Transom(Box<Process>),
    /// See [`Way::Novnc`].
    Novnc {
        /// websockify.
        gateway: Box<Gateway>,
        /// What it serves.
        _pages: TempDir,
    },
}

impl Gate {
    /// Starts one to this desktop.
    pub async fn start(way: Way, desktop: &Desktop) -> anyhow::Result<Self> {
        match way {
            Way::Transom => {
                let server = Process::start("").await?;
                server.ready_desktop(BUILD, &desktop.endpoint()).await.context(server.log())?;
                Ok(Self::Transom(Box::new(server)))
            }
            Way::Novnc => {
                let (web, novnc) =
                    (tempfile::tempdir()?, installed().join("novnc/node_modules/@novnc/novnc"));
                for part in ["core", "vendor"] {
                    symlink(novnc.canonicalize()?.join(part), web.path().join(part))?;
                }
                std::fs::copy(novnc_page(), web.path().join("novnc.html"))?;
                let program = installed().canonicalize()?.join("websockify/bin/websockify");
                let pages = web.path().display().to_string();
                let target = format!("127.0.0.1:{}", desktop.port);
                let arguments = |port: u16| vec!["--web".into(), pages, format!("127.0.0.1:{port}"), target];
                let gateway = Box::new(Gateway::start(&program, arguments, web.path()).await?);
                Ok(Self::Novnc { gateway, _pages: web })
            }
            _ => bail!("{} shows no desktop", way.name()),
        }
    }

    /// The address of a page that shows the desktop; good for one page, and for a minute.
    pub async fn page(&self) -> anyhow::Result<String> {
        match self {
            Self::Transom(server) => {
                let wanted = json!({ "sub": "u-Dana", "name": "Dana", "capabilities": CAPABILITIES });
                let reply = server.ci(Method::POST, &format!("/builds/{BUILD}/tokens"), wanted).await?;
                let code = reply["code"].as_str().context("no code")?;
                Ok(format!("{}/b/{BUILD}/desktop#{code}", server.url))
            }
            Self::Novnc { gateway, .. } => Ok(format!("http://127.0.0.1:{}/novnc.html", gateway.port)),
        }
    }

    /// A token for Transom's desktop.
    pub async fn token(server: &Process) -> anyhow::Result<String> {
        server.token(BUILD, "Dana", &CAPABILITIES).await
    }

    /// How long its processes have run.
    pub fn cpu_s(&self) -> anyhow::Result<f64> {
        tree_cpu_s(self.pid())
    }

    /// What its processes have of the memory.
    pub fn memory_mib(&self) -> anyhow::Result<f64> {
        Ok(tree_memory(self.pid())?.pss_kib as f64 / 1024.0)
    }

    fn pid(&self) -> u32 {
        match self {
            Self::Transom(server) => server.pid(),
            Self::Novnc { gateway, .. } => gateway.pid(),
        }
    }
}

const CAPABILITIES: [&str; 2] = ["desktop.view", "desktop.control"];
