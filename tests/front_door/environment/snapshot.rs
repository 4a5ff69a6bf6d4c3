//! The snapshot and the terminal: the same, or it is said what is not.

use std::os::unix::fs::{PermissionsExt, symlink};
use std::path::Path;
use std::process::Command;

use serde_json::json;
use transom_tests::front::Front;
use transom_tests::machine::{Machine, whoami};

use super::{another, assert_same, fixture, leave, parsed, printed, terminal};

const ODD_NAMES: [&str; 3] = ["with-dash", "with.dot", "BASH_FUNC_hello%%"];

/// A directory with nothing but these programs in it.
fn toolbox(machine: &Machine, programs: &[&str]) -> anyhow::Result<String> {
    let dir = machine.path("tools");
    std::fs::create_dir(&dir)?;
    for program in programs {
        let found = ["/usr/bin", "/bin"].iter().map(|d| Path::new(d).join(program)).find(|p| p.exists());
        let found = found.ok_or_else(|| anyhow::anyhow!("{program} is needed"))?;
        symlink(found, dir.join(program))?;
    }
    Ok(dir.display().to_string())
}

const TOOLS: [&str; 11] = ["sh", "bash", "tr", "sed", "grep", "env", "find", "id", "mktemp", "rm", "wc"];

#[tokio::test]
async fn a_terminal_has_exactly_the_builds_environment_and_directory() -> anyhow::Result<()> {
    super::super::log();
    let (front, machine) = (Front::start().await?, Machine::start()?);
    let build = fixture(&machine, "/bin/bash");
    leave(&machine, "b1", &build)?;
    let mut socket = terminal(&front, &machine).await?;
    let seen = printed(&mut socket, &machine).await?;
    assert_same(&seen, &build, &[]);
    assert_eq!(seen["TRANSOM_BUILD_ID"], "b1");
    assert_eq!(seen["TRANSOM_SESSION_ID"], socket.welcomed()?.session);
    assert_eq!((seen["TERM"].as_str(), seen["COLORTERM"].as_str()), ("xterm-256color", "truecolor"));
    socket.type_text("pwd; hello there; shopt -q login_shell || echo not-a-login-$((1))-shell\r").await?;
    let text = socket.see("not-a-login-1-shell\r\n").await?;
    assert!(text.contains(&format!("\r\n{}\r\n", machine.build_dir().display())), "{text}");
    assert!(text.contains("\r\nhello there\r\n"), "{text}");
    assert!(
        !text.contains("[transom]") && !text.contains("7337"),
        "nothing is said where all is well: {text}"
    );
    // And as the terminal itself shows it.
    socket.type_text("echo from-$((1)); printenv -0 | od -An -v -tx1; echo to-$((2))\r").await?;
    let text = socket.see("to-2\r\n").await?;
    let shown = text.split("from-1\r\n").nth(1).unwrap().split("to-2\r\n").next().unwrap();
    let digits: Vec<u8> = shown.split_whitespace().map(|b| u8::from_str_radix(b, 16).unwrap()).collect();
    assert_same(&parsed(&digits)?, &build, &[]);
    assert!(!machine.build_dir().join("pwned").exists());
    Ok(())
}

#[tokio::test]
async fn the_prompt_says_where_the_shell_is() -> anyhow::Result<()> {
    for shell in ["/bin/bash", "/usr/bin/zsh", "/bin/dash"] {
        let (front, machine) = (Front::start().await?, Machine::start()?);
        leave(&machine, "b1", &fixture(&machine, shell))?;
        let odd = machine.build_dir().join("50% off%20 ä");
        std::fs::create_dir(&odd)?;
        let mut socket = terminal(&front, &machine).await?;
        socket.see(&format!("\u{1b}]7;file://{}\u{7}", machine.build_dir().display())).await?;
        socket.type_text("cd 50*\r").await?;
        let said = odd.display().to_string().replace('%', "%25");
        socket.see(&format!("\u{1b}]7;file://{said}\u{7}")).await?;
    }
    Ok(())
}

