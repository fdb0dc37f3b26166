//! One answer as a state machine without input or output: bytes and instants in, chunks and errors out.
//!
//! The native driver and the JavaScript loop feed the same machine, so that decoding, the clocks, truncation and
//! limits on size exist once and mean the same everywhere.

mod failing;

use bytes::Bytes;

use super::Sink;
use crate::config::Settings;
use crate::deadline::SharedClocks;
use crate::decode::{Decoder, Stopped, TooLarge};
use crate::error::{Error, ErrorKind, Replay};
use crate::metrics::Recording;
use crate::provider::{Asked, Fault, Signals, StreamDecoder};
use crate::retry::Advice;
use crate::rt::Instant;
use crate::transport::{Failure, Head, Identity};

/// The largest answer that is not streamed, in bytes.
const LARGEST_ANSWER: usize = 64 << 20;
/// How much of an error's body is read, in bytes.
const LARGEST_REFUSAL: usize = 64 << 10;

/// What is fed with one response.
pub(crate) struct Machine<S> {
    pub(crate) clocks: SharedClocks,
    pub(crate) sink: S,
    answer: Identity,
    /// There is a limit on the whole call.
    has_total: bool,
    /// What the head says about another attempt.
    advice: Advice,
    asked: Asked,
    mode: Mode,
    /// Is told what the answer brings and that it succeeds. Whether an error is the call's end, others decide.
    pub(crate) recording: Option<Recording>,
}

enum Mode {
    /// Chunks arrive as events.
    Events {
        decoder: Decoder,
        dialect: StreamDecoder,
        progress: Progress,
    },
    /// The answer is one JSON text.
    Whole(Held),
    /// The status is no success: the body says why.
    Refusal(Vec<u8>),
    /// The caller asked for events and got another content type.
    NoStream(Held, String),
}

/// A body: usually one chunk, which is kept as it came.
#[derive(Default)]
struct Held {
    one: Bytes,
    more: Vec<u8>,
}

impl Held {
    fn push(&mut self, bytes: Bytes) -> Result<(), TooLarge> {
        if self.one.is_empty() && self.more.is_empty() && bytes.len() <= LARGEST_ANSWER {
            self.one = bytes;
            return Ok(());
        }
        if self.more.is_empty() {
            self.more = std::mem::take(&mut self.one).into();
        }
        hold(&mut self.more, &bytes, LARGEST_ANSWER)
    }

    fn take(&mut self) -> Bytes {
        if self.more.is_empty() {
            std::mem::take(&mut self.one)
        } else {
            std::mem::take(&mut self.more).into()
        }
    }
}

/// How far a stream of events is.
#[derive(Default)]
struct Progress {
    done: bool,
    seen: u64,
    ended: u64,
    /// Content was among the events of this read.
    content: bool,
    /// Content has come.
    begun: bool,
}

impl Progress {
    fn note(&mut self, signals: Signals) {
        self.done |= signals.done;
        self.content |= signals.content;
        self.begun |= signals.content;
        self.seen |= signals.seen;
        self.ended |= signals.ended;
    }

    /// The dialect's terminal signal came: `[DONE]`, or a finish reason for every choice.
    fn is_complete(&self) -> bool {
        self.done || (self.ended != 0 && self.ended == self.seen)
    }
}

impl<S: Sink> Machine<S> {
    /// The machine for a response whose head has arrived.
    pub(crate) fn new(
        clocks: SharedClocks,
        sink: S,
        head: Head,
        advice: Advice,
        asked: Asked,
        settings: &Settings,
        streaming: bool,
    ) -> Self {
        let mode = match head.status {
            200..=299 if !streaming => Mode::Whole(Held::default()),
            200..=299 if is_other_than_events(content_type(&head)) => {
                Mode::NoStream(Held::default(), content_type(&head).to_owned())
            }
            200..=299 => Mode::Events {
                decoder: Decoder::new(asked.framing(), settings.max_event_size),
                dialect: asked.stream(),
                progress: Progress::default(),
            },
            _ => Mode::Refusal(Vec::new()),
        };
        let has_total = clocks.lock().limits().total.is_some();
        Self {
            clocks,
            sink,
            has_total,
            answer: Identity::from(&head),
            advice,
            asked,
            mode,
            recording: None,
        }
    }

