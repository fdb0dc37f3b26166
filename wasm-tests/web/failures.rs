//! Whatever fetch and its answers do: a typed error, no panic, and nothing left behind.

use llm_api_router::{Client, Error, ErrorKind, Replay};
use wasm_bindgen_test::wasm_bindgen_test;
use wasm_tests::MOCK_URL;

use crate::fake::Fake;
use crate::{client, request, stream, text};

/// Fails streamed and whole, with the same kind; gives the streamed call's error.
async fn fails(client: &Client) -> Error {
    let whole = client.chat().completions().create(request()).await.unwrap_err();
    let streamed = match stream(client).await {
        Ok(answer) => text(answer).await.unwrap_err(),
        Err(error) => error,
    };
    assert_eq!(whole.kind(), streamed.kind(), "{whole} / {streamed}");
    assert_eq!(client.pool_stats().in_use, 0, "{streamed}");
    assert!(!format!("{streamed:?}").contains("test-key"));
    streamed
}

async fn network(script: &str) -> Error {
    let fake = Fake::new(script);
    let error = fails(&client(&fake.url)).await;
    assert_eq!(error.kind(), ErrorKind::Network, "{error}");
    error
}

fn source(error: &Error) -> String {
    std::error::Error::source(error)
        .map(ToString::to_string)
        .unwrap_or_default()
}

#[wasm_bindgen_test]
async fn a_rejection_keeps_the_host_s_words_and_code() {
    let error = network(
        r#"throw Object.assign(new TypeError("fetch failed"), { cause: Object.assign(new Error("certificate has expired"), { code: "CERT_HAS_EXPIRED" }) })"#,
    )
    .await;
    assert!(
        error.to_string().contains("fetch failed: certificate has expired"),
        "{error}"
    );
    assert_eq!(
        (error.code(), source(&error).as_str()),
        (Some("CERT_HAS_EXPIRED"), "fetch failed")
    );
    assert_eq!(error.replay(), Replay::MaybeProcessed);
}

#[wasm_bindgen_test]
async fn evidence_that_nothing_was_sent() {
    let refused = network(
        r#"throw Object.assign(new TypeError("fetch failed"), { cause: { code: "ECONNREFUSED", message: "" } })"#,
    )
    .await;
    assert!(refused.to_string().contains("the connection was refused"), "{refused}");
    let deno = network(r#"throw new TypeError("fetch failed", { cause: new Error("client error (Connect): dns error: failed to lookup address information") })"#).await;
    assert!(deno.to_string().contains("the host name was not found"), "{deno}");
    assert_eq!(
        (refused.replay(), deno.replay()),
        (Replay::NeverSent, Replay::NeverSent)
    );
}

#[wasm_bindgen_test]
async fn a_connection_that_ends_before_the_head_may_have_been_processed() {
    let error = network(r#"throw Object.assign(new TypeError("fetch failed"), { cause: Object.assign(new Error("other side closed"), { code: "UND_ERR_SOCKET" }) })"#).await;
    assert!(error.to_string().contains("closed before an answer came"), "{error}");
    assert_eq!(error.replay(), Replay::MaybeProcessed);
}

#[wasm_bindgen_test]
async fn what_is_thrown_need_not_be_an_error() {
    for thrown in ["undefined", "null", "'a text'", "7", "{}", "Symbol()"] {
        network(&format!("throw {thrown}")).await;
    }
}

#[wasm_bindgen_test]
async fn what_is_returned_need_not_be_a_response() {
    for returned in ["undefined", "null", "'a text'", "{}", "{ status: 'ok' }"] {
        let error = network(&format!("return {returned}")).await;
        assert!(error.to_string().contains("no Response"), "{returned}: {error}");
    }
}

#[wasm_bindgen_test]
async fn a_body_that_cannot_be_read() {
    let locked =
        network(r#"const answer = fake.stream([fake.text("a")]); answer.body.getReader(); return answer"#).await;
    assert!(locked.to_string().contains("broke off after 0 bytes"), "{locked}");
    network("return { status: 200, headers: new Headers(), body: {} }").await;
    let strings = network(
        "return { status: 200, headers: new Headers(), body: { getReader: () => ({ read: async () => ({ done: false, value: 'text' }), cancel() {} }) } }",
    )
    .await;
    assert!(strings.to_string().contains("Uint8Array"), "{strings}");
}

#[wasm_bindgen_test]
async fn a_body_that_breaks_off() {
    let error = network(
        r#"return fake.stream([fake.text("a"), Object.assign(new TypeError("terminated"), { code: "ECONNRESET" })])"#,
    )
    .await;
    assert!(
        error.to_string().contains("reset in the middle of the answer"),
        "{error}"
    );
    assert_eq!((error.replay(), error.code()), (Replay::Processed, Some("ECONNRESET")));
}

#[wasm_bindgen_test]
async fn redirects_are_not_followed() {
    let error = network("return { status: 0, headers: new Headers(), body: null }").await;
    assert!(
        error.to_string().contains("put the final address into base_url"),
        "{error}"
    );
}

#[wasm_bindgen_test]
async fn a_refused_connection() {
    // Discard: hosts that block this port refuse it just as well as the machine does.
    let error = fails(&client("http://127.0.0.1:9")).await;
    assert_eq!(error.kind(), ErrorKind::Network, "{error}");
    assert!(!source(&error).is_empty());
}

#[wasm_bindgen_test]
async fn answers_of_the_wrong_kind() {
    for (scenario, kind) in [
        ("html", ErrorKind::Stream),
        ("empty", ErrorKind::Stream),
        ("malformed", ErrorKind::Stream),
        ("status-401", ErrorKind::Authentication),
        ("status-404", ErrorKind::NotFound),
        ("status-500", ErrorKind::Provider),
    ] {
        let error = fails(&client(&format!("{MOCK_URL}/_scenario/{scenario}"))).await;
        assert_eq!(error.kind(), kind, "{scenario}: {error}");
    }
}

#[wasm_bindgen_test]
async fn headers_of_a_refusal() {
    let error = fails(&client(&format!("{MOCK_URL}/_scenario/status-429"))).await;
    assert_eq!((error.kind(), error.status()), (ErrorKind::RateLimit, Some(429)));
    assert_eq!(error.retry_after().map(|wait| wait.as_secs()), Some(1));
    assert!(error.request_id().is_some());
}

#[wasm_bindgen_test]
async fn streams_that_end_too_early() {
    for (scenario, kind) in [
        ("truncated", ErrorKind::Stream),
        ("cut", ErrorKind::Network),
        ("error-in-stream", ErrorKind::Provider),
    ] {
        let client = client(&format!("{MOCK_URL}/_scenario/{scenario}"));
        let mut answer = stream(&client).await.unwrap();
        let first = answer.next().await.unwrap();
        let error = match first {
            Ok(_) => text(answer).await.unwrap_err(),
            // When the connection breaks, a host may drop what it has received and not yet handed over.
            Err(error) if scenario == "cut" => error,
            Err(error) => panic!("{scenario}: nothing before the error: {error}"),
        };
        assert_eq!(error.kind(), kind, "{scenario}: {error}");
        assert_eq!(client.pool_stats().in_use, 0, "{scenario}");
    }
}
