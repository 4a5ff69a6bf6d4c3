//! Rust source as far as the house rules look at it: which paths a file names.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

/// One file of a crate.
pub struct Source {
    /// Its place below the crate's `src`, for example `api/socket.rs`.
    pub file: String,
    /// The whole text.
    pub text: String,
    /// Whether only tests are compiled from it.
    pub is_test: bool,
    /// Every path that it names outside its tests, as segments: those that begin with `crate`,
    /// `self` or `super` from the crate's root with `crate` first, all others as they stand.
    pub paths: BTreeSet<Vec<String>>,
    /// Every string literal outside its tests.
    pub strings: Vec<String>,
}

/// Every file below `src`.
pub fn of_crate(src: &Path) -> Vec<Source> {
    let mut sources: Vec<Source> = files(src, "rs")
        .into_iter()
        .map(|path| {
            let file = path.strip_prefix(src).unwrap().to_str().unwrap().to_owned();
            Source::read(file, std::fs::read_to_string(&path).unwrap())
        })
        .collect();
    let tests: Vec<String> = sources.iter().flat_map(test_modules).collect();
    for source in &mut sources {
        let stem = source.file.trim_end_matches(".rs");
        source.is_test = tests.iter().any(|t| stem == t || stem.starts_with(&format!("{t}/")));
    }
    sources
}

/// Every file below `directory` whose name ends with `.extension`, in order.
pub fn files(directory: &Path, extension: &str) -> Vec<PathBuf> {
    let mut found = Vec::new();
    let entries = std::fs::read_dir(directory).unwrap_or_else(|e| panic!("{}: {e}", directory.display()));
    for entry in entries {
        let path = entry.unwrap().path();
        if path.is_dir() {
            found.extend(files(&path, extension));
        } else if path.extension().is_some_and(|e| e == extension) {
            found.push(path);
        }
    }
    found.sort();
    found
}

impl Source {
    fn read(file: String, text: String) -> Self {
        let tokens = without_tests(tokens(&text));
        let module = module_of(&file);
        let mut paths = BTreeSet::new();
        for at in 0..tokens.len() {
            let begins = tokens[at].is_word() && !(at > 0 && tokens[at - 1] == Token::Sign(':'));
            // `a: b` has one colon, `a::b` two; a word behind one colon begins a path, too.
            let after_one =
                at > 1 && tokens[at - 1] == Token::Sign(':') && tokens[at - 2] != Token::Sign(':');
            if tokens[at].is_word() && (begins || after_one) {
                collect(&tokens, at, Vec::new(), &module, &mut paths);
            }
        }
        let strings = tokens.into_iter().filter_map(|t| if let Token::Text(s) = t { Some(s) } else { None });
        Self { strings: strings.collect(), file, text, is_test: false, paths }
    }

    /// Whether it lies at or below one of these, named without `.rs`.
    pub fn is_in(&self, places: &[&str]) -> bool {
        let stem = self.file.trim_end_matches(".rs");
        places.iter().any(|p| stem == *p || stem.strip_prefix(p).is_some_and(|rest| rest.starts_with('/')))
    }

    /// The first segment of its place: the module right below the crate's root.
    pub fn top(&self) -> &str {
        self.file.trim_end_matches(".rs").split('/').next().unwrap_or_default()
    }

    /// The paths that begin with `start`.
    pub fn names(&self, start: &[&str]) -> bool {
        self.paths.iter().any(|p| p.len() >= start.len() && p.iter().zip(start).all(|(a, b)| a == b))
    }
}

#[derive(Debug, PartialEq, Eq)]
enum Token {
    Word(String),
    Text(String),
    Sign(char),
}

impl Token {
    fn is_word(&self) -> bool {
        matches!(self, Self::Word(_))
    }
}

/// Words, string literals and single signs; no comments, no characters, no spaces.
fn tokens(text: &str) -> Vec<Token> {
    let bytes: Vec<char> = text.chars().collect();
    let (mut at, mut out) = (0, Vec::new());
    let peek = |i: usize| bytes.get(i).copied().unwrap_or('\0');
    while at < bytes.len() {
        let c = bytes[at];
        if c == '/' && peek(at + 1) == '/' {
            while at < bytes.len() && bytes[at] != '\n' {
                at += 1;
            }
        } else if c == '/' && peek(at + 1) == '*' {
            while at < bytes.len() && !(bytes[at] == '*' && peek(at + 1) == '/') {
                at += 1;
            }
            at += 2;
        } else if c == '"'
            || (c == 'r' && (peek(at + 1) == '"' || (peek(at + 1) == '#' && "#\"".contains(peek(at + 2)))))
        {
            let raw = c == 'r';
            let mut hashes = 0;
            while raw && peek(at + 1 + hashes) == '#' {
                hashes += 1;
            }
            at += if raw { hashes + 2 } else { 1 };
            let start = at;
            let closes = |i: usize| peek(i) == '"' && (1..=hashes).all(|h| peek(i + h) == '#');
            while at < bytes.len() && !closes(at) {
                at += if !raw && bytes[at] == '\\' { 2 } else { 1 };
            }
            out.push(Token::Text(bytes[start..at.min(bytes.len())].iter().collect()));
            at += 1 + hashes;
        } else if c == '\'' && (peek(at + 1) == '\\' || peek(at + 2) == '\'') {
            // A character; a lifetime has no second quote.
            at += 2;
            while at < bytes.len() && bytes[at] != '\'' {
                at += 1;
            }
            at += 1;
        } else if c.is_alphanumeric() || c == '_' {
            let start = at;
            while at < bytes.len() && (bytes[at].is_alphanumeric() || bytes[at] == '_') {
                at += 1;
            }
            out.push(Token::Word(bytes[start..at].iter().collect()));
        } else {
            if !c.is_whitespace() {
                out.push(Token::Sign(c));
            }
            at += 1;
        }
    }
    out
}

