//! Lines of a build's log, coloured as tools do; the same ones each time.

const KINDS: [(&str, &str); 6] = [
    ("\x1b[32m", "Compiling"),
    ("\x1b[32m", "Building CXX object"),
    ("\x1b[1;36m", "Linking"),
    ("\x1b[1;33m", "warning: unused variable in"),
    ("\x1b[0m", "ok: test"),
    ("\x1b[34m", "Downloading"),
];
const PARTS: [&str; 8] =
    ["network", "storage", "parser", "engine", "window", "session", "bindings", "compression"];

/// A build that never ends.
pub struct Log {
    number: u32,
    seed: u32,
}

impl Log {
    /// Its beginning.
    pub fn new() -> Self {
        Self { number: 0, seed: 1 }
    }

    /// The next line.
    pub fn line(&mut self) -> String {
        self.number += 1;
        let (colour, does) = KINDS[self.below(KINDS.len())];
        let mut path = String::from("src");
        for _ in 0..2 + self.below(6) {
            path = format!("{path}/{}_{}", PARTS[self.below(PARTS.len())], self.below(1000));
        }
        let (percent, took) = (self.number / 40 % 100, self.below(5000));
        format!("\x1b[2m[{percent:>3}%]\x1b[0m {colour}{does}\x1b[0m {path}.rs \x1b[2m({took} ms)\x1b[0m\r\n")
    }

    fn below(&mut self, end: usize) -> usize {
        self.seed = self.seed.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        (self.seed >> 8) as usize % end
    }
}