    /// Whether chunks will come, in contrast to one answer or an error.
    pub(crate) fn is_streaming(&self) -> bool {
        matches!(self.mode, Mode::Events { .. })
    }

    /// Whether the terminal event was seen: nothing more will come for the consumer.
    pub(crate) fn is_finished(&self) -> bool {
        matches!(&self.mode, Mode::Events { progress, .. } if progress.done)
    }

    /// Whether all content was seen, though a usage chunk or `[DONE]` may still come.
    pub(crate) fn is_complete(&self) -> bool {
        matches!(&self.mode, Mode::Events { progress, .. } if progress.is_complete())
    }

    /// Whether something has come that the caller keeps: content of a stream, or its end. From there on an attempt is
    /// not repeated.
    pub(crate) fn has_begun(&self) -> bool {
        matches!(&self.mode, Mode::Events { progress, .. } if progress.begun || progress.is_complete())
    }

    /// Takes a chunk of the body, without a copy of what is to be kept of it as it is. No read is pending after it.
    pub(crate) fn on_chunk(&mut self, now: Instant, chunk: Bytes) -> Result<(), Error> {
        let (Mode::Whole(body) | Mode::NoStream(body, _)) = &mut self.mode else {
            return self.takes(now, &chunk, true);
        };
        {
            let mut clocks = self.clocks.lock();
            clocks.receives(now, chunk.len());
            clocks.pauses(now);
        }
        let held = body.push(chunk);
        held.map_err(|TooLarge(limit)| self.answer_too_large(now, limit))
    }

    /// Takes bytes of the body. Chunks that were complete before an error are in the sink all the same.
    #[allow(dead_code, reason = "only the JavaScript loop reads on by itself")]
    pub(crate) fn on_bytes(&mut self, now: Instant, bytes: &[u8]) -> Result<(), Error> {
        self.takes(now, bytes, false)
    }

    fn takes(&mut self, now: Instant, bytes: &[u8], pauses: bool) -> Result<(), Error> {
        let mut clocks = self.clocks.lock();
        clocks.receives(now, bytes.len());
        if pauses {
            clocks.pauses(now);
        }
        let outcome = match &mut self.mode {
            Mode::Events { progress, .. } if progress.done => Ok(()),
            Mode::Events {
                decoder,
                dialect,
                progress,
            } => {
                progress.content = false;
                let sink = &mut self.sink;
                if let Some(beginning) = sink.beginning() {
                    decoder.expects(beginning);
                }
                let like = decoder.sole_line(bytes).and_then(|json| dialect.on_line(json, sink));
                let outcome = match like {
                    Some(signals) => {
                        progress.note(signals);
                        Ok(())
                    }
                    None => decoder.feed(bytes, |event| {
                        if !progress.done {
                            progress.note(dialect.on_event(&event, sink)?);
                        }
                        Ok(())
                    }),
                };
                let content = progress.content.then(|| clocks.content_arrives(now));
                // Recordings look at the clocks, too.
                drop(clocks);
                if let Some(recording) = &mut self.recording {
                    if let Some(content) = content {
                        recording.content(content);
                    }
                    if let Some(tokens) = self.sink.tokens() {
                        recording.used(tokens);
                    }
                    match outcome {
                        Ok(()) if progress.done => recording.succeeds(now, self.sink.notes()),
                        Ok(()) if progress.is_complete() => recording.is_whole(self.sink.notes()),
                        _ => {}
                    }
                }
                outcome
            }
            Mode::Whole(body) | Mode::NoStream(body, _) => {
                let held = body.push(Bytes::copy_from_slice(bytes));
                drop(clocks);
                return held.map_err(|TooLarge(limit)| self.answer_too_large(now, limit));
            }
            Mode::Refusal(body) => {
                if hold(body, bytes, LARGEST_REFUSAL).is_ok() {
                    return Ok(());
                }
                let body = std::mem::take(body);
                drop(clocks);
                return Err(self.refused(now, &body));
            }
        };
        outcome.map_err(|stopped| self.stopped(now, stopped))
    }

    /// The body has ended. Gives the JSON text of an answer that was not streamed, unless the sink keeps it as a value.
    pub(crate) fn on_eof(&mut self, now: Instant) -> Result<Option<String>, Error> {
        self.clocks.lock().ends(now);
        let answer = self.conclude(now)?;
        if let Some(recording) = &mut self.recording {
            if let Some(tokens) = self.sink.tokens() {
                recording.used(tokens);
            }
            recording.succeeds(now, self.sink.notes());
            recording.leaves(now);
        }
        Ok(answer)
    }