/// Leaves out `#[cfg(test)] mod … { … }`.
fn without_tests(tokens: Vec<Token>) -> Vec<Token> {
    let (mut out, mut at) = (Vec::new(), 0);
    while at < tokens.len() {
        if !is_cfg_test(&tokens[at..]) {
            out.push(match &tokens[at] {
                Token::Word(w) => Token::Word(w.clone()),
                Token::Text(t) => Token::Text(t.clone()),
                Token::Sign(s) => Token::Sign(*s),
            });
            at += 1;
            continue;
        }
        // To the end of the item: a semicolon, or the brace that closes the first one opened.
        let mut depth = 0;
        while at < tokens.len() {
            match tokens[at] {
                Token::Sign('{') => depth += 1,
                Token::Sign('}') => depth -= 1,
                _ => {}
            }
            at += 1;
            if depth == 0 && matches!(tokens[at - 1], Token::Sign('}' | ';')) {
                break;
            }
        }
    }
    out
}

fn is_cfg_test(tokens: &[Token]) -> bool {
    let wanted = ["#", "[", "cfg", "(", "test", ")", "]"];
    tokens.len() > wanted.len()
        && wanted.iter().zip(tokens).all(|(w, t)| match t {
            Token::Word(word) => word == w,
            Token::Sign(sign) => w.len() == 1 && w.starts_with(*sign),
            Token::Text(_) => false,
        })
}

/// Modules that a file declares for tests only, as places below `src`.
fn test_modules(source: &Source) -> Vec<String> {
    let inside = module_of(&source.file).join("/");
    let all = tokens(&source.text);
    let declares = |i: usize| match &all[i..] {
        [Token::Word(m), Token::Word(name), Token::Sign(';'), ..] if m == "mod" => Some(name.clone()),
        _ => None,
    };
    let found = (0..all.len()).filter(|i| is_cfg_test(&all[*i..])).filter_map(|i| declares(i + 7));
    found.map(|name| if inside.is_empty() { name } else { format!("{inside}/{name}") }).collect()
}

fn module_of(file: &str) -> Vec<String> {
    let stem = file.trim_end_matches(".rs");
    if matches!(stem, "lib" | "main") { Vec::new() } else { stem.split('/').map(str::to_owned).collect() }
}

/// Follows the path that begins at `at`, through braces, and keeps each of its ends.
fn collect(
    tokens: &[Token],
    mut at: usize,
    mut path: Vec<String>,
    module: &[String],
    into: &mut BTreeSet<Vec<String>>,
) -> usize {
    while let Some(Token::Word(word)) = tokens.get(at) {
        match (path.is_empty(), word.as_str()) {
            (true, "self") => path = rooted(module),
            (true, "super") => path = rooted(&module[..module.len().saturating_sub(1)]),
            (false, "super") => _ = path.pop(),
            (_, word) => path.push(word.to_owned()),
        }
        at += 1;
        let colons =
            tokens.get(at) == Some(&Token::Sign(':')) && tokens.get(at + 1) == Some(&Token::Sign(':'));
        if !colons {
            break;
        }
        at += 2;
        if tokens.get(at) == Some(&Token::Sign('{')) {
            at += 1;
            while at < tokens.len() && tokens[at] != Token::Sign('}') {
                at = if tokens[at].is_word() {
                    collect(tokens, at, path.clone(), module, into)
                } else {
                    at + 1
                };
            }
            return at + 1;
        }
    }
    if path.len() > 1 {
        into.insert(path);
    }
    at
}

fn rooted(module: &[String]) -> Vec<String> {
    std::iter::once("crate".to_owned()).chain(module.iter().cloned()).collect()
}

#[test]
fn paths_are_found_through_groups_supers_and_macros() {
    let text = r##"
        use crate::{access::Grant, door::{Door, self}};
        use super::store::Store; // and not crate::comment::this
        use axum::{Router, routing::get};
        fn f(x: hyper::Request, c: char) -> bool { select! { _ = tokio::time::sleep(y) => c == '"' } }
        const S: &str = "crate::text::no"; const R: &str = r#"SELECT "x""#;
        #[cfg(test)] mod tests { use sqlx::Any; }
    "##;
    let source = Source::read("api/socket.rs".into(), text.into());
    for named in [
        &["crate", "access", "Grant"][..],
        &["crate", "door", "Door"],
        &["crate", "api", "store", "Store"],
        &["axum", "Router"],
        &["axum", "routing", "get"],
        &["hyper", "Request"],
        &["tokio", "time", "sleep"],
    ] {
        assert!(source.names(named), "{named:?} in {:?}", source.paths);
    }
    for absent in [&["crate", "comment"][..], &["crate", "text"], &["sqlx"]] {
        assert!(!source.names(absent), "{absent:?}");
    }
    assert_eq!(source.strings, ["crate::text::no", "SELECT \"x\""]);
}
