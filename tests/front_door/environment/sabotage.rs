//! Start-up files that would lock people out, and the shells they get all the same.

use std::path::PathBuf;

use serde_json::Value;
use transom_tests::front::Front;
use transom_tests::machine::Machine;
use transom_tests::socket::Socket;

use super::{another, assert_same, fixture, leave, printed};

const BARE: &str = "This one reads none of the account's start-up files.";

struct Ground {
    front: Front,
    machine: Machine,
}

impl Ground {
    /// A machine with a snapshot, whose sshd has this in its environment.
    async fn new(shell: &str, more: &str) -> anyhow::Result<Self> {
        let (front, mut machine) = (Front::start().await?, Machine::start()?);
        machine.reconfigure(&format!("SetEnv HOME={} {more}", machine.path("home").display()))?;
        leave(&machine, "b1", &fixture(&machine, shell))?;
        front.ready_build("b1", &machine, Value::Null).await?;
        Ok(Self { front, machine })
    }

    fn file(&self, name: &str) -> PathBuf {
        self.machine.path("home").join(name)
    }

    /// A terminal with `profile` as the account's start-up file.
    async fn with(&self, file: &str, profile: &str) -> anyhow::Result<Socket> {
        std::fs::write(self.file(file), profile)?;
        another(&self.front).await
    }

    /// Whether the terminal is of use: it runs commands, survives one that fails, and has the environment.
    async fn serves(&self, socket: &mut Socket, shell: &str) -> anyhow::Result<()> {
        socket.type_text("false\r").await?;
        assert_same(&printed(socket, &self.machine).await?, &fixture(&self.machine, shell), &[]);
        socket.type_text("pwd; echo still-$((6*7)); exit 5\r").await?;
        let text = socket.see("\nstill-42\r\n").await?;
        assert!(text.contains(&format!("{}\r\n", self.machine.build_dir().display())), "{text}");
        assert_eq!(socket.closed().await?.problem, "exited");
        Ok(())
    }
}

#[tokio::test]
async fn a_profile_that_sets_what_it_should_not_is_put_right() -> anyhow::Result<()> {
    // Debian's bash reads ~/.bashrc before a command of sshd's too, unless SHLVL says otherwise.
    for trap in ["", "SHLVL=1"] {
        let ground = Ground::new("/bin/bash", trap).await?;
        for profile in [
            "set -e\n",
            "set -eu\ntrap 'exit 9' ERR\n",
            "export CM_VAR_3=changed PATH=/nowhere; unset CM_VAR_4; cd /\n",
            "unset PATH\n",
            "exec <&-\n",
            "PROMPT_COMMAND='false; if'; PS1='$(exit 3)$(nonexistent)\\$ '\n",
            "PROMPT_COMMAND=('false' 'nonexistent')\n",
            "if then fi ) \u{1} \u{7f}ELF garbage (((\n",
        ] {
            let mut socket = ground.with(".bashrc", profile).await?;
            ground
                .serves(&mut socket, "/bin/bash")
                .await
                .map_err(|e| e.context(format!("{trap} {profile:?}")))?;
            assert!(!socket.text().contains(BARE), "{profile:?}");
        }
    }
    Ok(())
}

#[tokio::test]
async fn a_profile_that_ends_the_shell_is_left_out() -> anyhow::Result<()> {
    let ground = Ground::new("/bin/bash", "SHLVL=1").await?;
    for profile in ["exit 1\n", "exec true\n", "set -e; false\n", "kill -9 $$\n", "PROMPT_COMMAND=exit\n"] {
        let mut socket = ground.with(".bashrc", profile).await?;
        let text = socket.see(BARE).await?;
        assert!(!text.contains("7337"), "{text}");
        ground.serves(&mut socket, "/bin/bash").await.map_err(|e| e.context(profile))?;
    }
    Ok(())
}

