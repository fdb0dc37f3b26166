//! reqwest, a line splitter and serde, written by hand for this one purpose: as little as the task can do with.

use memchr::memchr;
use native_bench::{Contestant, KEY, MODEL, Options, Outcome, QUESTION};
use reqwest::Client;
use serde::{Deserialize, Serialize};

#[derive(Clone)]
struct ByHand {
    client: Client,
    url: String,
}

#[derive(Serialize)]
struct Request<'a> {
    model: &'a str,
    messages: [Message<'a>; 1],
    #[serde(skip_serializing_if = "is_false")]
    stream: bool,
}

#[derive(Serialize)]
struct Message<'a> {
    role: &'a str,
    content: &'a str,
}

// The fields that the client under test has, read like there, whether this program needs them or not.
#[derive(Deserialize)]
#[allow(dead_code, reason = "parsed as the other contestant parses them")]
struct Completion {
    id: String,
    created: u64,
    model: String,
    choices: Vec<Choice>,
    usage: Option<Usage>,
}

#[derive(Deserialize)]
#[allow(dead_code, reason = "parsed as the other contestant parses them")]
struct Choice {
    index: u32,
    message: Answer,
    finish_reason: Option<String>,
}

#[derive(Deserialize)]
#[allow(dead_code, reason = "parsed as the other contestant parses them")]
struct Answer {
    role: String,
    content: Option<String>,
}

#[derive(Deserialize)]
#[allow(dead_code, reason = "parsed as the other contestant parses them")]
struct Usage {
    prompt_tokens: u64,
    completion_tokens: u64,
    total_tokens: u64,
}

#[derive(Deserialize)]
#[allow(dead_code, reason = "parsed as the other contestant parses them")]
struct Chunk {
    id: String,
    created: u64,
    model: String,
    choices: Vec<ChunkChoice>,
    usage: Option<Usage>,
}

#[derive(Deserialize)]
#[allow(dead_code, reason = "parsed as the other contestant parses them")]
struct ChunkChoice {
    index: u32,
    delta: Delta,
    finish_reason: Option<String>,
}

#[derive(Deserialize)]
#[allow(dead_code, reason = "parsed as the other contestant parses them")]
struct Delta {
    role: Option<String>,
    content: Option<String>,
}

impl ByHand {
    async fn send(&self, stream: bool) -> Outcome<reqwest::Response> {
        let content = QUESTION;
        let request = Request {
            model: MODEL,
            messages: [Message { role: "user", content }],
            stream,
        };
        let accept = if stream {
            "text/event-stream"
        } else {
            "application/json"
        };
        let request = self.client.post(&self.url).json(&request).bearer_auth(KEY);
        Ok(request.header("accept", accept).send().await?.error_for_status()?)
    }
}

impl Contestant for ByHand {
    fn new(options: &Options) -> Outcome<Self> {
        Ok(Self {
            client: Client::builder().build()?,
            url: format!("{}/chat/completions", options.base_url),
        })
    }

    async fn ask(&self) -> Outcome<String> {
        let body = self.send(false).await?.bytes().await?;
        let completion: Completion = serde_json::from_slice(&body)?;
        let choice = completion
            .choices
            .into_iter()
            .next()
            .ok_or("the answer has no choice")?;
        Ok(choice.message.content.ok_or("the answer has no text")?)
    }

    async fn stream(&self, mut on_chunk: impl FnMut(&str) + Send) -> Outcome {
        let mut response = self.send(true).await?;
        let mut cut: Vec<u8> = Vec::new();
        let mut done = false;
        while let Some(bytes) = response.chunk().await? {
            let mut rest = bytes.as_ref();
            while let Some((line, after)) = memchr(b'\n', rest).and_then(|end| rest.split_at_checked(end)) {
                if cut.is_empty() {
                    done |= read(line, &mut on_chunk)?;
                } else {
                    cut.extend_from_slice(line);
                    done |= read(&cut, &mut on_chunk)?;
                    cut.clear();
                }
                rest = after.strip_prefix(b"\n").unwrap_or(after);
            }
            cut.extend_from_slice(rest);
        }
        if done {
            Ok(())
        } else {
            Err("the stream was cut off".into())
        }
    }
}

/// Reads one line; whether it was the last event.
fn read(line: &[u8], on_chunk: &mut impl FnMut(&str)) -> Outcome<bool> {
    let Some(data) = line.strip_prefix(b"data: ") else {
        return Ok(false);
    };
    if data == b"[DONE]" {
        return Ok(true);
    }
    let chunk: Chunk = serde_json::from_slice(data)?;
    let content = chunk.choices.first().and_then(|choice| choice.delta.content.as_deref());
    on_chunk(content.unwrap_or_default());
    Ok(false)
}

fn is_false(value: &bool) -> bool {
    !value
}

fn main() -> Outcome {
    // The provider of cryptography that the others use.
    rustls::crypto::ring::default_provider()
        .install_default()
        .map_err(|_| "a provider of cryptography is installed already")?;
    native_bench::main::<ByHand>()
}
