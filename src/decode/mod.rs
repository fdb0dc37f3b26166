//! Incremental decoders: they may be fed in pieces of any size and hold no more than their limit.

pub(crate) mod ndjson;
pub(crate) mod sse;

use std::time::Duration;

/// The largest event or line by default, in bytes.
pub(crate) const DEFAULT_LIMIT: usize = 16 << 20;

/// How a stream is cut into events.
#[allow(dead_code, reason = "which of them occurs is the dialects' business")]
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Framing {
    /// Server-sent events.
    Sse,
    /// One JSON text per line.
    Ndjson,
}

/// One event, borrowed from the decoder.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Event<'a> {
    /// The `event` field; `message` where there is none, as in every line of NDJSON.
    pub(crate) name: &'a str,
    /// The `data` lines, joined by line feeds; or the line. Bytes that are not UTF-8 are replaced by U+FFFD.
    pub(crate) data: &'a str,
}

/// What is kept of the memory of an event, or of a line, for the next one.
const KEPT: usize = 64 << 10;

/// The name of an event that gives none.
const UNNAMED: &str = "message";

/// An event or line grew above the limit, in bytes.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct TooLarge(pub(crate) usize);

/// Why feeding stopped.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Stopped<E> {
    TooLarge(TooLarge),
    /// The receiver of events said so.
    Receiver(E),
}

impl<E> From<TooLarge> for Stopped<E> {
    fn from(too_large: TooLarge) -> Self {
        Self::TooLarge(too_large)
    }
}

/// The decoder of a framing.
#[derive(Debug)]
pub(crate) enum Decoder {
    Sse(sse::Decoder),
    Ndjson(ndjson::Decoder),
}

impl Decoder {
    /// A decoder whose lines and events may have up to `limit` bytes.
    pub(crate) fn new(framing: Framing, limit: usize) -> Self {
        match framing {
            Framing::Sse => Self::Sse(sse::Decoder::new(limit)),
            Framing::Ndjson => Self::Ndjson(ndjson::Decoder::new(limit)),
        }
    }

    /// Takes the next bytes and hands over every event that they complete.
    pub(crate) fn feed<E>(
        &mut self,
        bytes: &[u8],
        receive: impl FnMut(Event<'_>) -> Result<(), E>,
    ) -> Result<(), Stopped<E>> {
        match self {
            Self::Sse(decoder) => decoder.feed(bytes, receive),
            Self::Ndjson(decoder) => decoder.feed(bytes, receive),
        }
    }

    /// The data of the next events probably begins like this.
    pub(crate) fn expects(&mut self, beginning: &str) {
        if let Self::Sse(decoder) = self {
            decoder.expects(beginning);
        }
    }

    /// What would be the data of one event and nothing else if these bytes had no line end but at their end.
    pub(crate) fn sole_line<'a>(&self, bytes: &'a [u8]) -> Option<&'a [u8]> {
        match self {
            Self::Sse(decoder) => decoder.sole_line(bytes),
            Self::Ndjson(_) => None,
        }
    }

    /// How long the stream asks to wait before a reconnection, and the id of its last event. Lines have neither.
    pub(crate) fn reconnection(&self) -> (Option<Duration>, &str) {
        match self {
            Self::Sse(decoder) => (decoder.retry(), decoder.last_id()),
            Self::Ndjson(_) => (None, ""),
        }
    }

    /// The stream has ended: the last event counts although its end did not arrive.
    pub(crate) fn finish<E>(&mut self, receive: impl FnMut(Event<'_>) -> Result<(), E>) -> Result<(), Stopped<E>> {
        match self {
            Self::Sse(decoder) => decoder.finish(receive),
            Self::Ndjson(decoder) => decoder.finish(receive),
        }
    }
}

/// Bytes in which [`replace_invalid`] has left nothing but text.
fn text(bytes: &[u8]) -> &str {
    std::str::from_utf8(bytes).unwrap_or_default()
}

/// Replaces what is not UTF-8 as the Encoding standard says, by one U+FFFD for each longest beginning of a character,
/// in place: a copy would take the event's memory again, up to three times.
fn replace_invalid(held: &mut Vec<u8>, limit: usize) -> Result<(), TooLarge> {
    const REPLACEMENT: &[u8] = "\u{FFFD}".as_bytes();
    if std::str::from_utf8(held).is_ok() {
        return Ok(());
    }
    let replaced = |chunk: std::str::Utf8Chunk<'_>| {
        let invalid = !chunk.invalid().is_empty();
        chunk.valid().len() + if invalid { REPLACEMENT.len() } else { 0 }
    };
    let length = held.utf8_chunks().map(replaced).sum::<usize>();
    if length > limit {
        return Err(TooLarge(limit));
    }
    // The bytes move to the end of the room. A replacement is never shorter than what it replaces, so what is written
    // from the front does not reach what is still to be read.
    let raw = held.len();
    held.reserve_exact(length - raw);
    held.resize(length, 0);
    let mut read = length - raw;
    held.copy_within(..raw, read);
    let mut written = 0;
    while let Some(rest) = held.get(read..).filter(|rest| !rest.is_empty()) {
        let (valid, invalid) = match std::str::from_utf8(rest) {
            Ok(rest) => (rest.len(), 0),
            Err(error) => {
                let valid = error.valid_up_to();
                (valid, error.error_len().unwrap_or(rest.len() - valid))
            }
        };
        held.copy_within(read..read + valid, written);
        read += valid + invalid;
        written += valid;
        if let (1.., Some(place)) = (invalid, held.get_mut(written..written + REPLACEMENT.len())) {
            place.copy_from_slice(REPLACEMENT);
            written += REPLACEMENT.len();
        }
    }
    Ok(())
}

/// Appends bytes to what is held. Vectors double when they are full: this one stops at the limit instead of beyond it.
fn hold(held: &mut Vec<u8>, bytes: &[u8], limit: usize) -> Result<(), TooLarge> {
    let length = held.len() + bytes.len();
    if length > limit {
        return Err(TooLarge(limit));
    }
    if length > held.capacity() {
        let room = (held.capacity() * 2).clamp(length, limit.max(length));
        held.reserve_exact(room - held.len());
    }
    held.extend_from_slice(bytes);
    Ok(())
}

/// Empties what was held, and gives its memory back if it was much.
fn empty(held: &mut Vec<u8>) {
    if held.capacity() > KEPT {
        *held = Vec::new();
    }
    held.clear();
}

#[cfg(test)]
mod cuts;
