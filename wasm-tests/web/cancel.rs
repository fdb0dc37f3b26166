//! Whoever drops a future or a stream ends its request, wherever it is.

use llm_api_router::Client;
use wasm_bindgen_test::wasm_bindgen_test;

use crate::fake::Fake;
use crate::time::{drop_when, until};
use crate::{client, config, places, request, stream, text};

#[wasm_bindgen_test]
async fn a_future_dropped_before_the_head_aborts_its_fetch() {
    let fake = Fake::new("return fake.never(signal)");
    let client = client(&fake.url);
    let call = client.chat().completions().create(request());
    drop_when(call, "the request is out", || fake.requests() == 1).await;
    assert_eq!((fake.aborted(), client.pool_stats().in_use), (1, 0));
}

#[wasm_bindgen_test]
async fn a_future_dropped_while_the_whole_answer_arrives_aborts_its_fetch() {
    let fake = Fake::new(r#"return fake.stream(["{", "}"], { open: true })"#);
    let client = client(&fake.url);
    let call = client.chat().completions().create(request());
    drop_when(call, "the body is being read", || fake.pulled() == 2).await;
    assert_eq!(
        (fake.aborted(), fake.cancelled(), client.pool_stats().in_use),
        (1, 1, 0)
    );
}

#[wasm_bindgen_test]
async fn a_dropped_stream_aborts_its_fetch_and_cancels_its_body() {
    let fake = Fake::new(r#"return fake.stream([fake.text("a"), fake.text("b")], { open: true })"#);
    let client = client(&fake.url);
    let mut answer = stream(&client).await.unwrap();
    assert_eq!(answer.next().await.unwrap().unwrap().content(), Some("a"));
    assert_eq!(client.pool_stats().in_use, 1);
    drop(answer);
    assert_eq!(
        (fake.aborted(), fake.cancelled(), client.pool_stats().in_use),
        (1, 1, 0)
    );
}

#[wasm_bindgen_test]
async fn a_stream_dropped_unread_aborts_its_fetch_and_cancels_its_body() {
    let fake = Fake::new(r#"return fake.stream([fake.text("a")], { open: true })"#);
    let client = client(&fake.url);
    drop(stream(&client).await.unwrap());
    assert_eq!(
        (fake.aborted(), fake.cancelled(), client.pool_stats().in_use),
        (1, 1, 0)
    );
}

#[wasm_bindgen_test]
async fn an_answer_that_comes_in_spite_of_the_abort_is_cancelled() {
    let fake = Fake::new(
        r#"
        await new Promise((resolve) => signal.addEventListener("abort", resolve));
        return fake.stream([fake.text("late")], { open: true });
        "#,
    );
    let client = client(&fake.url);
    drop_when(stream(&client), "the request is out", || fake.requests() == 1).await;
    until("the late body is cancelled", || fake.cancelled() == 1).await;
}

#[wasm_bindgen_test]
async fn a_future_dropped_in_the_queue_is_never_sent_and_leaves_the_queue() {
    let fake = Fake::new(r#"return fake.stream([fake.text("a"), fake.end])"#);
    let client = Client::new(config(&fake.url).connection_pool_config(places(1))).unwrap();
    let first = stream(&client).await.unwrap();
    drop_when(stream(&client), "it waits", || client.pool_stats().waiting == 1).await;
    assert_eq!((client.pool_stats().waiting, fake.requests()), (0, 1));
    assert_eq!(text(first).await.unwrap(), "a");
    assert_eq!(text(stream(&client).await.unwrap()).await.unwrap(), "a");
    assert_eq!(fake.requests(), 2);
}

#[wasm_bindgen_test]
async fn what_follows_the_last_event_is_drained_so_that_the_host_can_reuse_the_socket() {
    let fake = Fake::new(r#"return fake.stream([fake.text("a"), fake.end, 20, ": bye\n\n"])"#);
    let client = client(&fake.url);
    assert_eq!(text(stream(&client).await.unwrap()).await.unwrap(), "a");
    until("the body is read to its end", || client.pool_stats().in_use == 0).await;
    assert_eq!((fake.aborted(), fake.cancelled()), (0, 0));
}
