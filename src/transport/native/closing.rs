//! Closing sockets count: a dropped connection is closed by hyper's task, which has to run first.
//!
//! Whatever keeps a connection alive is dropped in a small task of its own, which then lets the runtime go round. That
//! drop wakes hyper's task on the same worker, so that it has run, and closed the socket, when ours goes on.

use std::sync::Arc;

use super::pool::Pool;
use crate::rt;

/// Rounds of the runtime that a socket is given to be closed.
const ROUNDS: usize = 2;

/// Books a socket as closed when it is dropped: at the end of the task, or with it.
struct Burial(Arc<Pool>);

impl Drop for Burial {
    fn drop(&mut self) {
        self.0.closed();
    }
}

/// Drops what keeps a connection alive, and books it as closed after that. The caller has booked it as closing.
pub(super) fn bury(pool: &Arc<Pool>, remains: impl Send + 'static) {
    let burial = Burial(Arc::clone(pool));
    rt::spawn(async move {
        drop(remains);
        for _ in 0..ROUNDS {
            tokio::task::yield_now().await;
        }
        drop(burial);
    });
}