    /// What happens to the answer is told to this recording from now on.
    pub(crate) fn recorded_by(&mut self, recording: Option<Recording>) {
        if recording.as_ref().is_some_and(Recording::is_traced) {
            self.sink.take_notes();
        }
        self.recording = recording;
    }

    /// The caller is given this error for the answer.
    pub(crate) fn fails(&mut self, now: Instant, error: &Error) {
        if let Some(recording) = &mut self.recording {
            recording.fails(now, error);
        }
    }

    fn conclude(&mut self, now: Instant) -> Result<Option<String>, Error> {
        match &mut self.mode {
            Mode::Events {
                decoder,
                dialect,
                progress,
            } => {
                let sink = &mut self.sink;
                let outcome = decoder.finish(|event| {
                    if !progress.done {
                        progress.note(dialect.on_event(&event, sink)?);
                    }
                    Ok(())
                });
                match outcome {
                    // Behind the terminal signal the body may be cut anywhere.
                    Ok(()) | Err(Stopped::TooLarge(_) | Stopped::Receiver(Fault::Malformed(_)))
                        if progress.is_complete() =>
                    {
                        Ok(None)
                    }
                    // What is no JSON at the end is the beginning of some.
                    Ok(()) | Err(Stopped::Receiver(Fault::Malformed(_))) => Err(self.truncated(now)),
                    Err(stopped) => Err(self.stopped(now, stopped)),
                }
            }
            Mode::Whole(body) => {
                let body = body.take();
                self.sink
                    .whole(&self.asked, body)
                    .map_err(|fault| self.fault(now, fault))
            }
            Mode::NoStream(body, content_type) => {
                let body = body.take();
                let fault = no_stream(content_type, &String::from_utf8_lossy(&body));
                Err(self.fault(now, fault))
            }
            Mode::Refusal(body) => {
                let body = std::mem::take(body);
                Err(self.refused(now, &body))
            }
        }
    }

    /// The body broke off. Where all content had come, that is its end and no failure.
    pub(crate) fn on_failure(&mut self, now: Instant, failure: Failure) -> Result<(), Error> {
        if self.is_complete() {
            return Ok(());
        }
        if let Mode::Refusal(body) = &self.mode {
            // The status says more than the way the connection ended.
            return Err(self.refused(now, body));
        }
        let message = format!(
            "the answer broke off after {} bytes: {}",
            self.clocks.lock().received(),
            failure.message
        );
        let error = Error::new(ErrorKind::Network, message)
            .with_code(failure.code)
            .with_cause(failure.cause);
        let advice = Advice {
            wait: self.reconnection().0,
            again: None,
        };
        let error = error
            .with_advice(advice)
            .with_replay(Replay::Processed)
            .of_answer(&self.answer);
        Err(self.complete_error(now, error))
    }
}

/// Keeps bytes up to a limit.
fn hold(body: &mut Vec<u8>, bytes: &[u8], limit: usize) -> Result<(), TooLarge> {
    if body.len() + bytes.len() > limit {
        return Err(TooLarge(limit));
    }
    body.extend_from_slice(bytes);
    Ok(())
}

fn content_type(head: &Head) -> &str {
    head.headers.get("content-type").unwrap_or_default()
}

/// Whether the answer says plainly that it is no event stream. Servers that name no type, or a loose one, are read.
fn is_other_than_events(content_type: &str) -> bool {
    let content_type = content_type.to_ascii_lowercase();
    ["text/html", "application/json", "application/problem+json"]
        .iter()
        .any(|other| content_type.starts_with(other))
}

/// What to say about an answer that is no event stream.
fn no_stream(content_type: &str, body: &str) -> Fault {
    if let Ok(Some(error)) = serde_json::from_str::<crate::provider::Peek<'_>>(body).map(|peek| peek.error) {
        return Fault::reported(error.get());
    }
    Fault::unexpected(
        body,
        &format!("a stream was asked for, but the answer is {content_type}"),
    )
}

#[cfg(test)]
#[path = "machine_tests.rs"]
mod tests;
