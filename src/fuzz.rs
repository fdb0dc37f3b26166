//! What the targets in `fuzz/` call, and the tests replay: each takes any bytes, and panics where a promise is broken.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    missing_docs,
    reason = "a fuzz target fails by panicking"
)]

use std::time::Duration;

use serde_json::value::RawValue;

use crate::config::{ProviderConfig, Settings};
use crate::deadline::{Clocks, Limits, SharedClocks};
use crate::decode::{DEFAULT_LIMIT, Decoder, Event, Framing, Stopped};
use crate::error::{Error, ErrorKind};
use crate::provider::{Asked, Operation};
use crate::retry::Advice;
use crate::rt::Instant;
use crate::stream::{JsonText, Machine, Sink, Typed};
use crate::transport::{Head, Received};

/// A key that no answer may bring into an error. It has the form of every provider's keys.
const KEY: &str = "fuzzed-id.fuzzed-secret";

/// Server-sent events: the cuts do not matter, and no limit is passed.
pub fn sse(input: &[u8]) {
    decoder(Framing::Sse, input);
}

/// Lines of JSON: the cuts do not matter, and no limit is passed.
pub fn ndjson(input: &[u8]) {
    decoder(Framing::Ndjson, input);
}

/// The first byte tells where to cut the others.
fn decoder(framing: Framing, input: &[u8]) {
    let Some((&seed, body)) = input.split_first() else {
        return;
    };
    let small = usize::from(seed) + 1;
    for limit in [DEFAULT_LIMIT, small] {
        let whole = decode(framing, limit, [body].into_iter());
        assert_eq!(whole, decode(framing, limit, pieces(seed, body)));
        let longest = whole.0.iter().map(|(_, data)| data.len()).max();
        assert!(longest.unwrap_or_default() <= limit, "{longest:?}");
    }
}

type Decoded = (Vec<(String, String)>, Result<(), Stopped<()>>);

fn decode<'a>(framing: Framing, limit: usize, mut pieces: impl Iterator<Item = &'a [u8]>) -> Decoded {
    let mut decoder = Decoder::new(framing, limit);
    let mut events = Vec::new();
    let mut receive = |event: Event<'_>| {
        events.push((event.name.to_owned(), event.data.to_owned()));
        Ok(())
    };
    let outcome = pieces
        .try_for_each(|piece| decoder.feed(piece, &mut receive))
        .and_then(|()| decoder.finish(&mut receive));
    (events, outcome)
}

/// Pieces of changing sizes, the same for the same seed.
fn pieces(seed: u8, mut body: &[u8]) -> impl Iterator<Item = &[u8]> {
    let mut state = u32::from(seed) + 1;
    std::iter::from_fn(move || {
        if body.is_empty() {
            return None;
        }
        state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        let length = (state >> 24) as usize % 9 + 1;
        let (piece, rest) = body.split_at(length.min(body.len()));
        body = rest;
        Some(piece)
    })
}

/// The answers of a provider: the cuts do not matter, both sinks agree, and no error shows the key.
///
/// The first byte tells which answer it is (streamed or whole, its status), the second where to cut it.
pub fn provider(name: &str, input: &[u8]) {
    let [kind, seed, body @ ..] = input else { return };
    let config = ProviderConfig::new(name, KEY).base_url("http://127.0.0.1:1/v1");
    let settings = config.validate().expect("a provider");
    let answer = Answer {
        settings: &settings,
        streaming: kind & 1 == 0,
        status: match kind >> 1 & 7 {
            0 => 400,
            1 => 503,
            _ => 200,
        },
    };
    let whole = answer.read::<Typed>([body].into_iter(), typed);
    let cut = answer.read::<Typed>(pieces(*seed, body), typed);
    assert_eq!(whole.0, cut.0, "the chunks");
    assert_eq!(
        whole.1.as_ref().map_err(about),
        cut.1.as_ref().map_err(about),
        "the outcome"
    );
    let texts = answer.read::<JsonText>(pieces(*seed, body), json);
    if whole.1.is_ok() {
        assert!(texts.1.is_ok(), "JavaScript gets an error instead: {:?}", texts.1);
        assert_eq!(whole.0.len(), texts.0.len(), "JavaScript gets other chunks: {texts:?}");
    }
    for error in [whole.1, texts.1].into_iter().filter_map(Result::err) {
        let shown = format!("{error} {error:?}");
        assert!(!shown.contains(KEY), "{shown}");
    }
}

struct Answer<'a> {
    settings: &'a Settings,
    streaming: bool,
    status: u16,
}

fn about(error: &Error) -> (ErrorKind, Option<String>, bool) {
    (error.kind(), error.code().map(str::to_owned), error.is_retryable())
}

fn typed(sink: &mut Typed, chunks: &mut Vec<String>) {
    while let Some(chunk) = sink.pop() {
        chunks.push(serde_json::to_string(&chunk).expect("JSON"));
    }
}

fn json(sink: &mut JsonText, chunks: &mut Vec<String>) {
    if let Some(array) = sink.take() {
        // Not as values: JavaScript's strings may hold half of a surrogate pair, which Rust's may not.
        let array: Vec<&RawValue> = serde_json::from_str(&array).expect("an array of JSON");
        chunks.extend(array.iter().map(ToString::to_string));
    }
}

impl Answer<'_> {
    fn read<'b, S: Sink + Default>(
        &self,
        mut pieces: impl Iterator<Item = &'b [u8]>,
        take: fn(&mut S, &mut Vec<String>),
    ) -> (Vec<String>, Result<(), Error>) {
        let at = Instant::at(Duration::ZERO);
        let head = Head {
            status: self.status,
            headers: Received::default(),
        };
        let clocks = SharedClocks::new(Clocks::start(at, Limits::default(), self.streaming));
        let asked = Asked {
            provider: self.settings.provider,
            operation: Operation::Chat,
            model: "m".into(),
            at: 0,
            secrets: self.settings.secrets.clone(),
        };
        let mut machine = Machine::new(
            clocks,
            S::default(),
            head,
            Advice::default(),
            asked,
            self.settings,
            self.streaming,
        );
        let mut chunks = Vec::new();
        let fed = pieces.try_for_each(|piece| {
            let outcome = machine.on_bytes(at, piece);
            take(&mut machine.sink, &mut chunks);
            outcome
        });
        let outcome = fed.and_then(|()| machine.on_eof(at));
        take(&mut machine.sink, &mut chunks);
        if let Ok(Some(answer)) = &outcome {
            serde_json::from_str::<&RawValue>(answer).expect("an answer in JSON");
        }
        (chunks, outcome.map(drop))
    }
}

#[cfg(test)]
#[path = "fuzz_tests.rs"]
mod tests;
