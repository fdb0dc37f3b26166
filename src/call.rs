//! The one way of a call: prepare, wait for a place, send, hand the answer to its machine; and all of that again while
//! the policy of retries says so and nothing was handed to the caller.

use std::future::Future;
use std::pin::{Pin, pin};
use std::time::Duration;

use crate::alarm::{Alarm, within};
use crate::client::Inner;
use crate::config::{CallOptions, RetryConfig};
use crate::deadline::{Clocks, Expired, Limits, SharedClocks};
use crate::error::{Error, ErrorKind, Result, TimeoutKind};
use crate::gate::{Closed, Permit};
use crate::metrics::Recording;
use crate::provider::{self, Asked, Input};
use crate::retry::{Advice, Circumstances, Retries};
use crate::rt::{self, Instant, Sleep};
use crate::stream::{Machine, Reader, Sink, Typed};
use crate::transport::{Failure, Head, Headers, Request};

/// A call that was checked and encoded; nothing was sent yet.
pub(crate) struct Prepared {
    request: Request,
    asked: Asked,
    limits: Limits,
    retries: RetryConfig,
    streaming: bool,
}

/// A call under way, over all of its attempts.
pub(crate) struct Call {
    pub(crate) request: Request,
    asked: Asked,
    streaming: bool,
    /// Those of the present attempt; the limit on the whole call goes on from one attempt to the next.
    pub(crate) clocks: SharedClocks,
    retries: Retries,
    /// When the next attempt may start, after one that failed.
    resume: Option<Instant>,
    /// With the call, unless an answer has it.
    recording: Option<Recording>,
}

/// Checks and encodes a request.
pub(crate) fn prepare(client: &Inner, input: &Input<'_>, options: &CallOptions) -> Result<Prepared> {
    let provider = client.settings.provider;
    let named = |error: Error| error.of_provider(provider.name());
    options.validate().map_err(named)?;
    let limits = options.timeouts.apply(client.settings.limits).map_err(named)?;
    let retries = options.retries.apply(client.settings.retries);
    retries.validate().map_err(named)?;
    let (mut request, asked) = provider::encode(&client.settings, input, options).map_err(named)?;
    if let Some(name) = provider.idempotency_header()
        && request.to.headers.get(name).is_none()
    {
        request.own = Some((name, format!("{:016x}{:016x}", rt::random(), rt::random())));
    }
    Ok(Prepared {
        request,
        asked,
        limits,
        retries,
        streaming: input.is_streaming(),
    })
}

/// Prepares a call and starts its clocks.
pub(crate) fn begin(client: &Inner, input: &Input<'_>, options: &CallOptions) -> Result<Call> {
    Call::start(client, prepare(client, input, options)?)
}

/// Sends a call until its answer has begun: see [`Reader::begin`]. Dropping the future cancels everything.
pub(crate) async fn open(client: &Inner, call: &mut Call) -> Result<Reader<Typed>> {
    loop {
        let mut reader = call.head::<Typed>(client).await?;
        match reader.begin(call.may_repeat()).await {
            Ok(()) => return Ok(reader),
            Err(error) => {
                call.takes_back(&mut reader.machine);
                // Gives the place in the pool back before the wait.
                drop(reader);
                call.failed(client, error)?;
            }
        }
    }
}

impl Call {
    /// Starts the clocks.
    pub(crate) fn start(client: &Inner, prepared: Prepared) -> Result<Self> {
        rt::check().map_err(|missing| Error::config(missing).of_provider(client.settings.provider.name()))?;
        client.retry_budget.call();
        let clocks = SharedClocks::new(Clocks::start(rt::now(), prepared.limits, prepared.streaming));
        let recording = client
            .meter
            .start(prepared.asked.operation.name(), &prepared.asked.model, clocks.clone());
        Ok(Self {
            request: prepared.request,
            asked: prepared.asked,
            streaming: prepared.streaming,
            recording: Some(recording),
            clocks,
            retries: Retries::new(prepared.retries),
            resume: None,
        })
    }

