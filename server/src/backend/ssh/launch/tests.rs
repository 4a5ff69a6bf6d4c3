//! The launcher under every shell that an account may have.

use std::os::unix::fs::{PermissionsExt, symlink};
use std::path::Path;
use std::process::{Command, Output, Stdio};

use super::*;

/// A machine's disk with a snapshot of two variables and a `probe` that says what it was given.
struct Disk(tempfile::TempDir);

impl Disk {
    fn new() -> Self {
        let disk = Self(tempfile::tempdir().unwrap());
        let place = disk.path("home/.transom/builds/b1");
        std::fs::create_dir_all(&place).unwrap();
        // In perl, for a sh passes on no names that are not identifiers.
        let probe =
            "#!/usr/bin/perl\nuse Cwd; print getcwd, qq(\\n); print qq($_=$ENV{$_}\\n) for keys %ENV;\n";
        disk.program("probe", probe);
        let probe = disk.path("probe");
        std::fs::write(format!("{place}/env"), format!("with-dash=it's\0TWO=a\nb\0SHELL={probe}\0")).unwrap();
        std::fs::set_permissions(format!("{place}/env"), PermissionsExt::from_mode(0o600)).unwrap();
        disk
    }

    fn path(&self, name: &str) -> String {
        self.0.path().join(name).display().to_string()
    }

    fn program(&self, name: &str, text: &str) {
        std::fs::write(self.path(name), text).unwrap();
        std::fs::set_permissions(self.path(name), PermissionsExt::from_mode(0o755)).unwrap();
    }

    fn run(&self, words: &[&str], path: &str) -> Output {
        Command::new(words[0])
            .args(&words[1..])
            .env_clear()
            .envs([("HOME", self.path("home").as_str()), ("PATH", path), ("SECRET_OF_SSHD", "x")])
            .current_dir(self.0.path())
            .stdin(Stdio::null())
            .output()
            .unwrap()
    }
}

fn shown(out: &Output) -> String {
    format!("{}{}", String::from_utf8_lossy(&out.stdout), String::from_utf8_lossy(&out.stderr))
}

#[test]
fn every_shell_of_an_account_starts_it_and_a_hostile_directory_stays_a_name() {
    let disk = Disk::new();
    let dir = disk.path("it's $(touch pwned) `x` \"y\" \\n \\\\ ! % -n ä\nb");
    std::fs::create_dir(&dir).unwrap();
    let commands = [Kit::Perl, Kit::Sh].map(|kit| launcher("s1", "b1", &dir, Manner::User, kit));
    for shell in ["sh", "dash", "bash", "zsh", "mksh", "fish", "tcsh"] {
        let Some(found) = ["/bin", "/usr/bin"].iter().map(|d| Path::new(d).join(shell)).find(|p| p.exists())
        else {
            continue;
        };
        for command in &commands {
            let seen = shown(&disk.run(&[found.to_str().unwrap(), "-c", command], "/usr/bin:/bin"));
            assert!(seen.contains(&format!("{dir}\n")), "{shell}: {seen}");
            assert!(seen.contains("with-dash=it's\n") && seen.contains("TWO=a\nb\n"), "{shell}: {seen}");
            assert!(
                seen.contains("TRANSOM_SESSION_ID=s1\n") && !seen.contains("SECRET_OF_SSHD"),
                "{shell}: {seen}"
            );
        }
    }
    assert!(!Path::new(&disk.path("pwned")).exists());
}

#[test]
fn busyboxs_tools_are_enough_with_perl_and_without() {
    let disk = Disk::new();
    std::fs::create_dir(disk.path("bin")).unwrap();
    let busybox = Path::new("/usr/bin/busybox");
    assert!(busybox.exists(), "busybox is needed");
    let applets = Command::new(busybox).arg("--list").output().unwrap();
    for applet in String::from_utf8(applets.stdout).unwrap().lines() {
        symlink(busybox, disk.path(&format!("bin/{applet}"))).unwrap();
    }
    // It names /bin/sh, as a machine with busybox has it.
    let sh = disk.path("bin/sh");
    let command = launcher("s1", "b1", &disk.path("home"), Manner::User, Kit::Sh).replacen("/bin/sh", &sh, 1);
    let plain = shown(&disk.run(&[&sh, "-c", &command], &disk.path("bin")));
    assert!(plain.contains("approximate: without perl or Python 1 variables"), "{plain}");
    assert!(plain.contains("TWO=a\nb\n") && !plain.contains("with-dash"), "{plain}");
    let perl = launcher("s1", "b1", &disk.path("home"), Manner::User, Kit::Perl).replacen("/bin/sh", &sh, 1);
    let wanting = shown(&disk.run(&[&sh, "-c", &perl], &disk.path("bin")));
    assert_eq!(wanting, "\x1b]7337;transom;started\x07\x1b]7337;transom;wanting\x07");
    symlink("/usr/bin/perl", disk.path("bin/perl")).unwrap();
    let exact = shown(&disk.run(&[&sh, "-c", &perl], &disk.path("bin")));
    assert!(exact.contains("with-dash=it's\n") && exact.contains("TWO=a\nb\n"), "{exact}");
    assert!(!exact.contains("[transom]"), "{exact}");
}

