//! Text from bytes that come in pieces: what is no UTF-8 becomes U+FFFD.

/// The beginning of a character whose rest has not come yet.
#[derive(Debug, Default)]
pub struct Utf8 {
    begun: Vec<u8>,
}

impl Utf8 {
    /// Appends the characters that are whole by now to `out`.
    pub fn feed(&mut self, bytes: &[u8], out: &mut String) {
        let joined;
        let bytes = if self.begun.is_empty() {
            bytes
        } else {
            joined = [self.begun.as_slice(), bytes].concat();
            self.begun.clear();
            &joined
        };
        let mut chunks = bytes.utf8_chunks().peekable();
        while let Some(chunk) = chunks.next() {
            out.push_str(chunk.valid());
            let (wrong, last) = (chunk.invalid(), chunks.peek().is_none());
            if last && may_go_on(wrong) {
                self.begun.extend_from_slice(wrong);
            } else if !wrong.is_empty() {
                out.push(char::REPLACEMENT_CHARACTER);
            }
        }
    }

    /// Nothing follows: what has begun becomes U+FFFD.
    pub fn end(&mut self, out: &mut String) {
        if !self.begun.is_empty() {
            out.push(char::REPLACEMENT_CHARACTER);
            self.begun.clear();
        }
    }
}

/// Whether more bytes could make this a character.
fn may_go_on(bytes: &[u8]) -> bool {
    !bytes.is_empty() && std::str::from_utf8(bytes).is_err_and(|error| error.error_len().is_none())
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn cuts_change_nothing(bytes in proptest::collection::vec(any::<u8>(), 0..200), cut in 1usize..9) {
            let (mut utf8, mut out) = (Utf8::default(), String::new());
            for piece in bytes.chunks(cut) {
                utf8.feed(piece, &mut out);
            }
            utf8.end(&mut out);
            prop_assert_eq!(out, String::from_utf8_lossy(&bytes));
        }

        #[test]
        fn text_comes_through(text in ".*", cut in 1usize..5) {
            let (mut utf8, mut out) = (Utf8::default(), String::new());
            for piece in text.as_bytes().chunks(cut) {
                utf8.feed(piece, &mut out);
            }
            utf8.end(&mut out);
            prop_assert_eq!(out, text);
        }
    }
}
