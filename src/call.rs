//! The one way of a call: prepare, wait for a place, send, hand the answer to its machine.

use std::future::Future;
use std::time::Duration;

use crate::alarm::within;
use crate::client::Inner;
use crate::config::CallOptions;
use crate::deadline::{Clocks, Expired, Limits, SharedClocks};
use crate::error::{Error, ErrorKind, Result, TimeoutKind};
use crate::gate::{Closed, Permit};
use crate::provider::ChatInput;
use crate::rt;
use crate::stream::{Machine, Reader, Sink};
use crate::transport::{Failure, Request};

/// A call that was checked and encoded; nothing was sent yet.
pub(crate) struct Prepared {
    request: Request,
    limits: Limits,
    streaming: bool,
}

/// Checks and encodes a chat request.
pub(crate) fn prepare_chat(
    client: &Inner,
    request: &ChatInput<'_>,
    streaming: bool,
    options: &CallOptions,
) -> Result<Prepared> {
    let provider = client.settings.provider;
    let named = |error: Error| error.of_provider(provider.name());
    options.validate().map_err(named)?;
    let limits = options.timeouts.apply(client.settings.limits).map_err(named)?;
    let request = provider
        .encode_chat(&client.settings, request, streaming, options)
        .map_err(named)?;
    Ok(Prepared {
        request,
        limits,
        streaming,
    })
}

/// Sends a prepared call and waits for the head of its answer. Dropping the future cancels everything.
pub(crate) async fn open<S: Sink>(client: &Inner, prepared: Prepared, sink: S) -> Result<Reader<S>> {
    let provider = client.settings.provider.name();
    rt::check().map_err(|missing| Error::config(missing).of_provider(provider))?;
    let Prepared {
        request,
        limits,
        streaming,
    } = prepared;
    let clocks = SharedClocks::new(Clocks::start(rt::now(), limits, streaming));
    let permit = place(client, &clocks)
        .await
        .map_err(|error| error.of_provider(provider))?;
    let response = outcome(&clocks, client.transport.send(request, permit, clocks.clone()))
        .await
        .map_err(|error| error.of_provider(provider))?;
    let machine = Machine::new(clocks, sink, response.head, &client.settings, streaming);
    Ok(Reader::new(machine, response.body))
}

/// A place in the pool, within the pool limit; a limit of zero does not wait.
async fn place(client: &Inner, clocks: &SharedClocks) -> Result<Permit> {
    let gate = &client.gate;
    let from = rt::now();
    let limit = clocks.lock().limits().pool;
    let outcome = if limit == Some(Duration::ZERO) {
        gate.try_acquire().map(Ok).ok_or(Expired {
            kind: TimeoutKind::Pool,
            limit: Duration::ZERO,
        })
    } else {
        within(clocks, rt::on_own_behalf(gate.acquire())).await
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
            Err(clocks.lock().timeout(now, expired, 1))
        }
    }
}

fn closed() -> Error {
    Error::new(ErrorKind::Aborted, "the client was closed: make a new one")
}

/// What a transport's work comes to within the limits of the clocks.
pub(crate) async fn outcome<T>(
    clocks: &SharedClocks,
    work: impl Future<Output = std::result::Result<T, Failure>>,
) -> Result<T> {
    match within(clocks, work).await {
        Ok(Ok(done)) => Ok(done),
        Ok(Err(failure)) => Err(network(clocks, failure)),
        Err(expired) => Err(clocks.lock().timeout(rt::now(), expired, 1)),
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
        1,
    )
}
