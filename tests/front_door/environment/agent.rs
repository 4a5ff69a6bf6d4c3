//! The reference script for agents, under every sh that it may meet.

use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::ensure;
use transom_tests::machine::Machine;

use super::{Variables, fixture, parsed};

const SCRIPT: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../deploy/agent/transom-env");
const SHELLS: [&str; 3] = ["dash", "bash", "busybox sh"];

/// An agent on a machine.
pub struct Agent {
    home: PathBuf,
    shell: String,
}

impl Agent {
    /// One whose script runs under `shell`.
    pub fn of(machine: &Machine, shell: &str) -> Self {
        Self { home: machine.path("home"), shell: shell.to_owned() }
    }

    fn script(&self, variables: &Variables) -> Command {
        let mut words = self.shell.split(' ');
        let mut command = Command::new(Path::new("/bin").join(words.next().unwrap()));
        command.args(words).arg(SCRIPT).env_clear().envs(variables).current_dir(&self.home);
        command
    }

    /// Records `variables` after a step, merged with `files`; what the script says about the files.
    pub fn save(
        &self,
        build: &str,
        step: &str,
        variables: &Variables,
        files: &[&Path],
    ) -> anyhow::Result<String> {
        let mut command = self.script(variables);
        command.args(["save", "--build", build, "--step", step, "--secret", "TOKEN"]);
        for file in files {
            command.arg("--merge").arg(file);
        }
        let out = command.output()?;
        ensure!(out.status.success(), "{}", String::from_utf8_lossy(&out.stderr));
        Ok(String::from_utf8(out.stderr)?)
    }

    fn place(&self, build: &str) -> PathBuf {
        self.home.join(".transom/builds").join(build)
    }
}

#[test]
fn the_agents_script_records_its_environment_byte_for_byte() -> anyhow::Result<()> {
    for shell in SHELLS {
        let machine = Machine::start()?;
        let (agent, variables) = (Agent::of(&machine, shell), fixture(&machine, "/bin/bash"));
        assert_eq!(agent.save("b1", "One \"two\"", &variables, &[])?, "");
        let place = agent.place("b1");
        assert_eq!(parsed(&std::fs::read(place.join("env"))?)?, variables, "{shell}");
        for file in ["env", "env.json"] {
            assert_eq!(std::fs::metadata(place.join(file))?.permissions().mode() & 0o777, 0o600);
        }
        assert_eq!(std::fs::metadata(&place)?.permissions().mode() & 0o777, 0o700);
        let about: serde_json::Value = serde_json::from_slice(&std::fs::read(place.join("env.json"))?)?;
        assert_eq!((&about["generation"], &about["step"]), (&1.into(), &"One \"two\"".into()));
        assert_eq!(about["secret_names"], serde_json::json!(["TOKEN"]));
        let again = machine.path("again");
        std::fs::write(&again, "with-dash=other\nwith.dot<<X\n\u{1}\nX\n")?;
        agent.save("b1", "Two", &variables, &[&again])?;
        let merged = parsed(&std::fs::read(place.join("env"))?)?;
        assert_eq!(
            (merged["with-dash"].as_str(), merged["with.dot"].as_str()),
            ("other", "\u{1}"),
            "{shell}"
        );
        assert_eq!(merged["CM_VAR_1"], variables["CM_VAR_1"], "{shell}");
        assert_eq!(merged.len(), 200);
        let left: Vec<_> = std::fs::read_dir(&place)?.filter_map(Result::ok).map(|e| e.file_name()).collect();
        assert_eq!(left.len(), 2, "{left:?}");
        ensure!(agent.script(&variables).args(["forget", "--build", "b1"]).status()?.success());
        assert!(!place.exists());
        for id in ["", "..", "../x", "a/b"] {
            let out = agent.script(&variables).args(["save", "--build", id]).output()?;
            assert_eq!(out.status.code(), Some(2), "{shell} {id:?}");
        }
    }
    Ok(())
}

#[test]
fn what_steps_appended_badly_harms_nothing_else_and_no_value_is_said() -> anyhow::Result<()> {
    for shell in SHELLS {
        let machine = Machine::start()?;
        let (agent, variables) = (Agent::of(&machine, shell), fixture(&machine, "/bin/bash"));
        let (one, two) = (machine.path("one"), machine.path("two"));
        std::fs::write(
            &one,
            "PLAIN=a=b\r\nHERE<<END\r\none\r\n\r\n two END\r\nEND\r\nnonsense s3cret\n=s3cret\n9=s3cret\n\
             export EXPORTED=it's\nEMPTY_NOW=\nEMPTY_HERE<<X\nX\nPLAIN=last wins\nUTF8=ü\nNO_NEWLINE=end",
        )?;
        std::fs::write(&two, "GOOD=yes\nOPEN<<NEVER\ns3cret\nLOST=1\n")?;
        let said = agent.save("b1", "Build", &variables, &[&one, &two, &machine.path("missing")])?;
        assert!(
            said.contains("line 7: not a variable") && said.contains("OPEN: the line NEVER"),
            "{shell}: {said}"
        );
        assert!(said.contains("missing cannot be read") && !said.contains("s3cret"), "{shell}: {said}");
        let mut wanted = variables;
        for (name, value) in [
            ("PLAIN", "last wins"),
            ("HERE", "one\n\n two END"),
            ("EXPORTED", "it's"),
            ("EMPTY_NOW", ""),
            ("EMPTY_HERE", ""),
            ("UTF8", "ü"),
            ("NO_NEWLINE", "end"),
            ("GOOD", "yes"),
        ] {
            wanted.insert(name.to_owned(), value.to_owned());
        }
        assert_eq!(parsed(&std::fs::read(agent.place("b1").join("env"))?)?, wanted, "{shell}");
        let out = agent.script(&wanted).args(["exports"]).arg(&one).output()?;
        let script =
            format!("{}\nprintf '%s|' \"$HERE\" \"$EXPORTED\" \"$PLAIN\"", String::from_utf8(out.stdout)?);
        let out = Command::new("sh").args(["-c", &script]).output()?;
        assert_eq!(String::from_utf8(out.stdout)?, "one\n\n two END|it's|last wins|", "{shell}");
    }
    Ok(())
}