#[tokio::test]
async fn no_value_of_the_environment_is_on_a_command_line() -> anyhow::Result<()> {
    let (front, machine) = (Front::start().await?, Machine::start()?);
    leave(&machine, "b1", &fixture(&machine, "/bin/bash"))?;
    let mut socket = terminal(&front, &machine).await?;
    socket
        .type_text("tr '\\0' ' ' < /proc/$$/cmdline > line; ls /proc/$$/fd > open; echo so-$((6*7))\r")
        .await?;
    socket.see("so-42").await?;
    let line = std::fs::read_to_string(machine.build_dir().join("line"))?;
    assert!(line.starts_with("bash --rcfile /dev/fd/") && line.len() < 40, "{line}");
    let open = std::fs::read_to_string(machine.build_dir().join("open"))?;
    assert!(!open.lines().any(|fd| (3..10).contains(&fd.parse::<u32>().unwrap())), "{open}");
    Ok(())
}

#[tokio::test]
async fn python_does_it_where_there_is_no_perl() -> anyhow::Result<()> {
    let (front, mut machine) = (Front::start().await?, Machine::start()?);
    let tools = toolbox(&machine, &[&TOOLS[..], &["python3"]].concat())?;
    machine.reconfigure(&format!("SetEnv HOME={} PATH={tools}", machine.path("home").display()))?;
    let build = fixture(&machine, "/bin/bash");
    leave(&machine, "b1", &build)?;
    let mut socket = terminal(&front, &machine).await?;
    assert_same(&printed(&mut socket, &machine).await?, &build, &[]);
    assert!(!socket.text().contains("[transom]"), "{}", socket.text());
    Ok(())
}

#[tokio::test]
async fn without_perl_and_python_odd_names_are_lost_and_that_is_said() -> anyhow::Result<()> {
    for shell in ["/bin/bash", "/bin/dash"] {
        let (front, mut machine) = (Front::start().await?, Machine::start()?);
        let tools = toolbox(&machine, &TOOLS)?;
        machine.reconfigure(&format!("SetEnv HOME={} PATH={tools}", machine.path("home").display()))?;
        let mut build = fixture(&machine, shell);
        // The byte that stands for a newline on the way.
        build.insert("CM_VAR_1".to_owned(), "\u{1b}[31m".to_owned());
        leave(&machine, "b1", &build)?;
        let mut socket = terminal(&front, &machine).await?;
        assert_same(&printed(&mut socket, &machine).await?, &build, &ODD_NAMES);
        let text = socket.text();
        assert!(
            text.contains("The environment is approximate: without perl or Python 3 variables"),
            "{text}"
        );
        socket.type_text("transom env\r").await?;
        socket.see("(approximate)").await?;
    }
    Ok(())
}

#[tokio::test]
async fn zsh_and_dash_have_it_too() -> anyhow::Result<()> {
    for (shell, lost) in [("/usr/bin/zsh", &[][..]), ("/bin/dash", &ODD_NAMES[..])] {
        let (front, machine) = (Front::start().await?, Machine::start()?);
        let mut build = fixture(&machine, shell);
        let scratch = machine.path("home/scratch");
        std::fs::create_dir(&scratch)?;
        build.insert("TMPDIR".to_owned(), scratch.display().to_string());
        leave(&machine, "b1", &build)?;
        // Where a start-up file changes what the build had, the build wins; what it adds stays.
        std::fs::write(
            machine.path("home/.zshrc"),
            "export CM_VAR_5=changed\nPATH=/x:$PATH\ncd /\nPS1='> '\n",
        )?;
        std::fs::write(machine.path("home/.zshenv"), "export CM_VAR_6=changed\n")?;
        let mut socket = terminal(&front, &machine).await?;
        assert_same(&printed(&mut socket, &machine).await?, &build, lost);
        socket.type_text("pwd; transom env; echo \"[$0]\"\r").await?;
        let text = socket.see("generation 1").await?;
        assert!(text.contains(&format!("{}\r\n", machine.build_dir().display())), "{text}");
        assert_eq!(text.contains("The environment is approximate: dash"), !lost.is_empty(), "{text}");
        // What zsh was started with goes away by itself.
        socket.type_text("while ls -A \"$TMPDIR\" | grep .; do :; done; echo clean-$((6*7))\r").await?;
        socket.see("clean-42\r\n").await?;
    }
    Ok(())
}

