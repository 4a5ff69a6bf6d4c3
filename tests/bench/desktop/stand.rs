//! The screen that all ways show, and what is drawn on it.

use std::process::{Child, Stdio};

use anyhow::Context as _;
use transom_tests::desktop::Desktop;

use super::browser::draw_scenery;

/// Letters that fit beside the strip, whatever the font's height is.
const XTERM: [&str; 13] = [
    "+sb",
    "-b",
    "0",
    "-bw",
    "0",
    "-fa",
    "DejaVu Sans Mono",
    "-fs",
    "10",
    "-geometry",
    "240x63+0+0",
    "-bg",
    "#1c1c1c",
];

/// A screen, and pictures.
pub struct Stand {
    /// The X server.
    pub desktop: Desktop,
    scenery: tempfile::TempDir,
}

impl Stand {
    /// A screen of 1920 by 1080 whose server is given `more` arguments.
    pub async fn prepare(more: &[&str]) -> anyhow::Result<Self> {
        let stand = Self::without_scenery(more)?;
        draw_scenery(stand.scenery.path()).await?;
        Ok(stand)
    }

    /// The same for scenes that need no pictures.
    pub fn without_scenery(more: &[&str]) -> anyhow::Result<Self> {
        let fixed = ["-SecurityTypes", "None", "-AcceptSetDesktopSize=0"];
        let arguments = fixed.iter().chain(more).map(|argument| (*argument).to_owned()).collect();
        let desktop = Desktop::start_with(1920, 1080, |_| Ok(arguments))?;
        Ok(Self { desktop, scenery: tempfile::tempdir()? })
    }

    /// Has a scene drawn until what is returned is dropped.
    pub fn play(&self, scene: &str) -> anyhow::Result<Playing> {
        let this = std::env::current_exe()?;
        let mut command = if scene == "terminal" {
            let mut xterm = self.desktop.program("xterm");
            xterm.args(XTERM).args(["-fg", "#d0d0d0", "-e", "sh", "-c"]);
            xterm.arg("stty raw -echo; exec \"$0\" scene terminal .").arg(this);
            xterm
        } else {
            let mut own = self.desktop.program(this.to_str().context("a path of another kind")?);
            own.args(["scene", scene]).arg(self.scenery.path());
            own
        };
        Ok(Playing(
            command.stderr(Stdio::inherit()).stdout(Stdio::null()).spawn().context("xterm is needed")?,
        ))
    }
}

/// A scene that is drawn.
pub struct Playing(Child);

impl Drop for Playing {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}
