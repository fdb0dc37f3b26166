//! The task that closes idle sockets at their age: one per pool, asleep until the nearest expiry.

use std::sync::{Arc, Weak};

use super::pool::Pool;
use crate::rt;

/// Tells the pool when its task is gone, even when that was dropped with its runtime.
struct Watch(Weak<Pool>);

impl Drop for Watch {
    fn drop(&mut self) {
        if let Some(pool) = self.0.upgrade() {
            pool.unwatched();
        }
    }
}

/// Starts the task. It holds the pool only while it looks, and ends with it.
pub(super) fn watch(pool: &Arc<Pool>) {
    let watch = Watch(Arc::downgrade(pool));
    let changed = Arc::clone(&pool.changed);
    rt::spawn(async move {
        while let Some(next) = watch.0.upgrade().map(|pool| pool.expire()) {
            match next {
                None => changed.notified().await,
                Some(at) => {
                    let _ = tokio::time::timeout(at.since(rt::now()), changed.notified()).await;
                }
            }
        }
    });
}