#[test]
fn both_kits_make_the_same_environment() {
    let disk = Disk::new();
    let description = r#"{"generation": 12, "step": "unit tests", "build_dir": "/var"}"#;
    std::fs::write(disk.path("home/.transom/builds/b1/env.json"), description).unwrap();
    for dir in ["", "/usr/share", "/nowhere/yet"] {
        let [perl, sh] = [Kit::Perl, Kit::Sh].map(|kit| {
            let command = launcher("s1", "b1", dir, Manner::User, kit);
            let seen = shown(&disk.run(&["sh", "-c", &command], "/usr/bin:/bin"));
            let mut lines: Vec<_> = seen.lines().map(str::to_owned).collect();
            lines.sort();
            lines
        });
        assert_eq!(perl, sh);
        let there = if dir.is_empty() { "PWD=/var".to_owned() } else { format!("PWD={dir}") };
        assert_eq!(perl.contains(&there), dir != "/nowhere/yet", "{perl:?}");
    }
}

#[test]
fn a_machine_without_a_locale_gets_one_and_keeps_its_own() {
    let disk = Disk::new();
    let command = launcher("s1", "b1", "", Manner::User, Kit::Perl);
    let place = disk.path("home/.transom/builds/b1/env");
    let seen = shown(&disk.run(&["sh", "-c", &command], "/usr/bin:/bin"));
    assert!(seen.contains("\nLANG=C.UTF-8\n"), "{seen}");
    let mut snapshot = std::fs::read(&place).unwrap();
    snapshot.extend_from_slice(b"LC_CTYPE=de_DE.UTF-8\0");
    std::fs::write(&place, snapshot).unwrap();
    let seen = shown(&disk.run(&["sh", "-c", &command], "/usr/bin:/bin"));
    assert!(seen.contains("LC_CTYPE=de_DE.UTF-8\n") && !seen.contains("LANG="), "{seen}");
}

#[test]
fn a_variable_too_long_for_the_system_is_named_and_left_out() {
    for kit in [Kit::Perl, Kit::Sh] {
        let disk = Disk::new();
        let place = disk.path("home/.transom/builds/b1/env");
        let mut snapshot = std::fs::read(&place).unwrap();
        snapshot.extend_from_slice(b"LONG=");
        snapshot.extend_from_slice(&vec![b'x'; 300_000]);
        snapshot.push(0);
        std::fs::write(&place, snapshot).unwrap();
        let path = if kit == Kit::Sh {
            std::fs::create_dir(disk.path("bin")).unwrap();
            for tool in ["sh", "tr", "python3"] {
                symlink(Path::new("/usr/bin").join(tool), disk.path(&format!("bin/{tool}"))).unwrap();
            }
            disk.path("bin")
        } else {
            "/usr/bin:/bin".to_owned()
        };
        let command = launcher("s1", "b1", "", Manner::User, kit);
        let seen = shown(&disk.run(&["/bin/sh", "-c", &command], &path));
        assert!(seen.contains("approximate: LONG is too long"), "{kit:?}: {seen}");
        assert!(seen.contains("with-dash=it's\n") && !seen.contains("xxxx"), "{kit:?}: {seen}");
    }
}

#[test]
fn the_command_holds_nothing_that_a_login_shell_could_misread() {
    for (kit, words, most) in [(Kit::Perl, 8, 8), (Kit::Sh, 6, 32)] {
        let command = launcher("s1", "b1", "/it's\n!", Manner::Bare, kit);
        assert_eq!(command.matches('\'').count(), 2 * words, "{kit:?}: quoted words");
        assert!(!command.contains('\n') && !command.contains('!') && !command.contains("\\\\"));
        assert!(command.len() < most * 1024, "{kit:?}: {} bytes", command.len());
    }
    assert!(!include_str!("exact.py").contains('\''), "it becomes a word of the text for sh");
}
