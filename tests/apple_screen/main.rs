//! A server as a Mac's, for tests that are no Rust: says its port, and answers each line that it is told.
//!
//! `picture`: the SHA-256 of what its screen shows, red, green, blue of every pixel; `change`: a part of it becomes another;
//! `keys`: those that went down and up; `pasted`: the last text for its clipboard; `copy TEXT`.

use std::fmt::Write as _;

use transom_tests::apple::{self, Mac};

fn main() -> anyhow::Result<()> {
    let mac = apple::start(5120, 2880, ("builder", "a longer password"))?;
    println!("port {}", mac.server.port);
    for line in std::io::stdin().lines() {
        println!("{}", answer(&mac, &line?)?);
    }
    Ok(())
}

fn answer(mac: &Mac, line: &str) -> anyhow::Result<String> {
    let (what, rest) = line.split_once(' ').unwrap_or((line, ""));
    let mut text = what.to_owned();
    match what {
        "picture" => {
            let digest = ring::digest::digest(&ring::digest::SHA256, mac.pixels().as_flattened());
            text.push(' ');
            for byte in digest.as_ref() {
                write!(text, "{byte:02x}")?;
            }
        }
        "change" => mac.change(),
        "keys" => {
            for (down, keysym) in mac.heard().keys {
                write!(text, " {}{keysym:x}", if down { '+' } else { '-' })?;
            }
        }
        "pasted" => write!(text, " {}", mac.heard().pasted.last().map_or("", String::as_str))?,
        "copy" => mac.copy(rest),
        other => anyhow::bail!("told {other}"),
    }
    Ok(text)
}
