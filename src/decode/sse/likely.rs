//! What events are likely to look like, and the short ways for those that do: one line of data and a blank one, and a
//! beginning that is known from the last ones.

use memchr::memchr2;

use super::{Cut, DATA, Decoder};
use crate::same::{begins, same};

/// How many bytes of what may come are kept at most.
const LONGEST_EXPECTED: usize = 4096;

impl Decoder {
    /// The data of the next events probably begins like this.
    pub(crate) fn expects(&mut self, beginning: &str) {
        let known = self.expected.strip_prefix(DATA).unwrap_or_default();
        if same(known, beginning.as_bytes()) {
            return;
        }
        self.expected.clear();
        if beginning.len() <= LONGEST_EXPECTED && memchr2(b'\n', b'\r', beginning.as_bytes()).is_none() {
            self.expected.extend_from_slice(DATA);
            self.expected.extend_from_slice(beginning.as_bytes());
        }
    }

    /// Where the line that these bytes begin with ends.
    pub(super) fn line_end(&self, bytes: &[u8]) -> Option<usize> {
        let known = if !self.expected.is_empty() && begins(bytes, &self.expected) {
            self.expected.len()
        } else {
            0
        };
        memchr2(b'\n', b'\r', bytes.get(known..)?).map(|end| known + end)
    }

    /// The data of an event that is this one line, if a blank one follows: nearly all are, and need no copy.
    pub(super) fn sole_data<'a>(&self, line: &'a [u8]) -> Option<&'a str> {
        let data = line.strip_prefix(b"data:").filter(|_| self.is_fresh(line))?;
        std::str::from_utf8(data.strip_prefix(b" ").unwrap_or(data)).ok()
    }

    /// The data of what is one event if there is no line end in it.
    pub(crate) fn sole_line<'a>(&self, bytes: &'a [u8]) -> Option<&'a [u8]> {
        let line = bytes.strip_suffix(b"\n\n")?;
        let fresh = self.is_fresh(line) && !self.after_cr && self.mark.is_none();
        line.strip_prefix(DATA).filter(|_| fresh)
    }

    /// Whether an event begins with this line, which it has room for.
    fn is_fresh(&self, line: &[u8]) -> bool {
        let begins = self.line.is_empty() && self.cut == Cut::Line && !self.has_data && self.name.is_empty();
        begins && self.id.len() + line.len() <= self.limit
    }
}
