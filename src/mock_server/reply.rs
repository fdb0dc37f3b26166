//! OpenAI's shapes: a completion, its events, the list of models.

use serde_json::{Value, json};

use super::chat::Said;

/// The answer in one piece.
pub(super) fn completion(said: &Said) -> Value {
    json!({
        "id": id(said),
        "object": "chat.completion",
        "created": created(said),
        "model": said.model,
        "choices": [{
            "index": 0,
            "message": {"role": "assistant", "content": said.words.concat(), "refusal": null},
            "logprobs": null,
            "finish_reason": finish_reason(said),
        }],
        "usage": usage(said),
        "system_fingerprint": "fp_mock",
    })
}

pub(super) fn models() -> Value {
    let model = |id: &str| json!({"id": id, "object": "model", "created": EPOCH, "owned_by": "llm-api-router"});
    json!({"object": "list", "data": [model("mock-small"), model("mock-large")]})
}

/// Makes the JSON of a stream's events. What is the same in all of them is written once.
#[derive(Debug)]
pub(super) struct Events {
    before_delta: String,
    after_delta: &'static str,
}

impl Events {
    pub(super) fn of(said: &Said) -> Self {
        Self {
            before_delta: format!(r#"{}"choices":[{{"index":0,"delta":"#, start(said)),
            after_delta: if said.include_usage {
                r#"}],"usage":null}"#
            } else {
                "}]}"
            },
        }
    }

    pub(super) fn role(&self) -> String {
        self.event(r#"{"role":"assistant","content":"","refusal":null}"#, None)
    }

    pub(super) fn word(&self, word: &str) -> String {
        self.event(&format!(r#"{{"content":{}}}"#, quoted(word)), None)
    }

    pub(super) fn finish(&self, said: &Said) -> String {
        self.event("{}", Some(finish_reason(said)))
    }

    pub(super) fn usage(&self, said: &Said) -> String {
        format!(r#"{}"choices":[],"usage":{}}}"#, start(said), usage(said))
    }

    fn event(&self, delta: &str, finish_reason: Option<&str>) -> String {
        let (before, after) = (&self.before_delta, self.after_delta);
        let reason = finish_reason.map_or("null".to_owned(), quoted);
        format!(r#"{before}{delta},"logprobs":null,"finish_reason":{reason}{after}"#)
    }
}

/// 2023-11-14. Answers are dated within a year from here, by their seed.
const EPOCH: u64 = 1_700_000_000;

fn start(said: &Said) -> String {
    format!(
        r#"{{"id":"{}","object":"chat.completion.chunk","created":{},"model":{},"system_fingerprint":"fp_mock","#,
        id(said),
        created(said),
        quoted(&said.model)
    )
}

fn id(said: &Said) -> String {
    format!("chatcmpl-{:016x}", said.seed)
}

fn created(said: &Said) -> u64 {
    EPOCH + said.seed % 31_536_000
}

fn finish_reason(said: &Said) -> &'static str {
    if said.cut_short { "length" } else { "stop" }
}

fn usage(said: &Said) -> Value {
    let (prompt, completion) = (said.prompt_words, said.words.len());
    json!({"prompt_tokens": prompt, "completion_tokens": completion, "total_tokens": prompt + completion})
}

fn quoted(text: &str) -> String {
    Value::from(text).to_string()
}
