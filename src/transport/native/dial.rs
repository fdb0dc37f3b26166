//! The dial gate: reports when a slot dials, and keeps a slot from dialling beside a connection that it still has.
//!
//! After a response's end, hyper hands the connection back to its pool in a task of its own. A slot that is given to
//! the next request at once may look empty, so hyper would dial a second socket beside the first. A dial that begins
//! within [`GRACE`] of the last response's end is therefore held back, and given up as soon as the request turns out
//! to have its connection; hyper does not mind, because the checkout has won by then.

use std::error::Error;
use std::future::Future;
use std::pin::Pin;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::{Context, Poll, Waker};
use std::time::Duration;

use tokio::sync::Notify;
use tower_layer::Layer;
use tower_service::Service;

use super::counters::Counters;
use crate::deadline::{Clocks, SharedClocks};
use crate::error::TimeoutKind;
use crate::rt;

/// How long after a response's end its connection may be on its way back to hyper's pool.
pub(super) const GRACE: Duration = Duration::from_millis(20);

/// Within so short a time after a response, what a server does to its connection may as well come a moment later, when
/// the next request is out: no look could see it.
const MOMENT: Duration = Duration::from_micros(50);

type BoxError = Box<dyn Error + Send + Sync>;

/// What a slot's connector, its request body and its owner tell each other.
pub(super) struct Dials {
    state: Mutex<State>,
    taken: Notify,
    counters: Arc<Counters>,
    /// Only one connection is ever made: the next would exist beside a dying one that has streams left.
    once: bool,
}

#[derive(Default)]
struct State {
    clocks: Option<SharedClocks>,
    /// Who waits for the head: the task whose timer must follow the clocks.
    waiter: Option<Waker>,
    /// A connection has taken the present request.
    taken: bool,
    /// All of the present request was handed over.
    sent: bool,
    /// When the last response ended.
    ended: Option<rt::Instant>,
    /// Its connection was back in hyper's pool before its end was told.
    settled: bool,
    /// The connection was found open after a response.
    looked_at: bool,
    /// A socket was opened and not seen to be gone.
    open: bool,
    /// The only connection is gone.
    spent: bool,
}

impl Dials {
    pub(super) fn new(counters: Arc<Counters>) -> Arc<Self> {
        Arc::new(Self {
            state: Mutex::default(),
            taken: Notify::new(),
            counters,
            once: false,
        })
    }

    /// For a slot that makes only one connection.
    pub(super) fn once(counters: Arc<Counters>) -> Arc<Self> {
        Arc::new(Self {
            state: Mutex::default(),
            taken: Notify::new(),
            counters,
            once: true,
        })
    }

