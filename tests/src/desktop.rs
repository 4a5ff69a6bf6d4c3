//! A build's machine with a desktop: a real VNC server with a screen of its own.

use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use anyhow::{Context as _, ensure};
use serde_json::{Value, json};
use transom_protocol::rect::Rect;
use transom_protocol::rfb::Framebuffer;

use crate::machine::free_port;

/// An X server that speaks VNC (TigerVNC's), stopped when dropped.
pub struct Desktop {
    server: Child,
    dir: tempfile::TempDir,
    /// Its port on 127.0.0.1.
    pub port: u16,
    display: u32,
}

impl Desktop {
    /// Starts one of this size that lets in anybody.
    ///
    /// # Errors
    /// Where TigerVNC's server is missing or does not start.
    pub fn start(width: u16, height: u16) -> anyhow::Result<Self> {
        Self::start_with(width, height, |_| Ok(["-SecurityTypes", "None"].map(Into::into).to_vec()))
    }

    /// Starts one of this size; `more` are its arguments, made of a directory for its files.
    ///
    /// # Errors
    /// As [`Desktop::start`].
    pub fn start_with(
        width: u16,
        height: u16,
        more: impl FnOnce(&Path) -> anyhow::Result<Vec<String>>,
    ) -> anyhow::Result<Self> {
        Self::start_program(Path::new("Xtigervnc"), width, height, more)
    }

    /// Starts one that wants `password` by one of the RSA-AES security types; what proves it comes along.
    ///
    /// # Errors
    /// Where there is no TigerVNC that has them, or as [`Desktop::start`].
    pub fn start_ra2(width: u16, height: u16, kind: &str, password: &str) -> anyhow::Result<(Self, String)> {
        let program = Path::new(env!("CARGO_MANIFEST_DIR")).join("../target/test-peers/tigervnc/run");
        ensure!(program.exists(), "a newer TigerVNC is needed: tests/tigervnc.sh target/test-peers/tigervnc");
        let mut pin = String::new();
        let desktop = Self::start_program(&program, width, height, |dir| {
            let (passwords, key) = (dir.join("passwd"), dir.join("rsa.pem"));
            std::fs::write(&passwords, Self::password_file(password))?;
            let made = Command::new("openssl").arg("genrsa").arg("-out").arg(&key).arg("2048").output()?;
            ensure!(made.status.success(), "openssl: {}", made.status);
            pin = documented_pin(dir, "rsa.pem")?;
            let (key, passwords) = (key.display().to_string(), passwords.display().to_string());
            Ok(["-SecurityTypes", kind, "-RSAKey", &key, "-PasswordFile", &passwords]
                .map(Into::into)
                .to_vec())
        })?;
        Ok((desktop, pin))
    }

    fn start_program(
        program: &Path,
        width: u16,
        height: u16,
        more: impl FnOnce(&Path) -> anyhow::Result<Vec<String>>,
    ) -> anyhow::Result<Self> {
        let dir = tempfile::tempdir()?;
        let more = more(dir.path())?;
        // A display for each port: nobody else has that number either, but for a server that outlived its test.
        let is_taken = |port: &u16| Path::new(&format!("/tmp/.X{port}-lock")).exists();
        let mut ports = std::iter::repeat_with(free_port).take(100);
        let free = ports.find(|port| !port.as_ref().is_ok_and(is_taken));
        let port = free.context("a display that nobody has")??;
        let display = u32::from(port);
        let log = std::fs::File::create(dir.path().join("vnc.log"))?;
        let server = Command::new(program)
            .arg(format!(":{display}"))
            .args(["-geometry", &format!("{width}x{height}"), "-depth", "24", "-rfbport", &port.to_string()])
            .args(["-localhost", "-AlwaysShared", "-nolisten", "tcp", "-noreset"])
            .args(more)
            .stdin(Stdio::null())
            .stdout(log.try_clone()?)
            .stderr(log)
            .spawn()
            .context("TigerVNC's server is needed: apt-get install tigervnc-standalone-server")?;
        let desktop = Self { server, dir, port, display };
        // There is nothing to wait on but the port itself.
        #[expect(clippy::disallowed_methods, reason = "a poll with an end")]
        for _ in 0..1000 {
            if std::net::TcpStream::connect(("127.0.0.1", port)).is_ok() {
                return Ok(desktop);
            }
            std::thread::sleep(Duration::from_millis(10));
        }
        anyhow::bail!("it does not listen: {}", std::fs::read_to_string(desktop.file("vnc.log"))?)
    }

    /// Its process id.
    #[must_use]
    pub fn pid(&self) -> u32 {
        self.server.id()
    }

    /// How Transom reaches it, without a login.
    #[must_use]
    pub fn endpoint(&self) -> Value {
        json!({ "protocol": "vnc", "host": "127.0.0.1", "port": self.port, "login": { "kind": "none" } })
    }

    /// A password as TigerVNC keeps it: scrambled with a key that everybody knows.
    #[must_use]
    pub fn password_file(password: &str) -> Vec<u8> {
        let output =
            Command::new("sh").args(["-c", "printf %s \"$1\" | tigervncpasswd -f", "sh", password]).output();
        output.map(|output| output.stdout).unwrap_or_default()
    }

    /// The name that X has for it.
    #[must_use]
    pub fn name(&self) -> String {
        format!(":{}", self.display)
    }

