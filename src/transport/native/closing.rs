//! Closing sockets count: a dropped connection is closed by hyper's task, which has to run first.
//!
//! Whatever keeps a connection alive is dropped in a small task of its own, which then lets the runtime go round. That
//! drop wakes hyper's tasks, one after the other, on the same worker, so that they have run, and closed the socket, when
//! ours goes on. Another worker may have taken one of them over meanwhile; it is given a moment, and more of them for as
//! long as the machine is so busy that our own timer comes late.

use std::sync::Arc;
use std::time::Duration;

use tokio::runtime::{Handle, RuntimeFlavor};

use super::pool::Pool;
use super::shared::Place;
use crate::rt;

/// Rounds of the runtime that a socket is given to be closed.
const ROUNDS: usize = 3;
/// What another worker is given besides.
const MOMENT: Duration = Duration::from_millis(1);
/// The same for a shared socket, which several tasks of hyper's close one after the other, when its last streams are over.
const LONGER_MOMENT: Duration = Duration::from_millis(5);
/// A timer that comes later than this tells of a machine that keeps its threads waiting.
const LATE: Duration = Duration::from_millis(3);
/// So many late moments are waited for at most.
const MOMENTS: usize = 10;

/// Books a socket as closed when it is dropped: at the end of the task, or with it.
struct Burial {
    pool: Arc<Pool>,
    _place: Option<Arc<Place>>,
}

impl Drop for Burial {
    fn drop(&mut self) {
        self.pool.closed();
    }
}

/// Drops what keeps a connection alive, and after that books it as closed and frees its place. The caller has booked it as closing.
pub(super) fn bury(pool: &Arc<Pool>, place: Option<Arc<Place>>, remains: impl Send + 'static) {
    let moment = if place.is_some() { LONGER_MOMENT } else { MOMENT };
    let burial = Burial {
        pool: Arc::clone(pool),
        _place: place,
    };
    rt::spawn(async move {
        drop(remains);
        go_round().await;
        if Handle::current().runtime_flavor() != RuntimeFlavor::CurrentThread {
            give(moment).await;
            go_round().await;
        }
        drop(burial);
    });
}

async fn give(moment: Duration) {
    for _ in 0..MOMENTS {
        let from = rt::now();
        tokio::time::sleep(moment).await;
        if rt::now().since(from) < moment + LATE {
            break;
        }
    }
}

async fn go_round() {
    for _ in 0..ROUNDS {
        tokio::task::yield_now().await;
    }
}
