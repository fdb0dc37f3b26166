//! Incremental decoders: they may be fed in pieces of any size and hold no more than their limit.

pub(crate) mod ndjson;
pub(crate) mod sse;

use std::borrow::Cow;
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

    /// How long the stream asks to wait before a reconnection, and the id of its last event. Lines have neither.
    pub(crate) fn reconnection(&self) -> (Option<Duration>, Cow<'_, str>) {
        match self {
            Self::Sse(decoder) => (decoder.retry(), decoder.last_id()),
            Self::Ndjson(_) => (None, Cow::Borrowed("")),
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

/// Bytes as text; what is not UTF-8 is replaced as the Encoding standard says: one U+FFFD for each longest beginning
/// of a character.
fn text(bytes: &[u8]) -> Cow<'_, str> {
    // The strict check is several times as fast as the one that replaces.
    std::str::from_utf8(bytes).map_or_else(|_| String::from_utf8_lossy(bytes), Cow::Borrowed)
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

#[cfg(test)]
mod cuts;
