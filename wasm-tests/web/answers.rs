//! Answers, whole and streamed.

use llm_api_router::Level;
use serde_json::json;
use wasm_bindgen_test::wasm_bindgen_test;
use wasm_tests::MOCK_URL;

use crate::fake::Fake;
use crate::time::until;
use crate::{client, request, stream, text};

#[wasm_bindgen_test]
async fn a_whole_answer() {
    let fake = Fake::new(
        r#"return fake.json({id: "1", choices: [{index: 0, message: {role: "assistant", content: "naïve 東京"}}]})"#,
    );
    let client = client(&fake.url);
    let answer = client.chat().completions().create(request()).await.unwrap();
    assert_eq!(answer.content(), Some("naïve 東京"));
    assert_eq!(client.pool_stats().in_use, 0);
    assert_eq!(fake.aborted(), 0);

    let seen = fake.last();
    assert_eq!(seen["url"], format!("{}/v1/chat/completions", fake.url));
    // Workers refuse cache, credentials and mode.
    assert_eq!(
        seen["options"],
        json!(["method", "redirect", "headers", "signal", "body"])
    );
    let headers = seen["headers"].as_array().unwrap();
    assert!(
        headers.contains(&json!(["authorization", "Bearer test-key"])),
        "{headers:?}"
    );
    let body: serde_json::Value = serde_json::from_str(seen["body"].as_str().unwrap()).unwrap();
    assert_eq!((&body["model"], body.get("stream")), (&json!("test-model"), None));
}

#[wasm_bindgen_test]
async fn a_streamed_answer_whose_pieces_are_cut_anywhere() {
    let fake = Fake::new(
        r#"
        const bytes = new TextEncoder().encode(": ping\r\n\r\n" + fake.text("naïve ") + fake.text("東京 🙂") + fake.end);
        return fake.stream([...bytes].map((byte) => Uint8Array.of(byte)));
        "#,
    );
    let client = client(&fake.url);
    let answer = stream(&client).await.unwrap();
    assert_eq!(text(answer).await.unwrap(), "naïve 東京 🙂");
    until("the body is read to its end", || client.pool_stats().in_use == 0).await;
    assert_eq!((fake.aborted(), fake.cancelled()), (0, 0));
}

#[wasm_bindgen_test]
async fn nothing_is_read_ahead_of_the_consumer() {
    let fake = Fake::new(r#"return fake.stream([fake.text("a"), fake.text("b"), fake.text("c"), fake.end])"#);
    let client = client(&fake.url);
    let mut answer = stream(&client).await.unwrap();
    for read in 1..=3 {
        assert!(answer.next().await.unwrap().is_ok());
        assert_eq!(fake.pulled(), read);
    }
}

#[wasm_bindgen_test]
async fn the_host_s_own_fetch_gives_the_same_text_whole_and_streamed() {
    let client = client(MOCK_URL);
    let whole = client.chat().completions().create(request()).await.unwrap();
    let streamed = text(stream(&client).await.unwrap()).await.unwrap();
    assert_eq!(whole.content(), Some(streamed.as_str()));
    assert!(streamed.len() > 20, "{streamed}");
    for scenario in ["bytes", "crlf", "comments"] {
        let client = crate::client(&format!("{MOCK_URL}/_scenario/{scenario}"));
        let streamed = text(stream(&client).await.unwrap()).await.unwrap();
        assert_eq!(whole.content(), Some(streamed.as_str()), "{scenario}");
    }
}

#[wasm_bindgen_test]
fn capabilities_name_the_host_and_what_is_its_business() {
    let capabilities = client("http://fake.test").capabilities();
    assert!(
        ["node", "browser"].contains(&capabilities.host),
        "{}",
        capabilities.host
    );
    assert_eq!(capabilities.knobs.len(), 11);
    for (knob, level) in [
        ("connection_pool_config.max_connections", Level::Enforced),
        ("connection_pool_config.max_keepalive_connections", Level::Delegated),
        ("timeout_config.connect", Level::Merged),
    ] {
        assert_eq!(capabilities.level(knob), Some(level), "{knob}");
    }
}
