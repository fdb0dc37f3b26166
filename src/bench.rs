//! What the benchmarks in `benches/native` measure from inside. No part of the API: the feature that opens it is private.
#![allow(missing_docs, reason = "for the benchmarks alone")]

use std::time::Duration;

use crate::config::{ProviderConfig, Settings};
use crate::deadline::{Clocks, Limits, SharedClocks};
use crate::decode::{DEFAULT_LIMIT, Decoder, Event, Framing};
use crate::error::Result;
use crate::metrics::{Meter, Tokens};
use crate::provider::{Asked, Operation};
use crate::retry::Advice;
use crate::rt::{self, Instant};
use crate::strain::Content;
use crate::stream::{Machine, Typed};
use crate::transport::{Head, Received};

/// The bytes of data in the events of a stream that comes in these pieces: of server-sent events, or of lines of JSON.
pub fn decode<'a>(is_sse: bool, pieces: impl Iterator<Item = &'a [u8]>) -> usize {
    decode_up_to(DEFAULT_LIMIT, is_sse, pieces)
}

/// The same with another limit on an event's size.
pub fn decode_up_to<'a>(limit: usize, is_sse: bool, pieces: impl Iterator<Item = &'a [u8]>) -> usize {
    let framing = if is_sse { Framing::Sse } else { Framing::Ndjson };
    let mut decoder = Decoder::new(framing, limit);
    let mut bytes = 0;
    let mut receive = |event: Event<'_>| {
        bytes += event.data.len();
        Ok::<(), ()>(())
    };
    for piece in pieces {
        if decoder.feed(piece, &mut receive).is_err() {
            return 0;
        }
    }
    bytes
}

/// Reads streams as a call to one provider does, without the network.
pub struct Adapter(Settings);

impl Adapter {
    pub fn new(provider: &str) -> Result<Self> {
        let config = ProviderConfig::new(provider, "id-0123.secret-4567").base_url("http://127.0.0.1:1/v1");
        Ok(Self(config.validate()?))
    }

    /// The number of chunks in a stream that comes in these pieces.
    pub fn chunks<'a>(&self, pieces: impl Iterator<Item = &'a [u8]>) -> Result<usize> {
        let at = Instant::at(Duration::ZERO);
        let head = Head {
            status: 200,
            headers: Received::default(),
        };
        let asked = Asked {
            provider: self.0.provider,
            operation: Operation::Chat,
            model: "m".into(),
            at: 0,
            secrets: self.0.secrets.clone(),
        };
        let clocks = SharedClocks::new(Clocks::start(at, Limits::default(), true));
        let mut machine = Machine::new(clocks, Typed::default(), head, Advice::default(), asked, &self.0, true);
        let mut chunks = 0;
        for piece in pieces {
            machine.on_bytes(at, piece)?;
            while machine.sink.pop().is_some() {
                chunks += 1;
            }
        }
        Ok(chunks)
    }
}

/// Records calls as a client does.
pub struct Recorder(Meter);

impl Default for Recorder {
    fn default() -> Self {
        Self(Meter::new("openai", "http://127.0.0.1:1/v1"))
    }
}

impl Recorder {
    /// A call whose stream is read so often.
    pub fn call(&self, reads: usize) {
        let now = rt::now();
        let clocks = SharedClocks::new(Clocks::start(now, Limits::default(), true));
        let mut recording = self.0.start("chat", "m", clocks);
        for _ in 0..reads {
            recording.content(Content::Next(Duration::from_millis(20)));
        }
        recording.used(Tokens {
            prompt: 10,
            completion: 100,
        });
        recording.succeeds(now, None);
        recording.leaves(now);
    }
}
