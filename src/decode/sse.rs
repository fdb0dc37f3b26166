//! Server-sent events, by the algorithm of the WHATWG HTML standard ("Interpreting an event stream"), byte for byte,
//! with one leniency: an event that is pending at the end of the stream is handed over.
//!
//! The input may be cut anywhere: within a line, a line end, a character or the byte-order mark. Bytes are split into
//! lines before they are decoded, which comes to the same, because no byte of a character in UTF-8 is a line end.
//!
//! # Why the value of a cut `data` line is not kept as a line first
//!
//! A line that is held until its end and then copied to the event takes twice the event's memory. So as soon as the
//! beginning of a cut line tells its field, the value goes where it belongs, and comments go nowhere.

use std::time::Duration;

use memchr::{memchr, memchr2};

use super::{Event, Stopped, TooLarge, UNNAMED, hold, text};

const BYTE_ORDER_MARK: &[u8] = b"\xEF\xBB\xBF";

/// The beginning of a line that tells where its value goes, with the space that may follow.
const DATA: &[u8] = b"data: ";

/// What is kept of an event's memory for the next one.
const KEPT: usize = 64 << 10;

/// The decoder's state between two reads.
#[derive(Debug)]
pub(crate) struct Decoder {
    limit: usize,
    /// How much of a byte-order mark the stream has begun with, until that is over.
    mark: Option<usize>,
    cut: Cut,
    /// The beginning of a line whose end has not arrived.
    line: Vec<u8>,
    /// The last byte was a CR that ended a line: a LF right after it belongs to it.
    after_cr: bool,
    name: Vec<u8>,
    data: Vec<u8>,
    has_data: bool,
    id: Vec<u8>,
    retry: Option<Duration>,
}

/// What becomes of the rest of a line whose beginning has arrived.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Cut {
    /// It is added to `line`.
    Line,
    /// It is added to `data`.
    Data,
    /// It is a comment, of so many bytes by now.
    Comment(usize),
}

impl Decoder {
    /// A decoder whose lines and events may have up to `limit` bytes.
    pub(crate) fn new(limit: usize) -> Self {
        Self {
            limit,
            mark: Some(0),
            cut: Cut::Line,
            line: Vec::new(),
            after_cr: false,
            name: Vec::new(),
            data: Vec::new(),
            has_data: false,
            id: Vec::new(),
            retry: None,
        }
    }