    /// Whether an attempt that fails may be followed by another.
    pub(crate) fn may_repeat(&self) -> bool {
        self.retries.are_on()
    }

    /// Sends, again where it has to be, until the head of an answer has arrived. What comes behind the head may fail as
    /// well: after [`failed`](Self::failed) this is the way to the next attempt.
    pub(crate) async fn head<S: Sink + Default>(&mut self, client: &Inner) -> Result<Reader<S>> {
        loop {
            self.rest(client).await?;
            match self.attempt(client).await {
                Ok(reader) => return Ok(reader),
                Err(error) => self.failed(client, error)?,
            }
        }
    }

    /// The answer has failed before it began: what happens to the call is recorded here again.
    pub(crate) fn takes_back<S>(&mut self, machine: &mut Machine<S>) {
        self.recording = machine.recording.take().or(self.recording.take());
    }

    /// Judges a failed attempt: the error for the caller, unless there is to be another one.
    pub(crate) fn failed(&mut self, client: &Inner, error: Error) -> Result<()> {
        let now = rt::now();
        let wait = self.retries.after(
            error
                .masked(&self.asked.secrets)
                .of_provider(client.settings.provider.name()),
            &Circumstances {
                now,
                chance: rt::chance(),
                left: self.clocks.lock().left(now),
                budget: &client.retry_budget,
            },
        );
        let wait = match (wait, &mut self.recording) {
            (Err(error), Some(recording)) => {
                recording.fails(now, &error);
                return Err(error);
            }
            (Ok(wait), Some(recording)) => {
                recording.retries();
                wait
            }
            (wait, None) => wait?,
        };
        self.clocks.lock().rests(now);
        self.resume = Some(now + wait);
        Ok(())
    }

    /// Waits for the time of the next attempt, if one has failed. No place in the pool is held meanwhile.
    pub(crate) async fn rest(&mut self, client: &Inner) -> Result<()> {
        let Some(resume) = self.resume.take() else {
            return Ok(());
        };
        if until_closed(client, Sleep::until(resume)).await.is_none() {
            return Err(self
                .clocks
                .lock()
                .account(rt::now(), closed())
                .of_provider(client.settings.provider.name()));
        }
        // Clocks of their own, so that nothing that an earlier attempt still reports can move them.
        let next = self.clocks.lock().next_attempt(rt::now());
        self.clocks = SharedClocks::new(next);
        if let Some(recording) = &mut self.recording {
            recording.follows(self.clocks.clone());
        }
        Ok(())
    }

    /// One attempt, to the head of its answer.
    async fn attempt<S: Sink + Default>(&mut self, client: &Inner) -> Result<Reader<S>> {
        let clocks = &self.clocks;
        let mut alarm = Alarm::default();
        let permit = place(client, &mut alarm, clocks).await?;
        let response = {
            let sent = pin!(client.transport.send(&self.request, permit, clocks.clone()));
            outcome(&mut alarm, clocks, sent).await?
        };
        let machine = self.answered(client, response.head);
        Ok(Reader::new(machine, response.body, alarm))
    }

    /// The machine for an answer whose head has arrived.
    pub(crate) fn answered<S: Sink + Default>(&mut self, client: &Inner, head: Head) -> Machine<S> {
        let advice = match head.status {
            200..=299 => Advice::default(),
            _ => Advice::of(&Headers::from(&head.headers), rt::unix_time()),
        };
        let mut machine = Machine::new(
            self.clocks.clone(),
            S::default(),
            head,
            advice,
            self.asked.clone(),
            &client.settings,
            self.streaming,
        );
        machine.recorded_by(self.recording.take());
        machine
    }
}

