//! Faults and dialects of a server that nobody here wrote: npm's aimock. `cargo xtask test` starts it and runs this with its address
//! in `AIMOCK_URL`; its fixtures are those of the JavaScript hosts.
#![allow(clippy::unwrap_used, clippy::expect_used, reason = "tests fail by panicking")]

use std::time::Duration;

use llm_api_router::{
    CallOptions, ChatCompletion, ChatRequest, Client, EmbeddingRequest, ErrorKind, Message, ProviderConfig, Replay,
    RetryConfig, TimeoutConfig, TimeoutKind, Tool,
};
use serde_json::json;

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

/// The dialects that aimock speaks, each with the path of its base URL; all that are like OpenAI's it answers as OpenAI.
const DIALECTS: [(&str, &str); 9] = [
    ("openai", "/v1"),
    ("anthropic", "/v1"),
    ("gemini", "/v1beta"),
    ("ollama", ""),
    ("openrouter", "/api/v1"),
    ("deepseek", "/v1"),
    ("xai", "/v1"),
    ("zhipu", "/v1"),
    ("openai-compatible", "/v1"),
];

fn client(provider: &str, path: &str) -> Client {
    let url = std::env::var("AIMOCK_URL").expect("AIMOCK_URL, the address of aimock");
    let config = ProviderConfig::new(provider, "test.secret")
        .base_url(url + path)
        .default_model("m");
    Client::new(config).unwrap()
}

/// The answer, at once and streamed.
async fn both(client: &Client, request: ChatRequest) -> [ChatCompletion; 2] {
    let completions = client.chat().completions();
    let whole = completions.create(request.clone()).await.unwrap();
    let streamed = completions
        .stream(request)
        .await
        .unwrap()
        .final_completion()
        .await
        .unwrap();
    [whole, streamed]
}

#[tokio::test]
#[ignore = "needs aimock"]
async fn every_dialect_gives_its_text_at_once_and_streamed() {
    let text = "Connections are kept: naïve café 東京 🙂, said the server that nobody here wrote.";
    for (provider, path) in DIALECTS {
        let client = client(provider, path);
        // Not all are asked for counts by themselves.
        let request = saying("connection pools, please").set("stream_options", json!({"include_usage": true}));
        for answer in both(&client, request).await {
            assert_eq!(answer.content(), Some(text), "{provider}");
            assert_eq!(answer.choices[0].finish_reason.as_deref(), Some("stop"), "{provider}");
            assert!(answer.usage.is_some(), "{provider} tells no counts: {answer:?}");
        }
        let sockets = client.pool_stats().sockets.unwrap();
        assert_eq!(
            sockets.opened, 1,
            "{provider}: the stream uses the socket of the call before it"
        );
    }
}

#[tokio::test]
#[ignore = "needs aimock"]
async fn every_dialect_calls_tools_at_once_and_streamed_and_takes_their_results() {
    let parameters = json!({"type": "object", "properties": {"city": {"type": "string"}}});
    let tool = Tool::function("get_weather", "The weather in a city.", parameters);
    for (provider, path) in DIALECTS {
        let client = client(provider, path);
        for answer in both(&client, saying("the weather, please").tools([tool.clone()])).await {
            let [call] = answer.tool_calls() else {
                panic!("{provider}: one call, not {answer:?}");
            };
            assert_eq!(call.function.name, "get_weather", "{provider}");
            let arguments: serde_json::Value = serde_json::from_str(&call.function.arguments).unwrap();
            assert_eq!(arguments, json!({"city": "Paris"}), "{provider}");
            assert_eq!(
                answer.choices[0].finish_reason.as_deref(),
                Some("tool_calls"),
                "{provider}"
            );
            let request = ChatRequest::new([
                Message::user("the weather, please"),
                answer.choices[0].message.clone(),
                Message::tool(call.id.clone(), "21"),
                Message::user("connection pools, please"),
            ]);
            let end = client.chat().completions().create(request).await.unwrap();
            assert!(end.content().unwrap().starts_with("Connections"), "{provider}: {end:?}");
        }
    }
}

#[tokio::test]
#[ignore = "needs aimock"]
async fn embeddings_and_models_are_listed() {
    let with_embeddings = [
        ("openai", "/v1"),
        ("ollama", ""),
        ("zhipu", "/v1"),
        ("openai-compatible", "/v1"),
    ];
    for (provider, path) in with_embeddings {
        let client = client(provider, path);
        let request = EmbeddingRequest::new(["a vector, please"]);
        let embeddings = client.embeddings().create(request).await.unwrap();
        assert_eq!(embeddings.data[0].embedding, [0.5, -1.25, 2.0], "{provider}");
        let models = client.models().list().await.unwrap();
        assert!(
            models.data.iter().any(|model| model.id == "gpt-4o"),
            "{provider}: {models:?}"
        );
    }
}
