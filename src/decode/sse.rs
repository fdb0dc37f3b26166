//! Server-sent events, by the algorithm of the WHATWG HTML standard ("Interpreting an event stream"), byte for byte,
//! with one leniency: an event that is pending at the end of the stream is handed over.
//!
//! The input may be cut anywhere: within a line, a line end, a character or the byte-order mark. Bytes are split into
//! lines before they are decoded, which comes to the same, because no byte of a character in UTF-8 is a line end.
//!
//! # Why the value of a cut line is not copied from it
//!
//! A line that is held until its end and then copied to the event takes twice the event's memory. So as soon as the
//! beginning of a cut line tells that it is data, the value goes where it belongs; comments go nowhere; and a line
//! that turns out to be a name or an id becomes it.

mod likely;

use std::time::Duration;

use memchr::memchr;

use super::{Event, KEPT, Stopped, TooLarge, UNNAMED, empty, hold, replace_invalid, text};

const BYTE_ORDER_MARK: &[u8] = b"\xEF\xBB\xBF";

/// The beginning of a line that tells where its value goes, with the space that may follow.
const DATA: &[u8] = b"data: ";

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
    /// What lines probably begin with: no line's end has to be looked for in that.
    expected: Vec<u8>,
}

/// What a line says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Field {
    Data,
    Event,
    Id,
    Retry,
    /// A comment, which has no name, or a field without a meaning.
    Other,
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
            expected: Vec::new(),
        }
    }

    /// The last `id` field; empty where there was none. What a reconnection would send as `Last-Event-ID`.
    pub(crate) fn last_id(&self) -> &str {
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
        while let Some(end) = self.line_end(rest) {
            let (line, tail) = rest.split_at(end);
            if let [b'\n', b'\n', after @ ..] = tail
                && let Some(data) = self.sole_data(line)
            {
                receive(Event { name: UNNAMED, data }).map_err(Stopped::Receiver)?;
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
        let mut line = std::mem::take(&mut self.line);
        let outcome = match split(&line) {
            (field @ (Field::Event | Field::Id), at) => {
                line.drain(..at);
                let held = self.held(field);
                std::mem::swap(held, &mut line);
                held.shrink_to(KEPT);
                self.make_text(field).map_err(Stopped::TooLarge)
            }
            _ => self.end_line(&line, receive),
        };
        // Its room is kept for the next line that is cut.
        self.line = line;
        empty(&mut self.line);
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
        let (field, at) = split(line);
        if field != Field::Data && line.len() > self.room_for_line(line) {
            return Err(TooLarge(self.limit).into());
        }
        let value = line.get(at..).unwrap_or_default();
        match field {
            Field::Data => {
                self.begin_data()?;
                self.add_data(value)?;
            }
            Field::Event | Field::Id => {
                let held = self.held(field);
                held.clear();
                held.extend_from_slice(value);
                self.make_text(field)?;
            }
            Field::Retry => self.retry = milliseconds(value).or(self.retry),
            Field::Other => {}
        }
        Ok(())
    }

    /// How long a line may be that is no data. Comments are not held.
    fn room_for_line(&self, line: &[u8]) -> usize {
        if line.first() == Some(&b':') {
            self.limit
        } else {
            self.room()
        }
    }

    /// How much of a line may be held beside the event so far; at least its beginning, which shows what it is.
    fn room(&self) -> usize {
        self.limit.saturating_sub(self.length()).max(DATA.len())
    }

    fn hold_line(&mut self, bytes: &[u8]) -> Result<(), TooLarge> {
        let room = self.room();
        if self.line.len() + bytes.len() > KEPT {
            self.data.shrink_to_fit(); // Both may not have room to spare.
        }
        hold(&mut self.line, bytes, room).map_err(|_| TooLarge(self.limit))
    }

    /// The bytes of the event so far.
    fn length(&self) -> usize {
        self.name.len() + self.id.len() + self.data.len()
    }

    /// Where a field's value is held; `data` for those that are not.
    fn held(&mut self, field: Field) -> &mut Vec<u8> {
        match field {
            Field::Event => &mut self.name,
            Field::Id => &mut self.id,
            _ => &mut self.data,
        }
    }

    /// Replaces what is no text in a field's value, which may become longer by that.
    fn make_text(&mut self, field: Field) -> Result<(), TooLarge> {
        let (limit, all) = (self.limit, self.length());
        let held = self.held(field);
        let room = limit.saturating_sub(all - held.len());
        replace_invalid(held, room).map_err(|_| TooLarge(limit))
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
            self.make_text(Field::Data)?;
            let event = Event {
                name: if self.name.is_empty() {
                    UNNAMED
                } else {
                    text(&self.name)
                },
                data: text(&self.data),
            };
            receive(event).map_err(Stopped::Receiver)
        } else {
            Ok(())
        };
        empty(&mut self.name);
        empty(&mut self.data);
        self.has_data = false;
        result
    }
}

/// The field that a line sets, and where its value begins.
fn split(line: &[u8]) -> (Field, usize) {
    let (name, at) = match memchr(b':', line) {
        None => (line, line.len()),
        Some(colon) => {
            let (name, value) = line.split_at(colon);
            (name, colon + if value.starts_with(b": ") { 2 } else { 1 })
        }
    };
    let field = match name {
        b"data" => Field::Data,
        b"event" => Field::Event,
        b"id" if memchr(0, line).is_none() => Field::Id,
        b"retry" => Field::Retry,
        _ => Field::Other,
    };
    (field, at)
}

/// A number of milliseconds in nothing but digits.
fn milliseconds(value: &[u8]) -> Option<Duration> {
    let digits = std::str::from_utf8(value).ok()?;
    let is_number = digits.bytes().all(|byte| byte.is_ascii_digit());
    is_number.then(|| digits.parse().ok().map(Duration::from_millis))?
}

#[cfg(test)]
#[path = "sse_tests.rs"]
mod tests;