/// Runs a future until it is done or the client is closed.
async fn until_closed<F: Future>(client: &Inner, future: F) -> Option<F::Output> {
    let mut future = std::pin::pin!(future);
    let mut closed = std::pin::pin!(client.gate.closed());
    std::future::poll_fn(|context| match closed.as_mut().poll(context) {
        std::task::Poll::Ready(()) => std::task::Poll::Ready(None),
        std::task::Poll::Pending => future.as_mut().poll(context).map(Some),
    })
    .await
}

/// A place in the pool, within the pool limit; a limit of zero does not wait.
pub(crate) async fn place(client: &Inner, alarm: &mut Alarm, clocks: &SharedClocks) -> Result<Permit> {
    let gate = &client.gate;
    if let Some(permit) = gate.try_acquire() {
        return Ok(permit);
    }
    let from = rt::now();
    let limit = clocks.lock().limits().pool;
    let outcome = if limit == Some(Duration::ZERO) {
        Err(Expired {
            kind: TimeoutKind::Pool,
            limit: Duration::ZERO,
        })
    } else {
        within(alarm, clocks, pin!(rt::on_own_behalf(gate.acquire()))).await
    };
    let now = rt::now();
    gate.waited(from, now);
    match outcome {
        _ if gate.is_closed() => Err(closed()),
        Ok(Err(Closed)) => Err(closed()),
        Ok(Ok(permit)) => Ok(permit),
        Err(expired) => {
            if expired.kind == TimeoutKind::Pool {
                gate.timed_out();
            }
            Err(clocks.lock().timeout(now, expired))
        }
    }
}

fn closed() -> Error {
    Error::new(ErrorKind::Aborted, "the client was closed: make a new one")
}

/// What a transport's work comes to within the limits of the clocks.
pub(crate) async fn outcome<T>(
    alarm: &mut Alarm,
    clocks: &SharedClocks,
    work: Pin<&mut impl Future<Output = std::result::Result<T, Failure>>>,
) -> Result<T> {
    match within(alarm, clocks, work).await {
        Ok(Ok(done)) => Ok(done),
        Ok(Err(failure)) => Err(failed(clocks, failure)),
        Err(expired) => Err(clocks.lock().timeout(rt::now(), expired)),
    }
}

/// The error of a transport's failure, or of a limit that has run out by then: on a busy machine the nets below the
/// clocks may be reached in the same moment as the clocks themselves.
pub(crate) fn failed(clocks: &SharedClocks, failure: Failure) -> Error {
    let now = rt::now();
    let expired = clocks.lock().expired(now);
    match expired {
        Some(expired) => clocks.lock().timeout(now, expired),
        None => network(clocks, failure),
    }
}

/// The error of a transport's failure.
fn network(clocks: &SharedClocks, failure: Failure) -> Error {
    let mut clocks = clocks.lock();
    let replay = failure.replay.unwrap_or_else(|| clocks.replay());
    let error = Error::new(ErrorKind::Network, format!("the request failed: {}", failure.message));
    clocks.account(
        rt::now(),
        error
            .with_code(failure.code)
            .with_cause(failure.cause)
            .with_replay(replay),
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_failure_when_a_limit_has_run_out_is_that_limits() {
        for (limit, kind) in [
            (Duration::ZERO, ErrorKind::Timeout(TimeoutKind::Connect)),
            (Duration::from_secs(60), ErrorKind::Network),
        ] {
            let limits = Limits {
                connect: Some(limit),
                ..Limits::default()
            };
            let clocks = SharedClocks::new(Clocks::start(rt::now(), limits, false));
            clocks.lock().dials(rt::now());
            let failure = Failure {
                message: "operation timed out".to_owned(),
                code: None,
                replay: None,
                cause: None,
            };
            let error = outcome::<()>(&mut Alarm::default(), &clocks, pin!(std::future::ready(Err(failure))))
                .await
                .unwrap_err();
            assert_eq!(error.kind(), kind);
        }
    }
}