#[tokio::test]
async fn debians_own_profile_with_sabotage_at_its_end_needs_nothing_of_sshd() -> anyhow::Result<()> {
    let ground = Ground::new("/bin/bash", "").await?;
    for (sabotage, bare) in [("set -e", false), ("exit 0", true), ("exec true", true)] {
        let profile = format!("case $- in\n    *i*) ;;\n      *) return;;\nesac\n{sabotage}\n");
        let mut socket = ground.with(".bashrc", &profile).await?;
        ground.serves(&mut socket, "/bin/bash").await?;
        assert_eq!(socket.text().contains(BARE), bare, "{sabotage}");
    }
    Ok(())
}

#[tokio::test]
async fn a_profile_that_never_ends_is_said_and_stopped_by_ctrl_c() -> anyhow::Result<()> {
    let ground = Ground::new("/bin/bash", "SHLVL=1").await?;
    // Long, for bash loses a Ctrl-C that comes just between two commands.
    let mut socket = ground.with(".bashrc", "while :; do sleep 1000; done\n").await?;
    socket.see("No prompt yet: a start-up file of this account may hang. Ctrl-C stops it.").await?;
    socket.type_text("\u{3}").await?;
    ground.serves(&mut socket, "/bin/bash").await
}

#[tokio::test]
async fn where_bash_dies_before_any_command_the_login_shell_is_tried() -> anyhow::Result<()> {
    let ground = Ground::new("/bin/bash", "").await?;
    // No ~/.profile: a login shell reads no ~/.bashrc.
    let mut socket = ground.with(".bashrc", "exit 3\n").await?;
    socket.see("This is the login shell; it has the machine's own environment.").await?;
    socket.type_text("shopt -q login_shell && echo login-$((6*7)); exit\r").await?;
    socket.see("login-42").await?;
    assert_eq!(socket.closed().await?.problem, "exited");
    // With one there is no way in, and it is said what would help.
    std::fs::write(ground.file(".profile"), ". ~/.bashrc\n")?;
    let mut socket = another(&ground.front).await?;
    let text = socket.see("Every shell of this account ends at once.").await?;
    assert!(text.contains("`SetEnv SHLVL=1`"), "{text}");
    assert_eq!(socket.closed().await?.problem, "exited");
    Ok(())
}

#[tokio::test]
async fn without_the_wanted_shell_there_is_still_one() -> anyhow::Result<()> {
    for shell in ["/nonexistent/fish", "/usr/sbin/nologin", "/etc/passwd", ""] {
        let ground = Ground::new(shell, "").await?;
        let mut socket = another(&ground.front).await?;
        ground.serves(&mut socket, shell).await?;
    }
    Ok(())
}

#[tokio::test]
async fn without_a_home_there_is_still_a_shell() -> anyhow::Result<()> {
    let (front, mut machine) = (Front::start().await?, Machine::start()?);
    let shared = machine.path("shared");
    leave(&machine, "b1", &fixture(&machine, "/bin/bash"))?;
    std::fs::rename(machine.path("home/.transom"), &shared)?;
    std::fs::remove_dir_all(machine.path("home"))?;
    machine.reconfigure(&format!(
        "SetEnv HOME={} TRANSOM_HOME={}",
        machine.path("home").display(),
        shared.display()
    ))?;
    front.ready_build("b1", &machine, Value::Null).await?;
    let mut socket = another(&front).await?;
    Ground { front, machine }.serves(&mut socket, "/bin/bash").await
}

#[tokio::test]
async fn zsh_is_guarded_as_bash_is() -> anyhow::Result<()> {
    let ground = Ground::new("/usr/bin/zsh", "").await?;
    for (file, profile, bare) in [
        (".zshrc", "set -e\n", false),
        (".zshrc", "exec <&-\nunset PATH\nprecmd() { false }\n", false),
        (".zshrc", "exit 1\n", true),
        (".zshrc", "exec true\n", true),
        (".zshrc", "precmd() { exit }\n", true),
        (".zshenv", "[[ -o interactive ]] && exit 4\n", true),
    ] {
        let mut socket = ground.with(file, profile).await?;
        ground
            .serves(&mut socket, "/usr/bin/zsh")
            .await
            .map_err(|e| e.context(format!("{file} {profile:?}")))?;
        assert_eq!(socket.text().contains(BARE), bare, "{profile:?}: {}", socket.text());
    }
    Ok(())
}
