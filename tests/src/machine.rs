//! A build's machine: a real OpenSSH server on the loopback.

use std::io::Write as _;
use std::net::TcpListener;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use anyhow::{Context as _, ensure};
use serde_json::{Value, json};

/// A running sshd with its own host key, stopped when dropped.
pub struct Machine {
    sshd: Option<Child>,
    dir: tempfile::TempDir,
    /// Its port on 127.0.0.1.
    pub port: u16,
    /// Whom to log in as.
    pub user: String,
}

impl Machine {
    /// Starts one that lets in whoever runs this test, with the keys in [`Machine::authorize`].
    ///
    /// # Errors
    /// Where OpenSSH's server is missing or does not start.
    pub fn start() -> anyhow::Result<Self> {
        Self::start_as(&whoami()?, "")
    }

    /// Starts one for `user`, with more lines for its configuration.
    ///
    /// # Errors
    /// As [`Machine::start`].
    pub fn start_as(user: &str, more: &str) -> anyhow::Result<Self> {
        let dir = tempfile::tempdir()?;
        std::fs::set_permissions(dir.path(), PermissionsExt::from_mode(0o755))?;
        let mut machine = Self { sshd: None, dir, port: free_port()?, user: user.to_owned() };
        machine.new_host_key()?;
        std::fs::write(machine.path("authorized_keys"), "")?;
        for open_to_all in ["build", "home"] {
            std::fs::create_dir(machine.path(open_to_all))?;
            std::fs::set_permissions(machine.path(open_to_all), PermissionsExt::from_mode(0o777))?;
        }
        machine.write_config(more)?;
        machine.boot()?;
        Ok(machine)
    }

    /// Restarts sshd with more lines for its configuration; connections that stand go on.
    ///
    /// # Errors
    /// As [`Machine::start`].
    pub fn reconfigure(&mut self, more: &str) -> anyhow::Result<()> {
        self.power_off();
        self.write_config(more)?;
        self.boot()
    }

    /// Has sshd read its configuration again.
    ///
    /// # Errors
    /// Where it is not running, or does not listen again.
    pub fn reload(&mut self) -> anyhow::Result<()> {
        self.power_off();
        self.boot()
    }

    /// Shells have a home of their own here: the profile of whoever runs the tests may do anything,
    /// and must not be cut short when a machine dies.
    fn write_config(&self, more: &str) -> anyhow::Result<()> {
        let (dir, port) = (self.dir.path().display(), self.port);
        std::fs::write(
            self.path("sshd_config"),
            format!(
                "{more}\nPort {port}\nListenAddress 127.0.0.1\nHostKey {dir}/host_key\n\
                 AuthorizedKeysFile {dir}/authorized_keys\nPasswordAuthentication no\n\
                 KbdInteractiveAuthentication no\nUsePAM no\nStrictModes no\nPermitRootLogin yes\n\
                 PidFile none\nLogLevel ERROR\nMaxStartups 200\nMaxSessions 200\nAcceptEnv LANG LC_*\n\
                 PrintMotd no\nPrintLastLog no\nSetEnv HOME={dir}/home\nSubsystem sftp internal-sftp\n"
            ),
        )?;
        Ok(())
    }

    /// Starts sshd, again after [`Machine::power_off`], and waits until it listens.
    ///
    /// # Errors
    /// Where it does not.
    pub fn boot(&mut self) -> anyhow::Result<()> {
        // Debian's sshd wants its directory, which systemd makes elsewhere.
        let _ = std::fs::create_dir_all("/run/sshd");
        let log = std::fs::File::create(self.path("sshd.log"))?;
        let sshd = Command::new("/usr/sbin/sshd")
            .arg("-De")
            .arg("-f")
            .arg(self.path("sshd_config"))
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(log)
            .spawn()
            .context("OpenSSH's server is needed: apt-get install openssh-server")?;
        self.sshd = Some(sshd);
        // There is nothing to wait on but the port itself.
        #[expect(clippy::disallowed_methods, reason = "a poll with an end")]
        for _ in 0..400 {
            if std::net::TcpStream::connect(("127.0.0.1", self.port)).is_ok() {
                return Ok(());
            }
            std::thread::sleep(Duration::from_millis(10));
        }
        anyhow::bail!("sshd does not listen: {}", std::fs::read_to_string(self.path("sshd.log"))?)
    }

    /// Stops sshd; connections that stand go on.
    pub fn power_off(&mut self) {
        if let Some(mut sshd) = self.sshd.take() {
            let _ = sshd.kill();
            let _ = sshd.wait();
        }
    }

    /// Stops sshd and everything that it has started, as pulling the plug does.
    ///
    /// # Errors
    /// Where the system does not say what that is.
    pub fn pull_the_plug(&mut self) -> anyhow::Result<()> {
        let mut doomed: Vec<u32> = self.sshd.iter().map(Child::id).collect();
        let mut next = 0;
        while let Some(parent) = doomed.get(next) {
            let out = Command::new("ps").args(["-o", "pid=", "--ppid", &parent.to_string()]).output()?;
            let children = String::from_utf8(out.stdout)?;
            doomed.extend(children.split_whitespace().filter_map(|pid| pid.parse::<u32>().ok()));
            next += 1;
        }
        let pids: Vec<_> = doomed.iter().map(ToString::to_string).collect();
        // Some may end by themselves in between.
        let _ = Command::new("kill").arg("-9").args(&pids).stderr(Stdio::null()).status()?;
        self.power_off();
        Ok(())
    }

