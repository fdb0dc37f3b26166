//! Faults of a server that nobody here wrote: npm's aimock. `cargo xtask test` starts it and runs this with its address
//! in `AIMOCK_URL`; its fixtures are those of the JavaScript hosts.
#![allow(clippy::unwrap_used, clippy::expect_used, reason = "tests fail by panicking")]

use std::time::Duration;

use llm_api_router::{
    CallOptions, ChatRequest, Client, ErrorKind, Message, ProviderConfig, Replay, RetryConfig, TimeoutConfig,
    TimeoutKind,
};

fn config() -> ProviderConfig {
    let url = std::env::var("AIMOCK_URL").expect("AIMOCK_URL, the address of aimock");
    ProviderConfig::new("openai-compatible", "test")
        .base_url(format!("{url}/v1"))
        .default_model("gpt-test")
        .retry_config(RetryConfig {
            initial_delay: Duration::from_millis(50),
            ..Default::default()
        })
}

fn saying(text: &str) -> ChatRequest {
    ChatRequest::new([Message::user(text)])
}

#[tokio::test]
#[ignore = "needs aimock"]
async fn a_stream_that_breaks_after_some_chunks_or_some_time_is_a_network_error_with_what_had_come() {
    for say in ["cut off, please", "hang up, please"] {
        let client = Client::new(config()).unwrap();
        let mut stream = client.chat().completions().stream(saying(say)).await.unwrap();
        let mut text = String::new();
        let error = loop {
            match stream.next().await.expect("an error before the end") {
                Ok(chunk) => text.push_str(chunk.content().unwrap_or_default()),
                Err(error) => break error,
            }
        };
        assert!(
            !text.is_empty() && "One two three four five six seven".starts_with(&text),
            "{say}: {text}"
        );
        assert_eq!(
            (error.kind(), error.attempts()),
            (ErrorKind::Network, 1),
            "{say}: {error}"
        );
        assert_eq!(error.partial().unwrap().content(), Some(&*text));
        assert_eq!((error.replay(), client.pool_stats().in_use), (Replay::Processed, 0));
    }
}

#[tokio::test]
#[ignore = "needs aimock"]
async fn a_slow_first_token_runs_into_its_limit_and_is_waited_for_without_one() {
    let hasty = Client::new(config().timeout_config(TimeoutConfig::default().first_token(0.3))).unwrap();
    let options = CallOptions::default().max_retries(1);
    let say = || saying("think first, please");
    let error = hasty
        .chat()
        .completions()
        .stream_with(say(), &options)
        .await
        .unwrap_err();
    assert_eq!(
        (error.kind(), error.attempts()),
        (ErrorKind::RetryExhausted, 2),
        "{error}"
    );
    assert_eq!(
        error.last().unwrap().kind(),
        ErrorKind::Timeout(TimeoutKind::FirstToken)
    );
    let patient = Client::new(config()).unwrap();
    let stream = patient.chat().completions().stream(say()).await.unwrap();
    assert_eq!(stream.text().await.unwrap(), "At last.");
}

#[tokio::test]
#[ignore = "needs aimock"]
async fn too_many_requests_are_tried_again_after_the_wait_that_is_asked_for() {
    let client = Client::new(config()).unwrap();
    let from = std::time::Instant::now();
    let answer = client
        .chat()
        .completions()
        .create(saying("too fast, please"))
        .await
        .unwrap();
    assert_eq!(answer.content(), Some("Now it is your turn."));
    assert!(
        from.elapsed() >= Duration::from_secs(1),
        "Retry-After is 1: {:?}",
        from.elapsed()
    );
    let options = CallOptions::default().max_retries(2);
    let call = client
        .chat()
        .completions()
        .create_with(saying("never, please"), &options);
    let error = call.await.unwrap_err();
    assert_eq!(
        (error.kind(), error.attempts()),
        (ErrorKind::RetryExhausted, 3),
        "{error}"
    );
    assert_eq!((error.status(), error.code()), (Some(429), Some("rate_limited")));
}
