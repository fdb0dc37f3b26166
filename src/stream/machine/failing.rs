//! The errors of an answer: what ran out, broke off or was refused, with all that is known of the call.

use std::time::Duration;

use super::{Machine, Mode};
use crate::deadline::Expired;
use crate::decode::{Stopped, TooLarge};
use crate::error::{Error, ErrorKind, Replay, TimeoutKind};
use crate::provider::{Fault, refusal};
use crate::retry::Advice;
use crate::rt::Instant;
use crate::stream::Sink;

impl<S: Sink> Machine<S> {
    /// The error of a limit that has run out by now.
    #[allow(dead_code, reason = "only the JavaScript loop has a timer of its own")]
    pub(crate) fn expired(&self, now: Instant) -> Option<Error> {
        let expired = self.clocks.lock().expired(now)?;
        Some(self.timeout(now, expired))
    }

    /// The error of the limit on the whole call, which runs while nobody reads, too; not of an answer that is complete.
    pub(crate) fn total_expired(&self, now: Instant) -> Option<Error> {
        if !self.has_total || self.is_complete() {
            return None;
        }
        let expired = self.clocks.lock().expired(now);
        let expired = expired.filter(|expired| expired.kind == TimeoutKind::Total)?;
        Some(self.timeout(now, expired))
    }

    /// The error of a limit that ran out.
    pub(crate) fn timeout(&self, now: Instant, expired: Expired) -> Error {
        let error = self.clocks.lock().timeout(now, expired);
        error
            .of_provider(self.asked.provider.name())
            .of_answer(&self.answer)
            .with_used(self.used())
    }

    /// The wait that a broken stream asks for, and the beginning of its last id.
    pub(super) fn reconnection(&self) -> (Option<Duration>, String) {
        match &self.mode {
            Mode::Events { decoder, .. } => {
                let (wait, id) = decoder.reconnection();
                let id = self.asked.secrets.mask(id.to_owned());
                (wait, id.chars().take(64).collect())
            }
            _ => (None, String::new()),
        }
    }

    /// What a stream is known to have used, though no chunk has told it yet.
    pub(super) fn used(&self) -> Option<String> {
        match &self.mode {
            Mode::Events { dialect, .. } => dialect.used(),
            _ => None,
        }
    }

    pub(super) fn truncated(&self, now: Instant) -> Error {
        let received = self.clocks.lock().received();
        let (wait, id) = self.reconnection();
        let place = if id.is_empty() {
            String::new()
        } else {
            format!(" (its last id: {id:?})")
        };
        let message = format!(
            "the stream ended after {received} bytes{place} without its terminal event, so that the answer is not complete"
        );
        // Without content it is like a connection that broke before the answer.
        let error = Error::new(ErrorKind::Stream, message)
            .with_advice(Advice {
                wait,
                again: Some(!self.has_begun()),
            })
            .with_replay(Replay::Processed)
            .of_answer(&self.answer);
        self.complete_error(now, error)
    }

    pub(super) fn stopped(&self, now: Instant, stopped: Stopped<Fault>) -> Error {
        match stopped {
            Stopped::Receiver(fault) => self.fault(now, fault),
            Stopped::TooLarge(TooLarge(limit)) => self.too_large(
                now,
                format!("the answer has an event larger than {limit} bytes: raise max_event_size"),
            ),
        }
    }

    pub(super) fn answer_too_large(&self, now: Instant, limit: usize) -> Error {
        self.too_large(now, format!("the answer is larger than {limit} bytes"))
    }

    fn too_large(&self, now: Instant, message: String) -> Error {
        self.fault(now, Fault::Malformed(message))
    }

    pub(super) fn refused(&self, now: Instant, body: &[u8]) -> Error {
        let error = refusal(&self.answer, body);
        self.complete_error(now, error.with_advice(self.advice))
    }

    pub(super) fn fault(&self, now: Instant, fault: Fault) -> Error {
        self.complete_error(now, fault.into_error(&self.answer))
    }

    pub(super) fn complete_error(&self, now: Instant, error: Error) -> Error {
        let error = error.masked(&self.asked.secrets);
        self.clocks
            .lock()
            .account(now, error)
            .of_provider(self.asked.provider.name())
            .with_used(self.used())
    }
}
