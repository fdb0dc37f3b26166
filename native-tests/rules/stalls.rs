//! How long this machine lately kept threads waiting that were due: what upper bounds on time have to allow for.

use std::sync::{Mutex, PoisonError};
use std::thread;
use std::time::{Duration, Instant};

/// Between two looks at the clock.
const STEP: Duration = Duration::from_millis(5);

/// A look that comes later than this is a stall.
const USUAL: Duration = Duration::from_millis(2);

/// An event passes through about so many threads on its way from the server to the test, each of which may be late.
const HOPS: u32 = 4;

/// When a stall ended, and how long it was.
static STALLS: Mutex<Vec<(Instant, Duration)>> = Mutex::new(Vec::new());

/// Watches the clock from now on, for as long as the process lives.
pub fn watch() {
    static ONCE: std::sync::Once = std::sync::Once::new();
    ONCE.call_once(|| {
        thread::spawn(|| {
            loop {
                let from = Instant::now();
                thread::sleep(STEP);
                let late = from.elapsed().saturating_sub(STEP);
                if late > USUAL {
                    stalls().push((Instant::now(), late));
                }
            }
        });
    });
}

/// What an event that was due within the last `time` may be late by, beyond the usual; zero on a machine with nothing
/// else to do.
pub fn allowance(time: Duration) -> Duration {
    let now = Instant::now();
    let lately = stalls()
        .iter()
        .filter(|(ended, _)| now.duration_since(*ended) <= time + STEP)
        .map(|(_, late)| *late)
        .max();
    lately.unwrap_or_default() * HOPS
}

fn stalls() -> std::sync::MutexGuard<'static, Vec<(Instant, Duration)>> {
    STALLS.lock().unwrap_or_else(PoisonError::into_inner)
}
