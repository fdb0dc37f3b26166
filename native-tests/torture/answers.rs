//! Ready-made answers in OpenAI's shape.

use std::time::Duration;

use super::Socket;

/// A whole answer's JSON.
pub fn completion(text: &str) -> String {
    format!(
        r#"{{"id":"c1","object":"chat.completion","created":1,"model":"m","choices":[{{"index":0,"message":{{"role":"assistant","content":"{text}"}},"finish_reason":"stop"}}],"usage":{{"prompt_tokens":1,"completion_tokens":1,"total_tokens":2}}}}"#
    )
}

/// An answer with a body of known length.
pub fn whole(status: &str, headers: &str, body: &str) -> String {
    format!(
        "HTTP/1.1 {status}\r\ncontent-type: application/json\r\ncontent-length: {}\r\n{headers}\r\n{body}",
        body.len()
    )
}

/// The answer to a call that is not streamed.
pub fn ok(text: &str) -> String {
    whole("200 OK", "", &completion(text))
}

/// The head of a stream of events, in chunks.
pub const STREAM: &str = "HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\ntransfer-encoding: chunked\r\n\r\n";

/// One chunk of a body in chunks.
pub fn chunk(text: &str) -> String {
    format!("{:x}\r\n{text}\r\n", text.len())
}

/// One event with content.
pub fn event(text: &str) -> String {
    chunk(&format!(
        "data: {{\"id\":\"c1\",\"object\":\"chat.completion.chunk\",\"created\":1,\"model\":\"m\",\"choices\":[{{\"index\":0,\"delta\":{{\"content\":\"{text}\"}},\"finish_reason\":null}}]}}\n\n"
    ))
}

/// A comment, which is no content.
pub fn comment() -> String {
    chunk(": ping\n\n")
}

/// The terminal events, without the end of the body.
pub fn done() -> String {
    chunk(
        "data: {\"id\":\"c1\",\"object\":\"chat.completion.chunk\",\"created\":1,\"model\":\"m\",\"choices\":[{\"index\":0,\"delta\":{},\"finish_reason\":\"stop\"}]}\n\ndata: [DONE]\n\n",
    )
}

/// The end of a body in chunks.
pub const END: &str = "0\r\n\r\n";

/// A script: answers every request with the same text after `delay`, until the client closes.
pub async fn answer_all(mut socket: Socket, delay: Duration) {
    while socket.try_request().await.is_some() {
        if !delay.is_zero() {
            tokio::time::sleep(delay).await;
        }
        if !socket.write(ok("hi")).await {
            return;
        }
    }
}