    /// What the requests of one slot tell each by itself.
    pub(super) fn of_stream(&self) -> Arc<Self> {
        Self::new(Arc::clone(&self.counters))
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// A request begins.
    pub(super) fn begins(&self, clocks: SharedClocks) {
        let mut state = self.lock();
        (state.clocks, state.taken, state.sent) = (Some(clocks), false, false);
    }

    /// Whoever polls with this context is woken when the clocks come to a nearer deadline, because hyper's task moves
    /// them.
    pub(super) fn wakes(&self, context: &Context<'_>) {
        let waiter = &mut self.lock().waiter;
        match waiter {
            Some(waiter) => waiter.clone_from(context.waker()),
            None => *waiter = Some(context.waker().clone()),
        }
    }

    /// A connection takes the request.
    pub(super) fn takes(&self) {
        let mut state = self.lock();
        state.taken = true;
        state.moves(Clocks::uploads);
        drop(state);
        self.taken.notify_one();
    }

    /// So much more of the request's body was handed over; `all` when it was the last piece.
    pub(super) fn sends(&self, bytes: usize, all: bool) {
        let mut state = self.lock();
        state.sent = all;
        state.moves(|clocks, now| {
            clocks.sends(now, bytes as u64);
            if all {
                clocks.uploaded(now);
            }
        });
    }

    /// Whether a connection has taken the request.
    pub(super) fn is_taken(&self) -> bool {
        self.lock().taken
    }

    /// Whether all of the request was handed over.
    pub(super) fn is_sent(&self) -> bool {
        self.lock().sent
    }

    /// Whether there may be a socket.
    pub(super) fn is_open(&self) -> bool {
        self.lock().open
    }

    /// Whether the slot has made its only connection and lost it.
    pub(super) fn is_spent(&self) -> bool {
        self.lock().spent
    }

    /// Whether a limit of the network has run out: the peer may have vanished.
    pub(super) fn has_expired(&self) -> bool {
        let clocks = self.lock().clocks.clone();
        let expired = clocks.and_then(|clocks| clocks.lock().expired(rt::now()));
        expired.is_some_and(|expired| matches!(expired.kind, TimeoutKind::Write | TimeoutKind::Read))
    }

    /// The response has ended and left the connection fit for another. `settled`: it is back in hyper's pool.
    pub(super) fn ends(&self, settled: bool) {
        let mut state = self.lock();
        (state.clocks, state.waiter) = (None, None);
        (state.ended, state.settled) = (Some(rt::now()), settled);
    }

    /// Whether the runtime has to look at the connection before it is used again, because the server may have closed it
    /// or sent something. A server that has kept it open before is trusted to do so for a [`MOMENT`].
    pub(super) fn wants_a_look(&self, now: rt::Instant) -> bool {
        let mut state = self.lock();
        let ended = state.ended.filter(|_| state.settled);
        let known = std::mem::replace(&mut state.looked_at, true);
        !known || ended.is_none_or(|ended| now.since(ended) > MOMENT)
    }

    /// Waits until the slot's connection cannot be on its way back any more.
    async fn hold(&self) -> Result<(), BoxError> {
        let until = {
            let mut state = self.lock();
            state.taken = false;
            state.ended.map(|ended| ended + GRACE)
        };
        let Some(until) = until else { return Ok(()) };
        loop {
            let left = until.since(rt::now());
            if self.is_taken() {
                return Err("the request has its connection".into());
            }
            if left.is_zero() {
                return Ok(());
            }
            let _ = tokio::time::timeout(left, self.taken.notified()).await;
        }
    }

    fn dials(&self) -> Result<(), BoxError> {
        let mut state = self.lock();
        if state.open {
            // hyper found its connection dead and dials another.
            (state.open, state.looked_at) = (false, false);
            self.counters.stale(state.ended.map(|ended| rt::now().since(ended)));
            state.spent = self.once;
        }
        if state.spent {
            return Err("the connection is gone".into());
        }
        state.ended = None;
        state.moves(Clocks::dials);
        Ok(())
    }

    fn opened(&self) {
        self.lock().open = true;
        self.counters.opened();
    }
}

impl State {
    /// Moves the clocks on. Whose timer goes off no later than they want needs not be woken: it looks at them then.
    fn moves(&self, act: impl FnOnce(&mut Clocks, rt::Instant)) {
        let Some(clocks) = &self.clocks else { return };
        let mut clocks = clocks.lock();
        let before = clocks.next();
        act(&mut clocks, rt::now());
        let nearer = clocks
            .next()
            .is_some_and(|(after, _)| before.is_none_or(|(before, _)| after < before));
        drop(clocks);
        if nearer && let Some(waiter) = &self.waiter {
            waiter.wake_by_ref();
        }
    }
}

/// Puts the gate in front of reqwest's connector.
#[derive(Clone)]
pub(super) struct DialLayer(pub(super) Arc<Dials>);

impl<S> Layer<S> for DialLayer {
    type Service = DialService<S>;

