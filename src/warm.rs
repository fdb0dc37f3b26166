//! Sockets opened ahead of use, so that the first requests find them.

use std::future::{Future, poll_fn};
use std::task::Poll;

use crate::alarm::Alarm;
use crate::call::outcome;
use crate::client::Inner;
use crate::deadline::{Clocks, SharedClocks};
use crate::error::{Error, Result};
use crate::gate::Permit;
use crate::rt;

/// Opens sockets until so many are idle, as far as the limits allow without waiting; gives how many it opened.
pub(crate) async fn warm(client: &Inner, sockets: usize) -> Result<usize> {
    let named = |error: Error| error.of_provider(client.settings.provider.name());
    rt::check().map_err(|missing| named(Error::config(missing)))?;
    let Some(now) = client.transport.sockets() else {
        return Ok(0);
    };
    let pool = &client.settings.pool;
    let free = pool.max_connections.saturating_sub(client.gate.stats().in_use);
    let room = sockets
        .min(pool.max_keepalive_connections)
        .min(free)
        .saturating_sub(now.idle);
    let dials = (0..room)
        .map_while(|_| client.gate.try_acquire())
        .map(|permit| Box::pin(open(client, permit)));
    let outcomes = all(dials.collect()).await;
    let opened = outcomes.iter().filter(|outcome| outcome.is_ok()).count();
    match outcomes.into_iter().find_map(Result::err) {
        Some(error) if opened == 0 => Err(named(error)),
        _ => Ok(opened),
    }
}

async fn open(client: &Inner, permit: Permit) -> Result<()> {
    let clocks = SharedClocks::new(Clocks::start(rt::now(), client.settings.limits, false));
    let work = client.transport.open(&client.settings.base_url, permit, clocks.clone());
    outcome(&mut Alarm::default(), &clocks, std::pin::pin!(work)).await
}

/// Runs futures side by side to the end of the last.
async fn all<F: Future + Unpin>(mut running: Vec<F>) -> Vec<F::Output> {
    let mut done = Vec::with_capacity(running.len());
    poll_fn(|context| {
        running.retain_mut(|future| match std::pin::Pin::new(future).poll(context) {
            Poll::Pending => true,
            Poll::Ready(output) => {
                done.push(output);
                false
            }
        });
        if running.is_empty() {
            Poll::Ready(())
        } else {
            Poll::Pending
        }
    })
    .await;
    done
}
