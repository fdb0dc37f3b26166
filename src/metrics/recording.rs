//! The recording of one call: what happens to it, told by whoever drives it, added to its model's numbers.

use std::sync::Arc;

use super::pressure::Pressure;
use super::series::{Series, name};
use crate::deadline::SharedClocks;
use crate::error::{Error, ErrorKind};
use crate::rt::{self, Instant, Span};
use crate::strain::{Account, Content};
use crate::stream::Notes;

/// Tokens that a call used.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Tokens {
    /// Of the request.
    pub(crate) prompt: u64,
    /// Of the answer.
    pub(crate) completion: u64,
}

/// Follows one call over all of its attempts. Dropped without an end, the call was cancelled.
///
/// The clocks' lock is taken where a call ends, so nobody may hold it there.
#[derive(Debug)]
pub(crate) struct Recording {
    series: Arc<Series>,
    pressure: Arc<Pressure>,
    clocks: SharedClocks,
    span: Span,
    retries: u64,
    tokens: Tokens,
    whole: bool,
    ended: bool,
    left: bool,
}

impl Recording {
    pub(super) fn new(series: Arc<Series>, pressure: Arc<Pressure>, clocks: SharedClocks, span: Span) -> Self {
        series.requests.add(1);
        Self {
            series,
            pressure,
            clocks,
            span,
            retries: 0,
            tokens: Tokens::default(),
            whole: false,
            ended: false,
            left: false,
        }
    }

    /// An attempt has failed, and there is to be another.
    pub(crate) fn retries(&mut self) {
        self.series.retries.add(1);
        self.retries += 1;
    }

    /// Whether anybody traces the call.
    pub(crate) fn is_traced(&self) -> bool {
        self.span.is_on()
    }

    /// The clocks of the next attempt, which go on from those of the one before.
    pub(crate) fn follows(&mut self, clocks: SharedClocks) {
        self.clocks = clocks;
    }

    /// A read of a stream brought content. This is the one thing that is recorded often: it costs two additions.
    pub(crate) fn content(&self, content: Content) {
        match content {
            Content::First(time) => self.series.first_token.record(time),
            Content::Next(time) => self.series.between_tokens.record(time),
        }
    }

    /// The provider says what the call took so far.
    pub(crate) fn used(&mut self, tokens: Tokens) {
        self.tokens = tokens;
    }

    /// All content has arrived, though the answer has not ended: a caller who leaves now has got it all.
    pub(crate) fn is_whole(&mut self, notes: Option<&Notes>) {
        self.whole = true;
        self.notes(notes);
    }

    /// The answer is whole and has ended.
    pub(crate) fn succeeds(&mut self, now: Instant, notes: Option<&Notes>) {
        self.notes(notes);
        if let Some(account) = self.ends(now) {
            self.series.successes.add(1);
            self.series.latency.record(account.elapsed);
            self.span.end();
        }
    }

    fn notes(&self, notes: Option<&Notes>) {
        if let Some(notes) = notes.filter(|_| !self.ended) {
            self.span.answered(notes);
        }
    }

    /// The call fails: after several attempts, with what the last of them did. That its client was closed is a
    /// cancellation.
    pub(crate) fn fails(&mut self, now: Instant, error: &Error) {
        let kind = error.last().unwrap_or(error).kind();
        if kind == ErrorKind::Aborted {
            self.cancels(now);
        } else if self.ends(now).is_some() {
            self.series.failed(kind);
            self.span.failed(name(kind));
            self.span.end();
        }
    }

    /// The caller does not want the answer any more.
    fn cancels(&mut self, now: Instant) {
        if self.ends(now).is_some() {
            self.series.cancellations.add(1);
            self.span.end();
        }
    }

    /// The first end counts.
    fn ends(&mut self, now: Instant) -> Option<Account> {
        if std::mem::replace(&mut self.ended, true) {
            return None;
        }
        let account = self.clocks.lock().closing(now);
        self.series.pool_wait.record(account.spent.pool);
        if !account.spent.connect.is_zero() {
            self.series.connect.record(account.spent.connect);
        }
        self.series.prompt_tokens.add(self.tokens.prompt);
        self.series.completion_tokens.add(self.tokens.completion);
        self.pressure.limits(&account.strain);
        if self.tokens != Tokens::default() {
            self.span.used(self.tokens);
        }
        if self.retries > 0 {
            self.span.retried(self.retries);
        }
        Some(account)
    }

    /// The body has ended, too: the consumer has nothing more to take from the network.
    pub(crate) fn leaves(&mut self, now: Instant) {
        if !std::mem::replace(&mut self.left, true) {
            let account = self.clocks.lock().closing(now);
            self.pressure.stream(&account);
        }
    }
}

impl Drop for Recording {
    fn drop(&mut self) {
        if !(self.ended && self.left) {
            let now = rt::now();
            match self.whole {
                true => self.succeeds(now, None),
                false => self.cancels(now),
            }
            self.leaves(now);
        }
    }
}