#[tokio::test]
async fn a_machine_without_a_snapshot_says_so_and_knows_the_way() -> anyhow::Result<()> {
    let (front, machine) = (Front::start().await?, Machine::start()?);
    let late = machine.build_dir().join("clone of the 'project'");
    front.ready_build("b1", &machine, json!({ "build_dir": late })).await?;
    let mut socket = another(&front).await?;
    socket.see("There is no snapshot of the build's environment on this machine").await?;
    socket.see("is not there yet. Go there later with: transom cd").await?;
    socket.type_text("transom cd; echo \"status $?\"; echo \"lang $LANG\"; transom env\r").await?;
    socket.see("\nstatus 1\r\n").await?;
    socket.see("\nlang C.UTF-8\r\n").await?;
    socket.see("has no snapshot").await?;
    std::fs::create_dir(&late)?;
    std::fs::set_permissions(&late, PermissionsExt::from_mode(0o777))?;
    socket.type_text("transom cd && pwd\r").await?;
    socket.see(&format!("\n{}\r\n", late.display())).await?;
    Ok(())
}

#[tokio::test]
async fn a_snapshot_that_others_could_have_written_is_not_used() -> anyhow::Result<()> {
    let (front, machine) = (Front::start().await?, Machine::start()?);
    leave(&machine, "b1", &fixture(&machine, "/bin/bash"))?;
    let (place, aside) = (machine.path("home/.transom/builds/b1"), machine.path("home/aside"));
    let env = place.join("env");
    let mode = |path: &Path, mode| std::fs::set_permissions(path, PermissionsExt::from_mode(mode));
    let trap = machine.path("trap");
    std::fs::write(&trap, "#!/bin/sh\necho caught\n")?;
    mode(&trap, 0o755)?;
    let about = json!({ "generation": 9, "step": "x", "shell": trap });
    std::fs::write(place.join("env.json"), about.to_string())?;
    front.ready_build("b1", &machine, json!(null)).await?;
    let refused = async |why: &str| {
        let mut socket = another(&front).await?;
        socket.see(&format!("The snapshot of the build's environment was not used: {why}")).await?;
        socket.type_text("echo \"[$CM_VAR_7]\"\r").await?;
        socket.see("\n[]\r\n").await.map(|_| ())
    };
    mode(&env, 0o620)?;
    refused("others could have written it").await?;
    mode(&env, 0o600)?;
    mode(&place, 0o777)?;
    refused("its directory is not this account's alone").await?;
    mode(&place, 0o700)?;
    std::fs::rename(&env, &aside)?;
    symlink(&aside, &env)?;
    refused("it cannot be read").await?;
    std::fs::remove_file(&env)?;
    std::fs::write(&env, "")?;
    refused("it is empty").await?;
    if whoami()? == "root" {
        std::fs::rename(&aside, &env)?;
        assert!(Command::new("chown").arg("nobody").arg(&env).status()?.success());
        refused("others could have written it").await?;
    }
    Ok(())
}

#[tokio::test]
async fn sudo_works_as_the_image_has_it() -> anyhow::Result<()> {
    if whoami()? != "root" {
        eprintln!("skipped: making an account that may use sudo takes root");
        return Ok(());
    }
    let name = format!("transom-sudo-{}", std::process::id());
    let rule = format!("/etc/sudoers.d/{name}");
    assert!(Command::new("useradd").args(["-M", "-s", "/bin/bash", "-p", "*", &name]).status()?.success());
    std::fs::write(&rule, format!("{name} ALL=(ALL) NOPASSWD:SETENV: ALL\n"))?;
    std::fs::set_permissions(&rule, PermissionsExt::from_mode(0o440))?;
    let tried = async {
        let (front, machine) = (Front::start().await?, Machine::start_as(&name, "")?);
        leave(&machine, "b1", &fixture(&machine, "/bin/bash"))?;
        assert!(Command::new("chown").args(["-R", &name]).arg(machine.path("home")).status()?.success());
        let mut socket = terminal(&front, &machine).await?;
        socket
            .type_text(
                "sudo -n id -un; echo \"[$(sudo -n printenv CM_VAR_9)]\"; sudo -nE printenv CM_VAR_9\r",
            )
            .await?;
        socket.see("\nvalue 9 of the build\r\n").await
    }
    .await;
    let _ = Command::new("userdel").arg(&name).status();
    std::fs::remove_file(&rule)?;
    let text = tried?;
    assert!(text.contains("\nroot\r\n") && text.contains("\n[]\r\n"), "{text}");
    Ok(())
}
