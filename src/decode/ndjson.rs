//! Newline-delimited JSON: one JSON text per line.
//!
//! Lines end with LF, CR or CRLF, in any mix; the last one needs no end. Lines of nothing but white space are passed
//! over, and so is a byte-order mark before the first. The input may be cut anywhere.

use memchr::memchr2;

use super::{Event, Stopped, UNNAMED, empty, hold, replace_invalid, text};

const BYTE_ORDER_MARK: &str = "\u{FEFF}";

/// The decoder's state between two reads.
#[derive(Debug)]
pub(crate) struct Decoder {
    limit: usize,
    /// The beginning of a line whose end has not arrived.
    line: Vec<u8>,
    /// No line has ended yet: the next may have a byte-order mark.
    first: bool,
}

impl Decoder {
    /// A decoder whose lines may have up to `limit` bytes.
    pub(crate) fn new(limit: usize) -> Self {
        Self {
            limit,
            line: Vec::new(),
            first: true,
        }
    }

    /// Takes the next bytes and hands over every line that they complete.
    pub(crate) fn feed<E>(
        &mut self,
        bytes: &[u8],
        mut receive: impl FnMut(Event<'_>) -> Result<(), E>,
    ) -> Result<(), Stopped<E>> {
        let mut rest = bytes;
        // The LF of a CRLF ends an empty line of its own, which is passed over.
        while let Some(end) = memchr2(b'\n', b'\r', rest) {
            let (line, tail) = rest.split_at(end);
            match std::str::from_utf8(line) {
                Ok(line) if self.line.is_empty() && line.len() <= self.limit => self.end_line(line, &mut receive)?,
                _ => {
                    hold(&mut self.line, line, self.limit)?;
                    self.end_held(&mut receive)?;
                }
            }
            rest = tail.get(1..).unwrap_or_default();
        }
        hold(&mut self.line, rest, self.limit).map_err(Stopped::TooLarge)
    }

    /// The stream has ended: the last line counts although its end did not arrive.
    pub(crate) fn finish<E>(&mut self, mut receive: impl FnMut(Event<'_>) -> Result<(), E>) -> Result<(), Stopped<E>> {
        self.end_held(&mut receive)
    }

    fn end_held<E>(&mut self, receive: &mut impl FnMut(Event<'_>) -> Result<(), E>) -> Result<(), Stopped<E>> {
        let mut line = std::mem::take(&mut self.line);
        replace_invalid(&mut line, self.limit)?;
        let outcome = self.end_line(text(&line), receive);
        // Its room is kept for the next line that is cut.
        self.line = line;
        empty(&mut self.line);
        outcome
    }

    fn end_line<E>(
        &mut self,
        mut line: &str,
        receive: &mut impl FnMut(Event<'_>) -> Result<(), E>,
    ) -> Result<(), Stopped<E>> {
        if std::mem::take(&mut self.first) {
            line = line.strip_prefix(BYTE_ORDER_MARK).unwrap_or(line);
        }
        if line.trim_ascii().is_empty() {
            return Ok(());
        }
        let event = Event {
            name: UNNAMED,
            data: line,
        };
        receive(event).map_err(Stopped::Receiver)
    }
}

#[cfg(test)]
mod tests {
    use super::super::cuts::{assert_cuts_do_not_matter, cut_at, events, pieces};
    use super::super::{DEFAULT_LIMIT, Framing, TooLarge};
    use super::*;
    use proptest::prelude::*;

    fn lines(input: &[u8]) -> Vec<String> {
        events(Framing::Ndjson, &[input])
            .into_iter()
            .map(|(_, data)| data)
            .collect()
    }

    #[test]
    fn line_ends_of_every_kind_may_be_mixed_and_the_last_may_be_missing() {
        assert_eq!(lines(b"a\nb\r\nc\rd\n\re\r\r\n\nf"), ["a", "b", "c", "d", "e", "f"]);
        assert_eq!(lines(b"a\n"), ["a"]);
        assert_eq!(lines(b""), Vec::<String>::new());
    }

    #[test]
    fn blank_lines_are_none_and_the_others_are_kept_as_they_are() {
        assert_eq!(lines(b"\n \t\n{ \"a\" : 1 } \n\n\n"), ["{ \"a\" : 1 } "]);
    }

    #[test]
    fn only_the_first_byte_order_mark_is_taken_off() {
        assert_eq!(lines("\u{FEFF}a\n\u{FEFF}b".as_bytes()), ["a", "\u{FEFF}b"]);
        assert_eq!(lines("\u{FEFF}".as_bytes()), Vec::<String>::new());
    }

    #[test]
    fn a_line_separator_of_unicode_ends_no_line_and_broken_characters_are_replaced() {
        assert_eq!(lines("a\u{2028}b\u{85}c\0d\n".as_bytes()), ["a\u{2028}b\u{85}c\0d"]);
        assert_eq!(lines(b"a\xFFb\xE2\x82\n"), ["a\u{FFFD}b\u{FFFD}"]);
    }

    #[test]
    fn a_line_above_the_limit_is_an_error_and_no_more_than_the_limit_is_held() {
        let mut receive = |_: Event<'_>| Ok::<(), ()>(());
        let mut decoder = Decoder::new(100);
        decoder.feed(&[b'x'; 100], &mut receive).unwrap();
        assert_eq!(decoder.line.capacity(), 100);
        let refused = Err(Stopped::TooLarge(TooLarge(100)));
        assert_eq!(decoder.feed(b"x", &mut receive), refused);
        let mut decoder = Decoder::new(100);
        decoder.feed(&[&[b'x'; 100][..], b"\n"].concat(), &mut receive).unwrap();
        assert_eq!(decoder.feed(&[&[b'x'; 101][..], b"\n"].concat(), &mut receive), refused);
    }

    #[test]
    fn a_receiver_that_refuses_stops_the_feeding() {
        let mut seen = 0;
        let result = Decoder::new(100).feed(b"1\n2\n", |_| {
            seen += 1;
            Err("enough")
        });
        assert_eq!((result, seen), (Err(Stopped::Receiver("enough")), 1));
    }

    proptest! {
        #[test]
        fn the_cuts_do_not_matter(bytes in pieces(), cuts in cut_at()) {
            assert_cuts_do_not_matter(Framing::Ndjson, DEFAULT_LIMIT, &bytes, &cuts)?;
        }

        #[test]
        fn nor_do_they_in_any_bytes(bytes in prop::collection::vec(any::<u8>(), 0..300), cuts in cut_at()) {
            assert_cuts_do_not_matter(Framing::Ndjson, DEFAULT_LIMIT, &bytes, &cuts)?;
        }

        #[test]
        fn nor_do_they_near_the_limit(limit in 1_usize..60, bytes in pieces(), cuts in cut_at()) {
            assert_cuts_do_not_matter(Framing::Ndjson, limit, &bytes, &cuts)?;
        }
    }
}
