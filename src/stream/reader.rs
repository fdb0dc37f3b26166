//! The driver of one answer: polls the body, feeds the machine, watches the clocks.

use std::future::Future;
use std::task::{Context, Poll};
use std::time::Duration;

use bytes::Bytes;

use super::{Machine, Sink, Typed};
use crate::alarm::Alarm;
use crate::error::{Error, ErrorKind};
use crate::rt::{self, Sleep};
use crate::transport::Body;
use crate::types::ChatCompletion;

/// After the terminal event, how long and how far the rest of a body is read, so that its socket can be used again.
const DRAIN_TIME: Duration = Duration::from_secs(1);
const DRAIN_BYTES: usize = 64 << 10;

/// A machine and the body that feeds it.
pub(crate) struct Reader<S> {
    /// In a place of its own, because readers are handed on.
    pub(crate) machine: Box<Machine<S>>,
    /// `None` once it has ended or failed.
    pub(crate) body: Option<Body>,
    /// What ended the answer behind chunks that were complete before it.
    failure: Option<Error>,
    alarm: Alarm,
    waits: bool,
}

/// What one read brought.
pub(crate) enum Step {
    /// Bytes were fed.
    Fed,
    /// The body has ended.
    Ended,
}

impl<S: Sink> Reader<S> {
    /// `alarm`: the one that the head was awaited with.
    pub(crate) fn new(machine: Machine<S>, body: Body, alarm: Alarm) -> Self {
        Self {
            machine: Box::new(machine),
            body: Some(body),
            failure: None,
            alarm,
            waits: false,
        }
    }

    /// Reads once. After an error the body is gone, and with it the request.
    pub(crate) fn poll_read(&mut self, context: &mut Context<'_>) -> Poll<Result<Step, Error>> {
        if let Some(error) = self.failure.take() {
            return Poll::Ready(Err(error));
        }
        let Some(body) = &mut self.body else {
            return Poll::Ready(Ok(Step::Ended));
        };
        let outcome = match body.poll_chunk(context) {
            Poll::Pending => match self.poll_wait(context) {
                Poll::Pending => return Poll::Pending,
                // The answer has all its content: whatever was to come behind it is not waited for any longer.
                Poll::Ready(_) if self.machine.is_complete() => self.end(),
                Poll::Ready(error) => Err(error),
            },
            Poll::Ready(Some(Ok(bytes))) => self.feed(bytes).map(|()| Step::Fed),
            Poll::Ready(Some(Err(failure))) => match self.machine.on_failure(rt::now(), failure) {
                Ok(()) => self.end(),
                Err(error) => Err(error),
            },
            Poll::Ready(None) => self.end(),
        };
        if outcome.is_err() {
            self.body = None;
        }
        Poll::Ready(outcome)
    }

    fn end(&mut self) -> Result<Step, Error> {
        self.body = None;
        self.machine.on_eof(rt::now()).map(|_| Step::Ended)
    }

    fn feed(&mut self, bytes: Bytes) -> Result<(), Error> {
        let now = rt::now();
        self.waits = false;
        self.machine.on_chunk(now, bytes)?;
        match self.machine.total_expired(now) {
            None => Ok(()),
            Some(error) => Err(error),
        }
    }

    /// Nothing has arrived: from now on somebody waits, which is what the limits are about.
    fn poll_wait(&mut self, context: &mut Context<'_>) -> Poll<Error> {
        let next = {
            let mut clocks = self.machine.clocks.lock();
            if !self.waits {
                self.waits = true;
                clocks.reads(rt::now());
            }
            clocks.next()
        };
        match self.alarm.poll_after(next, &self.machine.clocks, context) {
            Poll::Pending => Poll::Pending,
            Poll::Ready(expired) => Poll::Ready(self.machine.timeout(rt::now(), expired)),
        }
    }

    /// Reads until a failure would be the caller's to handle: to the end of an answer that is not streamed, else to
    /// the first content. Where no attempt may follow there is no reason to wait for that: `patient` tells.
    pub(crate) async fn begin(&mut self, patient: bool) -> Result<(), Error> {
        while !self.machine.has_begun() && (patient || !self.machine.is_streaming()) {
            match std::future::poll_fn(|context| self.poll_read(context)).await {
                Ok(Step::Fed) => {}
                Ok(Step::Ended) => break,
                Err(error) if self.machine.has_begun() => self.failure = Some(error),
                Err(error) => return Err(error),
            }
        }
        Ok(())
    }
}

impl Reader<Typed> {
    /// The answer as a value, once it has been read.
    pub(crate) fn completion(mut self) -> Result<ChatCompletion, Error> {
        let answer = self.machine.sink.answer.take();
        answer
            .map(|answer| *answer)
            .ok_or_else(|| Error::new(ErrorKind::Stream, "the answer is empty"))
    }

    /// The JSON of an answer that is no conversation's, once it has been read.
    pub(crate) fn json(self) -> String {
        self.machine.sink.json
    }
}

/// Reads the rest of a body whose content is complete, in the background and within bounds.
pub(crate) fn drain(mut body: Body) {
    rt::spawn(async move {
        let mut timer = Sleep::until(rt::now() + DRAIN_TIME);
        let mut left = DRAIN_BYTES;
        std::future::poll_fn(|context| {
            if std::pin::Pin::new(&mut timer).poll(context).is_ready() {
                return Poll::Ready(());
            }
            loop {
                match body.poll_chunk(context) {
                    Poll::Pending => return Poll::Pending,
                    Poll::Ready(Some(Ok(bytes))) if bytes.len() < left => left -= bytes.len(),
                    Poll::Ready(_) => return Poll::Ready(()),
                }
            }
        })
        .await;
    });
}
