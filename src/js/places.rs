//! What a request has to have before JavaScript sends it, and what JavaScript is told of it.

use std::cell::RefCell;
use std::pin::pin;
use std::sync::Arc;

use crate::alarm::{Alarm, within};
use crate::call::{self, Call};
use crate::client::Inner;
use crate::deadline::SharedClocks;
use crate::error::Error;
use crate::gate::Permit;
use crate::rt;
use crate::transport::{Address, Request, described};

/// Where JavaScript sent the last request of a client: most go to the same place with the same headers.
#[derive(Default)]
pub(super) struct Told(RefCell<Option<Arc<Address>>>);

impl Told {
    /// What fetch is to be given, or nothing if that is known.
    pub(super) fn tell(&self, request: &Request) -> String {
        let to = (request.method == "POST" && request.own.is_none()).then(|| request.to.clone());
        let last = self.0.replace(to.clone());
        match (to, last) {
            (Some(to), Some(last)) if Arc::ptr_eq(&to, &last) => String::new(),
            _ => described(request),
        }
    }
}

/// What a request needs before it is sent.
pub(super) struct Places {
    pub(super) pool: Permit,
    /// Among those whose response heads are awaited.
    _head: Option<Permit>,
}

impl Places {
    pub(super) fn new(pool: Permit, head: Option<Permit>) -> Self {
        Self { pool, _head: head }
    }

    /// Waits until the next attempt may be sent; where the policy says so, again.
    pub(super) async fn wait(client: &Inner, call: &mut Call) -> Result<Self, Error> {
        loop {
            call.rest(client).await?;
            match Self::of_attempt(client, &call.clocks).await {
                Ok(places) => return Ok(places),
                Err(error) => call.failed(client, error)?,
            }
        }
    }

    async fn of_attempt(client: &Inner, clocks: &SharedClocks) -> Result<Self, Error> {
        let mut alarm = Alarm::default();
        let pool = call::place(client, &mut alarm, clocks).await?;
        match within(&mut alarm, clocks, pin!(client.transport.place())).await {
            Ok(head) => Ok(Self::new(pool, head)),
            Err(expired) => Err(clocks.lock().timeout(rt::now(), expired)),
        }
    }
}
