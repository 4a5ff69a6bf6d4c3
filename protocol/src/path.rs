//! Paths and names of files on a machine: bytes, not text.
//!
//! Where only text can stand (JSON, the address of a request) a path has two forms. The *exact* one
//! is percent-encoded (RFC 3986): ASCII letters, digits and `-._~/` stand for themselves, every other
//! byte is `%XX`. It gives back every byte, holds nothing that any place takes for something else,
//! and two of them may be put together with a `/`. The *text* is for people: what is not UTF-8 is
//! replaced, so nothing can be asked for with it.

use crate::limits;

/// A path of 1 to [`limits::FILE_PATH_BYTES`] bytes without NUL.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct MachinePath(Vec<u8>);

/// Why bytes are no path.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum PathError {
    /// Nothing.
    #[error("a path is not empty")]
    Empty,
    /// More than a system takes.
    #[error("a path has 4096 bytes at most")]
    TooLong,
    /// It has a NUL.
    #[error("a path has no NUL")]
    Nul,
    /// `%` without two hexadecimal digits.
    #[error("a path is percent-encoded")]
    Escape,
}

impl MachinePath {
    /// A path of these bytes.
    ///
    /// # Errors
    /// Why they are none.
    pub fn new(bytes: impl Into<Vec<u8>>) -> Result<Self, PathError> {
        let bytes = bytes.into();
        match bytes.len() {
            0 => Err(PathError::Empty),
            len if len > limits::FILE_PATH_BYTES => Err(PathError::TooLong),
            _ if bytes.contains(&0) => Err(PathError::Nul),
            _ => Ok(Self(bytes)),
        }
    }

    /// Reads the exact form. Bytes that need no escape but have one, and the other way round, are
    /// taken as they are meant.
    ///
    /// # Errors
    /// Why it is none.
    pub fn from_exact(text: &str) -> Result<Self, PathError> {
        // Before anything is kept: three characters at most stand for a byte.
        if text.len() > limits::FILE_PATH_BYTES.saturating_mul(3) {
            return Err(PathError::TooLong);
        }
        let mut bytes = Vec::with_capacity(text.len());
        let mut rest = text.bytes();
        while let Some(byte) = rest.next() {
            let mut digit = || {
                let digit = char::from(rest.next()?).to_digit(16)?;
                u8::try_from(digit).ok()
            };
            bytes.push(match byte {
                b'%' => match (digit(), digit()) {
                    (Some(high), Some(low)) => high.wrapping_shl(4) | low,
                    _ => return Err(PathError::Escape),
                },
                plain => plain,
            });
        }
        Self::new(bytes)
    }

    /// The exact form.
    #[must_use]
    pub fn exact(&self) -> String {
        exact(&self.0)
    }

    /// The form for people.
    #[must_use]
    pub fn text(&self) -> String {
        String::from_utf8_lossy(&self.0).into_owned()
    }

    /// The bytes themselves.
    #[must_use]
    pub fn bytes(&self) -> &[u8] {
        &self.0
    }

    /// The path itself where it is absolute, else where it leads from `base`.
    ///
    /// # Errors
    /// [`PathError::TooLong`].
    pub fn within(&self, base: &Self) -> Result<Self, PathError> {
        if self.0.starts_with(b"/") {
            return Ok(self.clone());
        }
        let mut joined = base.0.clone();
        if !joined.ends_with(b"/") {
            joined.push(b'/');
        }
        joined.extend_from_slice(&self.0);
        Self::new(joined)
    }

    /// Where it is and what it is called there; `None` where it does not end with a name.
    #[must_use]
    pub fn split(&self) -> Option<(Self, &[u8])> {
        let (directory, name) = match self.0.iter().rposition(|b| *b == b'/') {
            None => (b".".as_slice(), self.0.as_slice()),
            Some(at) => {
                let (directory, name) = self.0.split_at_checked(at)?;
                let directory = if directory.is_empty() { b"/" } else { directory };
                (directory, name.strip_prefix(b"/")?)
            }
        };
        let named = !matches!(name, b"" | b"." | b"..");
        named.then(|| (Self(directory.to_vec()), name))
    }
}

/// The exact form of any bytes.
#[must_use]
pub fn exact(bytes: &[u8]) -> String {
    let mut text = String::with_capacity(bytes.len());
    for byte in bytes {
        match byte {
            b'A'..=b'Z' | b'a'..=b'z' | b'0'..=b'9' | b'-' | b'.' | b'_' | b'~' | b'/' => {
                text.push(char::from(*byte));
            }
            other => text.push_str(&format!("%{other:02X}")),
        }
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn path(bytes: &[u8]) -> MachinePath {
        MachinePath::new(bytes).unwrap()
    }

    proptest! {
        #[test]
        fn the_exact_form_gives_back_every_byte(bytes in proptest::collection::vec(1_u8.., 1..200)) {
            let exact = path(&bytes).exact();
            prop_assert!(exact.bytes().all(|b| b.is_ascii_graphic() && !b"+&#?\"<>\\".contains(&b)));
            prop_assert_eq!(MachinePath::from_exact(&exact).unwrap(), path(&bytes));
        }
    }

    #[test]
    fn what_cannot_be_a_path_is_none() {
        assert_eq!(MachinePath::from_exact(""), Err(PathError::Empty));
        assert_eq!(MachinePath::from_exact("a%00b"), Err(PathError::Nul));
        for broken in ["%", "%4", "%zz", "a%F", "%%41"] {
            assert_eq!(MachinePath::from_exact(broken), Err(PathError::Escape), "{broken}");
        }
        assert_eq!(MachinePath::new(vec![b'a'; 4097]), Err(PathError::TooLong));
        assert_eq!(MachinePath::from_exact(&"a".repeat(20_000)), Err(PathError::TooLong));
    }

    #[test]
    fn a_relative_path_leads_on_from_its_base() {
        let base = path(b"/b");
        assert_eq!(path(b"x/y").within(&base), Ok(path(b"/b/x/y")));
        assert_eq!(path(b"/x").within(&base), Ok(path(b"/x")));
        assert_eq!(path(b"x").within(&path(b"/")), Ok(path(b"/x")));
        assert_eq!(path(&[b'x'; 4096]).within(&base), Err(PathError::TooLong));
    }

    #[test]
    fn a_path_ends_with_a_name_or_not() {
        assert_eq!(path(b"/a/b").split(), Some((path(b"/a"), b"b".as_slice())));
        assert_eq!(path(b"/a").split(), Some((path(b"/"), b"a".as_slice())));
        assert_eq!(path(b"a").split(), Some((path(b"."), b"a".as_slice())));
        for nameless in ["/", "/a/", "..", "/a/..", "."] {
            assert_eq!(path(nameless.as_bytes()).split(), None, "{nameless}");
        }
    }
}
