//! How the crate fills an error in on its way up.

use std::time::Duration;

use super::{Error, ErrorKind, Inner, Phase, Replay, Spent};
use crate::provider::Secrets;
use crate::retry::Advice;
use crate::transport::{Cause, Identity};
use crate::types::ChatCompletion;

impl Error {
    pub(crate) fn in_phase(mut self, phase: Option<Phase>, merged: &'static [Phase]) -> Self {
        self.0.phase = phase;
        self.0.merged = merged;
        self
    }

    pub(crate) fn of_provider(mut self, provider: &'static str) -> Self {
        self.0.provider = Some(provider);
        self
    }

    /// Notes the status and request id of the answer.
    pub(crate) fn of_answer(mut self, answer: &Identity) -> Self {
        self.0.status = Some(answer.status);
        self.0.request_id.clone_from(&answer.request_id);
        self
    }

    /// Notes the request id that stands in the body, unless the head had one: some have it only there, and pages may
    /// not see a head's.
    pub(crate) fn or_request_id(mut self, id: Option<String>) -> Self {
        self.0.request_id = self.0.request_id.or(id);
        self
    }

    /// Takes out what it may not tell. An error of the target's that tells it goes as a whole.
    pub(crate) fn masked(mut self, secrets: &Secrets) -> Self {
        let inner = &mut *self.0;
        let texts = [Some(&mut inner.message), inner.code.as_mut(), inner.request_id.as_mut()];
        let mut told = false;
        for text in texts.into_iter().flatten() {
            let masked = secrets.mask(text.clone());
            told |= masked != *text;
            *text = masked;
        }
        if told || (inner.cause.as_ref()).is_some_and(|cause| secrets.are_in(&format!("{cause:?}"))) {
            inner.cause = None;
        }
        self
    }

    pub(crate) fn with_code(mut self, code: Option<String>) -> Self {
        self.0.code = code;
        self
    }

    pub(crate) fn with_limit(mut self, limit: Duration) -> Self {
        self.0.limit = Some(limit);
        self
    }

    /// Notes what the server says about another attempt.
    pub(crate) fn with_advice(mut self, advice: Advice) -> Self {
        self.0.retry_after = advice.wait;
        self.0.again = advice.again;
        self
    }

    /// Notes whether another attempt is worth it, against what the kind tells.
    pub(crate) fn with_again(mut self, again: bool) -> Self {
        self.0.again = Some(again);
        self
    }

    /// Notes why a first attempt was the only one; `None` where nobody wanted another.
    pub(crate) fn not_repeated(mut self, why: Option<String>) -> Self {
        if let Some(why) = why {
            self.0.message = format!("{}; not tried again: {why}", self.0.message);
        }
        self
    }

    /// The error after several attempts of which this was the last. `why` there were no more of them, unless there may
    /// be no more.
    pub(crate) fn exhausted(self, why: Option<String>) -> Self {
        let last = &self.0;
        let attempts = last.attempts;
        let why = why.map_or_else(
            || "retry_config.max_retries allows no more".to_owned(),
            |why| format!("not tried again: {why}"),
        );
        let message = format!("{attempts} attempts failed ({why}); the last one: {}", last.message);
        let mut error = Inner {
            kind: ErrorKind::RetryExhausted,
            message,
            request_id: last.request_id.clone(),
            code: last.code.clone(),
            again: Some(self.is_retryable()),
            cause: None,
            last: None,
            partial: None,
            used: None,
            ..*self.0
        };
        error.last = Some(self);
        Self(Box::new(error))
    }

    pub(crate) fn with_replay(mut self, replay: Replay) -> Self {
        self.0.replay = replay;
        self
    }

    pub(crate) fn with_cause(mut self, cause: Option<Cause>) -> Self {
        self.0.cause = cause;
        self
    }

    /// Notes what a stream had used, though its chunks did not tell.
    pub(crate) fn with_used(mut self, used: Option<String>) -> Self {
        self.0.used = used;
        self
    }

    #[allow(dead_code, reason = "only the JavaScript side hands it on")]
    pub(crate) fn used(&self) -> Option<&str> {
        self.0.used.as_deref()
    }

    /// Notes what had arrived of a stream, if anything had.
    pub(crate) fn with_partial(mut self, mut partial: ChatCompletion) -> Self {
        let used = || serde_json::from_str(self.0.used.as_deref()?).ok();
        partial.usage = partial.usage.or_else(used);
        self.0.partial = Some(partial).filter(|partial| !partial.choices.is_empty());
        self
    }

    /// What the call's clocks know: attempts are counted by the caller.
    pub(crate) fn with_account(
        mut self,
        attempts: u32,
        elapsed: Duration,
        spent: Spent,
        sent: u64,
        received: u64,
    ) -> Self {
        let inner = &mut self.0;
        (inner.attempts, inner.elapsed, inner.spent, inner.sent, inner.received) =
            (attempts, elapsed, spent, sent, received);
        self
    }

    /// The underlying error of the target, which on the web is the host's own error object.
    #[allow(dead_code, reason = "only the JavaScript side hands it on")]
    pub(crate) fn cause(&self) -> Option<&Cause> {
        self.0.cause.as_ref()
    }
}