    fn layer(&self, inner: S) -> Self::Service {
        DialService {
            inner: Arc::new(inner),
            dials: Arc::clone(&self.0),
        }
    }
}

/// A connector behind the gate. hyper clones it several times for every request, although few of them dial.
pub(super) struct DialService<S> {
    inner: Arc<S>,
    dials: Arc<Dials>,
}

impl<S> Clone for DialService<S> {
    fn clone(&self) -> Self {
        Self {
            inner: Arc::clone(&self.inner),
            dials: Arc::clone(&self.dials),
        }
    }
}

impl<S, R> Service<R> for DialService<S>
where
    S: Service<R, Error = BoxError> + Clone + Send + Sync + 'static,
    S::Future: Send,
    R: Send + 'static,
{
    type Response = S::Response;
    type Error = BoxError;
    type Future = Pin<Box<dyn Future<Output = Result<S::Response, BoxError>> + Send>>;

    /// Whether the connector itself is ready is for each dial to find out.
    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<Result<(), BoxError>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, target: R) -> Self::Future {
        let mut inner = S::clone(&self.inner);
        let dials = Arc::clone(&self.dials);
        Box::pin(async move {
            dials.hold().await?;
            dials.dials()?;
            let dialling = dials.counters.dialling();
            std::future::poll_fn(|context| inner.poll_ready(context)).await?;
            let connection = inner.call(target).await?;
            dials.opened();
            drop(dialling);
            Ok(connection)
        })
    }
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicBool, Ordering};
    use std::time::Instant;

    use super::super::Host;
    use super::super::pair::Pair;
    use super::super::slot::Origin;
    use super::*;
    use crate::config::{HttpVersion, ProviderConfig};
    use crate::deadline::Limits;

    #[derive(Default)]
    struct Woken(AtomicBool);

    impl std::task::Wake for Woken {
        fn wake(self: Arc<Self>) {
            self.0.store(true, Ordering::Relaxed);
        }
    }

    #[tokio::test]
    async fn a_fresh_slot_dials_at_once() {
        let from = Instant::now();
        Dials::new(Arc::default()).hold().await.unwrap();
        assert!(from.elapsed() < GRACE / 2);
    }

    #[tokio::test]
    async fn a_dial_right_after_a_response_waits_for_its_connection() {
        let dials = Dials::new(Arc::default());
        dials.ends(true);
        let from = Instant::now();
        dials.hold().await.unwrap();
        assert!(from.elapsed() >= GRACE, "held for {:?}", from.elapsed());
    }

    #[tokio::test]
    async fn a_held_dial_is_given_up_when_the_request_has_its_connection() {
        let dials = Dials::new(Arc::default());
        // A request before this one left its mark.
        dials.takes();
        dials.ends(true);
        let from = Instant::now();
        let (held, ()) = tokio::join!(dials.hold(), async {
            tokio::task::yield_now().await;
            dials.takes();
        });
        held.unwrap_err();
        assert!(from.elapsed() < GRACE, "given up after {:?}", from.elapsed());
    }

    #[tokio::test]
    async fn only_a_nearer_deadline_wakes_who_waits() {
        for (read, woken) in [(60, false), (1, true)] {
            let limits = Limits {
                write: Some(Duration::from_secs(10)),
                read: Some(Duration::from_secs(read)),
                ..Limits::default()
            };
            let dials = Dials::new(Arc::default());
            let clocks = SharedClocks::new(Clocks::start(rt::now(), limits, false));
            clocks.lock().uploads(rt::now());
            dials.begins(clocks);
            let waiter = Arc::new(Woken::default());
            dials.wakes(&Context::from_waker(&Arc::clone(&waiter).into()));
            dials.takes();
            dials.sends(100, true);
            let told = waiter.0.load(Ordering::Relaxed);
            assert_eq!(told, woken, "from a limit of 10 s to one of {read} s");
        }
    }

    /// Rule 20: another request over the same socket may find out first that it is gone.
    #[tokio::test]
    async fn only_a_request_that_was_not_taken_is_another_sockets_when_a_shared_one_is_gone() {
        let config = ProviderConfig::new("openai", "key").http_version(HttpVersion::Http2);
        let Pair { gate, transport, .. } = Pair::of(config, Host::default());
        let origin = Origin::of(&reqwest::Url::parse("http://127.0.0.1:1").unwrap()).unwrap();
        let permit = gate.acquire().await.unwrap();
        let lease = transport.pool.lease(&origin, transport.kernel, permit).unwrap();
        let (slot, request) = lease.parts().unwrap();
        slot.dials.opened();
        request.takes();
        slot.dials.dials().unwrap_err();
        assert!(!lease.is_stale(), "the server may have worked on it");
        request.begins(SharedClocks::new(Clocks::start(rt::now(), Limits::default(), false)));
        assert!(lease.is_stale());
    }

    #[test]
    fn a_connection_is_used_without_a_look_right_after_a_whole_answer_once_it_was_kept_open() {
        let dials = Dials::new(Arc::default());
        let moment = |dials: &Dials| dials.lock().ended.unwrap() + MOMENT;
        dials.ends(true);
        assert!(dials.wants_a_look(moment(&dials)), "nothing is known of the server");
        dials.ends(true);
        assert!(!dials.wants_a_look(moment(&dials)));
        assert!(dials.wants_a_look(moment(&dials) + MOMENT));
        dials.ends(false);
        assert!(
            dials.wants_a_look(moment(&dials)),
            "it may be on its way back to hyper's pool"
        );
        // It turns out closed: what is known of it is void.
        dials.lock().open = true;
        dials.dials().unwrap();
        dials.ends(true);
        assert!(dials.wants_a_look(moment(&dials)));
    }
}