    /// A program on its screen.
    #[must_use]
    pub fn program(&self, name: &str) -> Command {
        let mut command = Command::new(name);
        command.env("DISPLAY", self.name()).stdin(Stdio::null()).stderr(Stdio::null());
        command
    }

    /// Runs a program on its screen to its end; returns what it printed.
    ///
    /// # Errors
    /// Where it fails.
    pub fn run(&self, name: &str, arguments: &[&str]) -> anyhow::Result<Vec<u8>> {
        let output = self.program(name).args(arguments).output().with_context(|| format!("no {name}"))?;
        ensure!(output.status.success(), "{name} {arguments:?}: {}", output.status);
        Ok(output.stdout)
    }

    /// What is on its clipboard.
    ///
    /// # Errors
    /// Where nobody can be asked.
    pub fn clipboard(&self) -> anyhow::Result<String> {
        let output = self.program("xclip").args(["-selection", "clipboard", "-o"]).output();
        let output = output.context("xclip is needed")?;
        Ok(String::from_utf8_lossy(&output.stdout).into_owned())
    }

    /// Puts a text on its clipboard, as a program there does.
    ///
    /// # Errors
    /// Where that does not work.
    pub fn copy(&self, text: &str) -> anyhow::Result<()> {
        let mut xclip = self.program("xclip");
        let arguments = ["-selection", "clipboard", "-in"];
        let mut child = xclip.args(arguments).stdin(Stdio::piped()).stdout(Stdio::null()).spawn()?;
        let mut into = child.stdin.take().context("no input")?;
        into.write_all(text.as_bytes())?;
        drop(into);
        ensure!(child.wait()?.success(), "xclip failed");
        Ok(())
    }

    /// A certificate for its TLS: the files of it and of its key, and what proves it.
    ///
    /// # Errors
    /// Where OpenSSL fails.
    pub fn certificate(dir: &Path) -> anyhow::Result<(String, String, String)> {
        let (certificate, key) = (dir.join("tls.pem"), dir.join("tls.key"));
        let status = Command::new("openssl")
            .args(["req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes"])
            .args(["-days", "2", "-subj", "/CN=vm"])
            .arg("-keyout")
            .arg(&key)
            .arg("-out")
            .arg(&certificate)
            .stderr(Stdio::null())
            .status()?;
        ensure!(status.success(), "openssl: {status}");
        let pin = documented_pin(dir, "tls.pem")?;
        let path = |path: &Path| path.display().to_string();
        Ok((path(&certificate), path(&key), pin))
    }

    /// Its screen as X itself says it is, without the pointer.
    ///
    /// # Errors
    /// Where it cannot be taken.
    pub fn screenshot(&self) -> anyhow::Result<Framebuffer> {
        read_xwd(&self.run("xwd", &["-root", "-silent"])?)
    }

    /// A file of its own.
    #[must_use]
    pub fn file(&self, name: &str) -> PathBuf {
        self.dir.path().join(name)
    }
}

impl Drop for Desktop {
    fn drop(&mut self) {
        let _ = self.server.kill();
        let _ = self.server.wait();
    }
}

/// What proves a server, by the commands that `docs/vnc-pins.md` gives for such a file.
fn documented_pin(dir: &Path, file: &str) -> anyhow::Result<String> {
    let page = Path::new(env!("CARGO_MANIFEST_DIR")).join("../docs/vnc-pins.md");
    let page = std::fs::read_to_string(page)?;
    let mut commands = page.split("```sh\n").skip(1).filter_map(|rest| rest.split("```").next());
    let commands = commands.find(|commands| commands.contains(file)).context("no commands for it")?;
    let output = Command::new("sh").args(["-euc", commands]).current_dir(dir).output()?;
    ensure!(output.status.success(), "{commands}: {}", String::from_utf8_lossy(&output.stderr));
    Ok(format!("SHA256:{}", String::from_utf8(output.stdout)?.trim_end()))
}

/// A picture in X's window dump format, version 7, of 32 bits a pixel (XWDFile.h).
fn read_xwd(dump: &[u8]) -> anyhow::Result<Framebuffer> {
    let field = |number: usize| -> anyhow::Result<usize> {
        let bytes = dump.get(number * 4..number * 4 + 4).context("a short dump")?;
        Ok(u32::from_be_bytes(bytes.try_into()?) as usize)
    };
    let (header, colours) = (field(0)?, field(19)?);
    let (width, height, bits, line) = (field(4)?, field(5)?, field(11)?, field(12)?);
    ensure!(field(1)? == 7 && bits == 32 && field(7)? == 0, "a dump of another kind");
    let mut picture = Framebuffer::new(u16::try_from(width)?, u16::try_from(height)?)?;
    let pixels = dump.get(header + colours * 12..).context("a dump without pixels")?;
    let all = Rect { x: 0, y: 0, width: picture.width(), height: picture.height() };
    for (row, from) in picture.rows_mut(all).zip(pixels.chunks(line)) {
        for (pixel, bytes) in row.iter_mut().zip(from.as_chunks::<4>().0) {
            // Blue, green, red; the least significant byte is first.
            *pixel = u32::from_le_bytes([bytes[2], bytes[1], bytes[0], 255]);
        }
    }
    Ok(picture)
}