    /// Gives the machine another host key, as another machine at the same address would have.
    ///
    /// # Errors
    /// Where ssh-keygen fails.
    pub fn new_host_key(&mut self) -> anyhow::Result<()> {
        let key = self.path("host_key");
        let _ = std::fs::remove_file(&key);
        keygen(&["-q", "-t", "ed25519", "-N", "", "-C", "machine", "-f"], &key)
    }

    /// Its host key as a line.
    ///
    /// # Errors
    /// Where it cannot be read.
    pub fn host_key(&self) -> anyhow::Result<String> {
        Ok(std::fs::read_to_string(self.path("host_key.pub"))?.trim().to_owned())
    }

    /// Lets in whoever has one of these keys.
    ///
    /// # Errors
    /// Where the file cannot be written.
    pub fn authorize(&self, lines: &Value) -> anyhow::Result<()> {
        let mut file = std::fs::File::create(self.path("authorized_keys"))?;
        for line in lines.as_array().context("no list of keys")? {
            writeln!(file, "{}", line.as_str().context("no key")?)?;
        }
        Ok(())
    }

    /// The registration of this machine.
    ///
    /// # Errors
    /// Where its host key cannot be read.
    pub fn registration(&self, version: u64, login: &Value) -> anyhow::Result<Value> {
        Ok(json!({
            "version": version,
            "endpoints": [{
                "protocol": "ssh", "host": "127.0.0.1", "port": self.port, "username": self.user,
                "host_keys": [self.host_key()?], "login": login,
            }],
        }))
    }

    /// How many connections it serves: sshd has a process for each.
    ///
    /// # Errors
    /// Where the processes cannot be listed.
    pub fn guests(&self) -> anyhow::Result<usize> {
        Ok(self.guest_processes()?.len())
    }

    /// Waits until `count` are connected.
    ///
    /// # Errors
    /// Where it does not come to that.
    pub async fn has_guests(&self, count: usize) -> anyhow::Result<()> {
        for _ in 0..(crate::PATIENCE.as_millis() / 20) {
            if self.guests()? == count {
                return Ok(());
            }
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
        anyhow::bail!("{} connections to the machine, not {count}", self.guests()?)
    }

    /// The processes of its sshd that serve a connection each.
    ///
    /// # Errors
    /// Where the processes cannot be listed.
    pub fn guest_processes(&self) -> anyhow::Result<Vec<u32>> {
        let Some(sshd) = &self.sshd else { return Ok(Vec::new()) };
        let parent = sshd.id().to_string();
        let mut guests = Vec::new();
        for process in std::fs::read_dir("/proc")? {
            let process = process?;
            let Ok(stat) = std::fs::read_to_string(process.path().join("stat")) else { continue };
            // The name, in parentheses, may hold anything; state and parent follow.
            let mut after = stat.rsplit(") ").next().unwrap_or_default().split(' ');
            let (state, is_child) = (after.next(), after.next() == Some(&parent));
            if is_child && state != Some("Z") {
                guests.push(process.file_name().to_string_lossy().parse()?);
            }
        }
        Ok(guests)
    }

    /// Waits until nobody is connected.
    ///
    /// # Errors
    /// Where somebody stays.
    pub async fn is_deserted(&self) -> anyhow::Result<()> {
        self.has_guests(0).await
    }

    /// Where builds work.
    #[must_use]
    pub fn build_dir(&self) -> PathBuf {
        self.path("build")
    }

    /// A file of the machine's own.
    #[must_use]
    pub fn path(&self, name: &str) -> PathBuf {
        self.dir.path().join(name)
    }
}

impl Drop for Machine {
    fn drop(&mut self) {
        self.power_off();
    }
}

/// Runs ssh-keygen with `arguments` and, last, `file`.
///
/// # Errors
/// Where it is missing or fails.
pub fn keygen(arguments: &[&str], file: &Path) -> anyhow::Result<()> {
    let out =
        Command::new("ssh-keygen").args(arguments).arg(file).output().context("ssh-keygen is needed")?;
    ensure!(out.status.success(), "ssh-keygen: {}", String::from_utf8_lossy(&out.stderr));
    Ok(())
}

/// A port on 127.0.0.1 that was free a moment ago.
///
/// # Errors
/// Where there is none.
pub fn free_port() -> anyhow::Result<u16> {
    Ok(TcpListener::bind("127.0.0.1:0")?.local_addr()?.port())
}

/// Who runs this.
///
/// # Errors
/// Where `id` does not say.
pub fn whoami() -> anyhow::Result<String> {
    let out = Command::new("id").arg("-un").output()?;
    Ok(String::from_utf8(out.stdout)?.trim().to_owned())
}
