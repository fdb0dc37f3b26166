//! Server-sent events, by the algorithm of the WHATWG HTML standard ("Interpreting an event stream"), byte for byte,
//! with one leniency: an event that is pending at the end of the stream is handed over.
//!
//! The input may be cut anywhere: within a line, a line end, a character or the byte-order mark.

use std::borrow::Cow;

use memchr::{memchr, memchr2};

use super::{Event, Stopped, TooLarge, UNNAMED, text};

const BYTE_ORDER_MARK: &[u8] = b"\xEF\xBB\xBF";

/// The decoder's state between two reads.
#[derive(Debug)]
pub(crate) struct Decoder {
    limit: usize,
    /// The beginning of a line whose end has not arrived.
    line: Vec<u8>,
    /// How the stream began, until it is known whether that is a byte-order mark.
    start: Option<Vec<u8>>,
    /// The last byte was a CR that ended a line: a LF right after it belongs to it.
    after_cr: bool,
    name: Vec<u8>,
    data: Vec<u8>,
    has_data: bool,
}

impl Decoder {
    /// A decoder whose lines and events may have up to `limit` bytes.
    pub(crate) fn new(limit: usize) -> Self {
        Self {
            limit,
            line: Vec::new(),
            start: Some(Vec::new()),
            after_cr: false,
            name: Vec::new(),
            data: Vec::new(),
            has_data: false,
        }
    }

    /// Takes the next bytes and hands over every event that they complete.
    pub(crate) fn feed<E>(
        &mut self,
        bytes: &[u8],
        mut receive: impl FnMut(Event<'_>) -> Result<(), E>,
    ) -> Result<(), Stopped<E>> {
        match self.start.take() {
            None => self.lines(bytes, &mut receive),
            Some(mut start) => {
                start.extend_from_slice(bytes);
                if start.len() < BYTE_ORDER_MARK.len() && BYTE_ORDER_MARK.starts_with(&start) {
                    self.start = Some(start);
                    return Ok(());
                }
                let text = start.strip_prefix(BYTE_ORDER_MARK).unwrap_or(&start);
                self.lines(text, &mut receive)
            }
        }
    }

    /// The stream has ended: the last line and event count although their ends did not arrive.
    pub(crate) fn finish<E>(&mut self, mut receive: impl FnMut(Event<'_>) -> Result<(), E>) -> Result<(), Stopped<E>> {
        if let Some(start) = self.start.take() {
            self.lines(&start, &mut receive)?;
        }
        let line = std::mem::take(&mut self.line);
        if !line.is_empty() {
            self.end_line(&line, &mut receive)?;
        }
        self.dispatch(&mut receive)
    }

    fn lines<E>(
        &mut self,
        mut rest: &[u8],
        receive: &mut impl FnMut(Event<'_>) -> Result<(), E>,
    ) -> Result<(), Stopped<E>> {
        if self.after_cr && !rest.is_empty() {
            self.after_cr = false;
            rest = rest.strip_prefix(b"\n").unwrap_or(rest);
        }
        while let Some(end) = memchr2(b'\n', b'\r', rest) {
            let (line, tail) = rest.split_at(end);
            if self.line.is_empty() {
                self.end_line(line, receive)?;
            } else {
                self.hold(line)?;
                let line = std::mem::take(&mut self.line);
                self.end_line(&line, receive)?;
                // Its room is kept for the next line that is cut.
                self.line = line;
                self.line.clear();
            }
            rest = match tail {
                [b'\r', b'\n', after @ ..] | [b'\n', after @ ..] => after,
                [b'\r'] => {
                    self.after_cr = true;
                    &[]
                }
                [_, after @ ..] => after,
                [] => &[],
            };
        }
        self.hold(rest).map_err(Stopped::TooLarge)
    }

    /// Keeps the beginning of a line.
    fn hold(&mut self, bytes: &[u8]) -> Result<(), TooLarge> {
        if self.line.len() + self.data.len() + bytes.len() > self.limit {
            return Err(TooLarge(self.limit));
        }
        self.line.extend_from_slice(bytes);
        Ok(())
    }

    fn end_line<E>(
        &mut self,
        line: &[u8],
        receive: &mut impl FnMut(Event<'_>) -> Result<(), E>,
    ) -> Result<(), Stopped<E>> {
        if line.is_empty() {
            return self.dispatch(receive);
        }
        let (field, value) = match memchr(b':', line) {
            None => (line, &[][..]),
            Some(colon) => {
                let (field, value) = line.split_at(colon);
                let value = value.strip_prefix(b":").unwrap_or(value);
                (field, value.strip_prefix(b" ").unwrap_or(value))
            }
        };
        match field {
            b"data" => self.add_data(value)?,
            b"event" => {
                if value.len() > self.limit {
                    return Err(TooLarge(self.limit).into());
                }
                self.name.clear();
                self.name.extend_from_slice(value);
            }
            // Comments have no field name; `id` and `retry` serve reconnection, which a POST has none of.
            _ => {}
        }
        Ok(())
    }

    fn add_data(&mut self, value: &[u8]) -> Result<(), TooLarge> {
        if self.data.len() + value.len() + 1 > self.limit {
            return Err(TooLarge(self.limit));
        }
        if self.has_data {
            self.data.push(b'\n');
        }
        self.has_data = true;
        self.data.extend_from_slice(value);
        Ok(())
    }

    fn dispatch<E>(&mut self, receive: &mut impl FnMut(Event<'_>) -> Result<(), E>) -> Result<(), Stopped<E>> {
        let result = if self.has_data {
            let name = if self.name.is_empty() {
                Cow::Borrowed(UNNAMED)
            } else {
                String::from_utf8_lossy(&self.name)
            };
            receive(Event {
                name: &name,
                data: &text(&self.data),
            })
            .map_err(Stopped::Receiver)
        } else {
            Ok(())
        };
        self.name.clear();
        self.data.clear();
        self.has_data = false;
        result
    }
}

#[cfg(test)]
#[path = "sse_tests.rs"]
mod tests;
