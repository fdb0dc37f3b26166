//! Time in tests: waits for a condition, cuts a future off, measures.

use std::future::{Future, poll_fn};
use std::pin::pin;
use std::task::Poll;

use js_sys::{Function, Promise};
use wasm_bindgen::JsValue;
use wasm_bindgen::prelude::wasm_bindgen;
use wasm_bindgen_futures::JsFuture;

#[wasm_bindgen]
extern "C" {
    #[wasm_bindgen(js_name = setTimeout)]
    fn set_timeout(callback: &Function, milliseconds: f64) -> JsValue;

    #[wasm_bindgen(js_namespace = performance, js_name = now)]
    fn now() -> f64;
}

pub async fn sleep(milliseconds: f64) {
    let fired = Promise::new(&mut |resolve, _| {
        set_timeout(&resolve, milliseconds);
    });
    JsFuture::from(fired).await.unwrap();
}

/// Waits until something is so.
pub async fn until(what: &str, mut is: impl FnMut() -> bool) {
    let start = now();
    while !is() {
        assert!(now() - start < 5000.0, "waited 5 s, and it is not so that {what}");
        sleep(2.0).await;
    }
}

/// Runs a future until something is so, then drops it: it must not have ended by itself.
pub async fn drop_when<T>(future: impl Future<Output = T>, what: &str, is: impl FnMut() -> bool) {
    let mut future = pin!(future);
    let mut until = pin!(until(what, is));
    poll_fn(|context| {
        assert!(future.as_mut().poll(context).is_pending(), "ended before {what}");
        until.as_mut().poll(context)
    })
    .await;
}

/// The outcome, and how many milliseconds it took.
pub async fn measure<T>(future: impl Future<Output = T>) -> (T, f64) {
    let start = now();
    let outcome = future.await;
    (outcome, now() - start)
}

/// Runs futures side by side.
pub async fn all<T>(futures: impl IntoIterator<Item = impl Future<Output = T>>) -> Vec<T> {
    let mut futures: Vec<_> = futures.into_iter().map(|future| (Box::pin(future), None)).collect();
    poll_fn(|context| {
        for (future, outcome) in futures.iter_mut().filter(|(_, outcome)| outcome.is_none()) {
            if let Poll::Ready(ready) = future.as_mut().poll(context) {
                *outcome = Some(ready);
            }
        }
        match futures.iter().all(|(_, outcome)| outcome.is_some()) {
            true => Poll::Ready(()),
            false => Poll::Pending,
        }
    })
    .await;
    futures.into_iter().filter_map(|(_, outcome)| outcome).collect()
}