    /// The last `id` field; empty where there was none. What a reconnection would send as `Last-Event-ID`.
    pub(crate) fn last_id(&self) -> std::borrow::Cow<'_, str> {
        text(&self.id)
    }

    /// The last `retry` field: how long the server asks to wait before a reconnection.
    pub(crate) fn retry(&self) -> Option<Duration> {
        self.retry
    }

    /// Takes the next bytes and hands over every event that they complete.
    pub(crate) fn feed<E>(
        &mut self,
        bytes: &[u8],
        mut receive: impl FnMut(Event<'_>) -> Result<(), E>,
    ) -> Result<(), Stopped<E>> {
        match self.mark {
            None => self.lines(bytes, &mut receive),
            Some(seen) => self.begin(seen, bytes, &mut receive),
        }
    }

    /// The stream has ended: the last line and event count although their ends did not arrive.
    pub(crate) fn finish<E>(&mut self, mut receive: impl FnMut(Event<'_>) -> Result<(), E>) -> Result<(), Stopped<E>> {
        if let Some(seen) = self.mark.take() {
            self.lines(BYTE_ORDER_MARK.get(..seen).unwrap_or_default(), &mut receive)?;
        }
        if !self.line.is_empty() || self.cut != Cut::Line {
            self.end_cut(&[], &mut receive)?;
        }
        self.dispatch(&mut receive)
    }

    /// The first bytes, which may be a byte-order mark or a part of it.
    fn begin<E>(
        &mut self,
        seen: usize,
        bytes: &[u8],
        receive: &mut impl FnMut(Event<'_>) -> Result<(), E>,
    ) -> Result<(), Stopped<E>> {
        let (held, missing) = BYTE_ORDER_MARK.split_at(seen);
        if bytes.len() < missing.len() && missing.starts_with(bytes) {
            self.mark = Some(seen + bytes.len());
            return Ok(());
        }
        self.mark = None;
        if let Some(rest) = bytes.strip_prefix(missing) {
            return self.lines(rest, receive);
        }
        self.lines(held, receive)?;
        self.lines(bytes, receive)
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
            if let (Some(data), [b'\n', b'\n', after @ ..]) = (self.sole_data(line), tail) {
                receive_data(data, receive)?;
                rest = after;
                continue;
            }
            if self.line.is_empty() && self.cut == Cut::Line {
                self.end_line(line, receive)?;
            } else {
                self.end_cut(line, receive)?;
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
        if rest.is_empty() {
            return Ok(());
        }
        self.hold(rest).map_err(Stopped::TooLarge)
    }

    /// The data of an event that is this one line, if a blank one follows: nearly all are, and need no copy.
    fn sole_data<'a>(&self, line: &'a [u8]) -> Option<&'a [u8]> {
        let begins = self.line.is_empty() && self.cut == Cut::Line && !self.has_data && self.name.is_empty();
        let fits = self.id.len() + line.len() <= self.limit;
        let data = line.strip_prefix(b"data:").filter(|_| begins && fits)?;
        Some(data.strip_prefix(b" ").unwrap_or(data))
    }

    /// Keeps what has arrived of a line.
    fn hold(&mut self, bytes: &[u8]) -> Result<(), TooLarge> {
        let mut rest = bytes;
        if self.cut == Cut::Line && self.line.len() < DATA.len() {
            let (beginning, behind) = bytes.split_at(bytes.len().min(DATA.len() - self.line.len()));
            self.hold_line(beginning)?;
            rest = behind;
            self.recognise()?;
        }
        match &mut self.cut {
            Cut::Line => self.hold_line(rest),
            Cut::Data => self.add_data(rest),
            Cut::Comment(length) => {
                *length += rest.len();
                if *length > self.limit {
                    return Err(TooLarge(self.limit));
                }
                Ok(())
            }
        }
    }

    /// Looks whether the beginning of a cut line tells what it is.
    fn recognise(&mut self) -> Result<(), TooLarge> {
        if self.line.first() == Some(&b':') {
            self.cut = Cut::Comment(self.line.len());
        } else if self.line.len() == DATA.len() && self.line.starts_with(b"data:") {
            self.cut = Cut::Data;
            self.begin_data()?;
            if self.line.last() != Some(&b' ') {
                let last = self.line.split_off(DATA.len() - 1);
                self.add_data(&last)?;
            }
        } else {
            return Ok(());
        }
        self.line.clear();
        Ok(())
    }

    /// Ends a line whose beginning has arrived before.
    fn end_cut<E>(
        &mut self,
        end: &[u8],
        receive: &mut impl FnMut(Event<'_>) -> Result<(), E>,
    ) -> Result<(), Stopped<E>> {
        self.hold(end)?;
        if std::mem::replace(&mut self.cut, Cut::Line) != Cut::Line {
            return Ok(());
        }
        let line = std::mem::take(&mut self.line);
        let outcome = self.end_line(&line, receive);
        // Its room is kept for the next line that is cut.
        self.line = line;
        self.line.clear();
        outcome
    }

    fn end_line<E>(
        &mut self,
        line: &[u8],
        receive: &mut impl FnMut(Event<'_>) -> Result<(), E>,
    ) -> Result<(), Stopped<E>> {
        if line.is_empty() {
            return self.dispatch(receive);
        }
        if line.len() > self.limit {
            return Err(TooLarge(self.limit).into());
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
            b"data" => {
                self.begin_data()?;
                self.add_data(value)?;
            }
            b"event" => set(&mut self.name, value),
            b"id" if memchr(0, value).is_none() => set(&mut self.id, value),
            b"retry" => self.retry = milliseconds(value).or(self.retry),
            // Comments have no field name, and other fields no meaning.
            _ => {}
        }
        Ok(())
    }

    fn hold_line(&mut self, bytes: &[u8]) -> Result<(), TooLarge> {
        let others = self.name.len() + self.id.len() + self.data.len();
        hold(&mut self.line, bytes, self.limit.saturating_sub(others)).map_err(|_| TooLarge(self.limit))
    }

    fn begin_data(&mut self) -> Result<(), TooLarge> {
        if self.has_data {
            self.add_data(b"\n")?;
        }
        self.has_data = true;
        Ok(())
    }

    fn add_data(&mut self, value: &[u8]) -> Result<(), TooLarge> {
        let others = self.name.len() + self.id.len();
        hold(&mut self.data, value, self.limit.saturating_sub(others)).map_err(|_| TooLarge(self.limit))
    }

    fn dispatch<E>(&mut self, receive: &mut impl FnMut(Event<'_>) -> Result<(), E>) -> Result<(), Stopped<E>> {
        let result = if self.has_data {
            let name = if self.name.is_empty() {
                UNNAMED.into()
            } else {
                text(&self.name)
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
        if self.data.capacity() > KEPT {
            self.data = Vec::new();
        }
        self.data.clear();
        self.has_data = false;
        result
    }
}

fn set(field: &mut Vec<u8>, value: &[u8]) {
    field.clear();
    field.extend_from_slice(value);
}

/// A number of milliseconds in nothing but digits.
fn milliseconds(value: &[u8]) -> Option<Duration> {
    let digits = std::str::from_utf8(value).ok()?;
    let is_number = digits.bytes().all(|byte| byte.is_ascii_digit());
    is_number.then(|| digits.parse().ok().map(Duration::from_millis))?
}

/// Hands over an event that has no name.
fn receive_data<E>(data: &[u8], receive: &mut impl FnMut(Event<'_>) -> Result<(), E>) -> Result<(), Stopped<E>> {
    let event = Event {
        name: UNNAMED,
        data: &text(data),
    };
    receive(event).map_err(Stopped::Receiver)
}

#[cfg(test)]
#[path = "sse_tests.rs"]
mod tests;
