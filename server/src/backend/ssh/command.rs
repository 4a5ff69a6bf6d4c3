//! What is run on the machine to get an interactive shell in the build directory.

use crate::access::build::Platform;

/// The command for an `exec` channel with a PTY, or `None` where the login shell itself is asked for.
///
/// A login shell would rewrite `PATH` from the profile; a non-login interactive shell does not. The
/// whole is one single-quoted word after `exec /bin/sh -c`, so it means the same whatever the
/// account's own shell is.
pub(super) fn interactive_shell(platform: Platform, build_dir: Option<&str>) -> Option<String> {
    if platform == Platform::Windows {
        return None;
    }
    // A machine that names no locale would take every umlaut for an editing command; and the program
    // may as well know what the terminal can show.
    let mut script = String::from(
        "if test -z \"${LC_ALL-}${LC_CTYPE-}${LANG-}\"; then LANG=C.UTF-8; export LANG; fi; \
         COLORTERM=truecolor; export COLORTERM; ",
    );
    if let Some(dir) = build_dir {
        let dir = quoted(dir);
        script.push_str(&format!(
            "cd -- {dir} 2>/dev/null || printf 'The build directory %s is not there yet.\\r\\n' {dir}; "
        ));
    }
    script.push_str("exec \"${SHELL:-/bin/sh}\" -i");
    Some(format!("exec /bin/sh -c {}", quoted(&script)))
}

/// A word for a POSIX shell, quoted so that nothing in it is special.
fn quoted(word: &str) -> String {
    format!("'{}'", word.replace('\'', r"'\''"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::process::Command;

    #[test]
    fn a_hostile_directory_name_stays_a_name() {
        let scratch = tempfile::tempdir().unwrap();
        let dir = scratch.path().join("it's $(touch pwned) `x` \"y\" -n");
        std::fs::create_dir(&dir).unwrap();
        let command = interactive_shell(Platform::Linux, dir.to_str()).unwrap();
        for outer in ["sh", "bash"] {
            let out = Command::new(outer)
                .args(["-c", &command.replace("-i'", "-c pwd'")])
                .env("SHELL", "/bin/sh")
                .current_dir(scratch.path())
                .output()
                .unwrap();
            assert_eq!(String::from_utf8_lossy(&out.stdout).trim_end(), dir.to_str().unwrap(), "{outer}");
        }
        assert!(!scratch.path().join("pwned").exists());
    }

    #[test]
    fn a_machine_without_a_locale_gets_one_and_keeps_its_own() {
        let command =
            interactive_shell(Platform::Linux, None).unwrap().replace("-i'", "-c \"echo \\$LANG\"'");
        let shown = |lang: Option<&str>| {
            let mut shell = Command::new("sh");
            shell.args(["-c", &command]).env_clear().env("SHELL", "/bin/sh");
            if let Some(lang) = lang {
                shell.env("LANG", lang);
            }
            String::from_utf8(shell.output().unwrap().stdout).unwrap()
        };
        assert_eq!(shown(None), "C.UTF-8\n");
        assert_eq!(shown(Some("de_DE.UTF-8")), "de_DE.UTF-8\n");
    }

    #[test]
    fn windows_gets_its_own_shell() {
        assert_eq!(interactive_shell(Platform::Windows, Some("C:\\b")), None);
    }
}
