//! Every dialect against pairs of requests and answers from the providers' documentation: native-tests/golden.
//!
//! A case says what is asked in OpenAI's shape (`request`, or `embeddings` or `models`), what goes out for it (`sent`:
//! path, headers and body, or `refused`: what the error names), what comes back (`answer` as JSON, or the lines of a
//! `stream`), and what the caller gets: `gives`, or `fails` with a kind, a message and a code (`again`: whether another
//! attempt is worth it). Streams are also read
//! cut at every byte, and without their last event, which `terminal` is a part of.

use std::path::{Path, PathBuf};
use std::time::Duration;

use serde_json::{Value, json};

use super::accumulate::Accumulated;
use super::sink::expand;
use super::{JsonText, Machine, Sink, Typed};
use crate::config::{CallOptions, ProviderConfig, Settings};
use crate::deadline::{Clocks, Limits, SharedClocks};
use crate::error::{Error, ErrorKind};
use crate::provider::{self, Asked, ChatInput, Input, Operation};
use crate::retry::Advice;
use crate::rt::Instant;
use crate::transport::{Head, Received, Request};
use crate::types::{ChatChunk, ChatCompletion, ChatRequest, Embeddings, Models, RawChatRequest};

const KEY: &str = "id-0123.secret-4567";

/// One file.
struct Case {
    name: String,
    provider: String,
    json: Value,
}

fn cases() -> Vec<Case> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("native-tests/golden");
    let entries = |folder: &Path| -> Vec<PathBuf> {
        let mut paths: Vec<_> = std::fs::read_dir(folder)
            .unwrap()
            .map(|entry| entry.unwrap().path())
            .collect();
        paths.sort();
        paths
    };
    let files = entries(&root).into_iter().flat_map(|folder| entries(&folder));
    files
        .map(|file| Case {
            name: file.strip_prefix(&root).unwrap().display().to_string(),
            provider: file.parent().unwrap().file_name().unwrap().to_str().unwrap().to_owned(),
            json: serde_json::from_slice(&std::fs::read(&file).unwrap())
                .unwrap_or_else(|error| panic!("{}: {error}", file.display())),
        })
        .collect()
}

impl Case {
    fn settings(&self) -> Settings {
        let config = ProviderConfig::new(&self.provider, KEY);
        let config = match self.json["base_url"].as_str() {
            Some(url) => config.base_url(url),
            None => config,
        };
        config.validate().unwrap()
    }

    fn operation(&self) -> Operation {
        match &self.json {
            json if json.get("embeddings").is_some() => Operation::Embeddings,
            json if json.get("models").is_some() => Operation::Models,
            _ => Operation::Chat,
        }
    }

    /// The request, once for each form that callers have it in.
    fn encoded(&self) -> Vec<Result<Request, Error>> {
        let (settings, options) = (self.settings(), CallOptions::default());
        let encode = |input: &Input<'_>| provider::encode(&settings, input, &options).map(|(request, _)| request);
        match self.operation() {
            Operation::Models => vec![encode(&Input::Models(self.json["models"]["page"].as_str()))],
            Operation::Embeddings => vec![encode(&Input::Embeddings(&self.json["embeddings"].to_string()))],
            Operation::Chat => {
                let text = self.json["request"].to_string();
                let typed: ChatRequest = serde_json::from_str(&text).unwrap();
                let raw = RawChatRequest::read(&text).unwrap();
                let streaming = raw.stream;
                let inputs: [&dyn ChatInput; 2] = [&typed, &raw];
                inputs
                    .into_iter()
                    .map(|request| encode(&Input::Chat { request, streaming }))
                    .collect()
            }
        }
    }

    fn machine<S: Sink>(&self, settings: &Settings, sink: S) -> Machine<S> {
        let at = Instant::at(Duration::ZERO);
        let streaming = self.json.get("stream").is_some();
        let asked = Asked {
            provider: settings.provider,
            operation: self.operation(),
            model: self.model().into(),
            at: 0,
            secrets: settings.secrets.clone(),
        };
        let head = Head {
            status: self.json["status"].as_u64().unwrap_or(200).try_into().unwrap(),
            headers: Received::default(),
        };
        let clocks = SharedClocks::new(Clocks::start(at, Limits::default(), streaming));
        Machine::new(clocks, sink, head, Advice::default(), asked, settings, streaming)
    }

    fn model(&self) -> &str {
        let request = self.json.get("embeddings").unwrap_or(&self.json["request"]);
        request["model"].as_str().unwrap_or_default()
    }

    /// The answer's bytes.
    fn body(&self) -> String {
        match self.json["stream"].as_array() {
            Some(lines) => lines
                .iter()
                .map(|line| format!("{}\n", line.as_str().unwrap()))
                .collect(),
            None => self.json["answer"].to_string(),
        }
    }

    /// What Rust callers get of the pieces.
    fn typed(&self, settings: &Settings, pieces: &[&[u8]]) -> (Vec<ChatChunk>, Result<Value, Error>) {
        let at = Instant::at(Duration::ZERO);
        let mut machine = self.machine(settings, Typed::default());
        let fed = pieces.iter().try_for_each(|piece| machine.on_bytes(at, piece));
        let ended = fed.and_then(|()| machine.on_eof(at));
        let chunks: Vec<_> = std::iter::from_fn(|| machine.sink.pop()).collect();
        let value = match (self.operation(), machine.sink.answer.take()) {
            (Operation::Embeddings, _) => in_order(&machine.sink.json),
            (Operation::Models, _) => as_written::<Models>(&machine.sink.json),
            (Operation::Chat, Some(answer)) => serde_json::to_value(answer).unwrap(),
            (Operation::Chat, None) => accumulated(&chunks),
        };
        (chunks, ended.map(|_| value))
    }

    /// What JavaScript gets of the pieces.
    fn json(&self, settings: &Settings, pieces: &[&[u8]]) -> Result<Value, Error> {
        let at = Instant::at(Duration::ZERO);
        let mut machine = self.machine(settings, JsonText::default());
        pieces.iter().try_for_each(|piece| machine.on_bytes(at, piece))?;
        if let Some(answer) = machine.on_eof(at)? {
            // Through the type, so that what both sides leave out is equal.
            return Ok(match self.operation() {
                Operation::Chat => as_written::<ChatCompletion>(&answer),
                Operation::Embeddings => in_order(&answer),
                Operation::Models => as_written::<Models>(&answer),
            });
        }
        let chunks = expand(&machine.sink.take().unwrap());
        let chunks: Vec<ChatChunk> = serde_json::from_value(chunks.into()).unwrap();
        Ok(accumulated(&chunks))
    }
}

fn as_written<T: serde::de::DeserializeOwned + serde::Serialize>(json: &str) -> Value {
    match serde_json::from_str::<T>(json) {
        Ok(value) => serde_json::to_value(value).unwrap(),
        Err(_) => Value::Null,
    }
}

/// Embeddings in the order of their texts, which clients put them into.
fn in_order(json: &str) -> Value {
    let Ok(mut embeddings) = serde_json::from_str::<Embeddings>(json) else {
        return Value::Null;
    };
    embeddings.data.sort_by_key(|one| one.index);
    serde_json::to_value(embeddings).unwrap()
}

fn accumulated(chunks: &[ChatChunk]) -> Value {
    let mut all = Accumulated::default();
    chunks.iter().for_each(|chunk| all.add(chunk));
    serde_json::to_value(all.into_completion()).unwrap()
}

#[test]
fn requests_go_out_as_the_providers_want_them() {
    let mut checked = 0;
    for case in cases() {
        for outcome in case.encoded() {
            checked += 1;
            let name = &case.name;
            if let Some(field) = case.json["refused"].as_str() {
                let error = outcome.err().unwrap_or_else(|| panic!("{name}: it is not refused"));
                assert_eq!(error.kind(), ErrorKind::Config, "{name}");
                assert!(error.to_string().contains(field), "{name}: {error}");
                continue;
            }
            let request = outcome.unwrap_or_else(|error| panic!("{name}: {error}"));
            let sent = &case.json["sent"];
            let base = case.settings().base_url;
            let path = request.to.url.strip_prefix(&base).unwrap_or(&request.to.url);
            assert_eq!(path, sent["path"], "{name}");
            for (header, value) in sent["headers"].as_object().into_iter().flatten() {
                assert_eq!(request.to.headers.get(header), value.as_str(), "{name}: {header}");
            }
            assert!(!request.to.url.contains("secret"), "{name}: the key is in the address");
            let body = serde_json::from_slice(&request.body).unwrap_or(Value::Null);
            assert_eq!(body, sent["body"], "{name}: {body:#}");
        }
    }
    assert!(checked > 80, "{checked} requests");
}

#[test]
fn answers_come_back_in_openais_shape_however_they_are_cut() {
    for case in cases().into_iter().filter(|case| case.json.get("refused").is_none()) {
        let (settings, body, name) = (case.settings(), case.body(), &case.name);
        let whole = case.typed(&settings, &[body.as_bytes()]);
        check(&case, &whole.1);
        check(&case, &case.json(&settings, &[body.as_bytes()]));
        for cut in 0..body.len() {
            let (left, right) = body.as_bytes().split_at(cut);
            let parts = case.typed(&settings, &[left, right]);
            assert_eq!(whole.0, parts.0, "{name}, cut at {cut}");
            check(&case, &parts.1);
        }
        let bytes: Vec<_> = body.as_bytes().chunks(1).collect();
        check(&case, &case.json(&settings, &bytes));
    }
}

fn check(case: &Case, outcome: &Result<Value, Error>) {
    let (name, fails) = (&case.name, &case.json["fails"]);
    match outcome {
        Ok(value) => {
            assert!(fails.is_null(), "{name} does not fail: {value:#}");
            let mut expected = case.json["gives"].clone();
            if case.operation() == Operation::Chat {
                let fields = expected
                    .as_object_mut()
                    .unwrap_or_else(|| panic!("{name} has no gives"));
                fields.entry("object").or_insert(json!("chat.completion"));
                fields.entry("created").or_insert(json!(0));
            }
            assert_eq!(*value, expected, "{name}: {value:#}");
        }
        Err(error) => {
            assert_eq!(error.kind().as_str(), fails["kind"], "{name}: {error}");
            let message = fails["message"].as_str().unwrap();
            assert!(error.to_string().contains(message), "{name}: {error}");
            assert_eq!(error.code(), fails["code"].as_str(), "{name}");
            if let Some(again) = fails["again"].as_bool() {
                assert_eq!(error.is_retryable(), again, "{name}: {error}");
            }
            assert!(
                !format!("{error} {error:?}").contains("secret-4567"),
                "{name} shows the key"
            );
        }
    }
}

#[test]
fn a_stream_without_its_terminal_event_is_cut_off() {
    let mut checked = 0;
    for case in cases() {
        let Some(terminal) = case.json["terminal"].as_str() else {
            continue;
        };
        checked += 1;
        let (settings, body) = (case.settings(), case.body());
        let place = body
            .find(terminal)
            .unwrap_or_else(|| panic!("{}: no {terminal}", case.name));
        let boundary = if body.contains("data:") { "\n\n" } else { "\n" };
        let end = body
            .get(..place)
            .unwrap()
            .rfind(boundary)
            .map_or(0, |end| end + boundary.len());
        let (_, outcome) = case.typed(&settings, &[body.get(..end).unwrap().as_bytes()]);
        let error = outcome
            .err()
            .unwrap_or_else(|| panic!("{} is taken for complete", case.name));
        assert_eq!(error.kind(), ErrorKind::Stream, "{}: {error}", case.name);
    }
    assert!(checked >= 10, "{checked} streams");
}

#[test]
fn every_provider_has_its_cases() {
    let cases = cases();
    for name in provider::Provider::names().split(", ") {
        let has = |part: &dyn Fn(&Value) -> bool| cases.iter().any(|case| case.provider == name && part(&case.json));
        assert!(
            has(&|json| json.get("answer").is_some() && json.get("gives").is_some()),
            "{name}, whole"
        );
        assert!(
            has(&|json| json.get("stream").is_some() && json.get("gives").is_some()),
            "{name}, streamed"
        );
        assert!(has(&|json| json.get("fails").is_some()), "{name}, an error");
        assert!(has(&|json| !json["request"]["tools"].is_null()), "{name}, tools");
        assert!(
            cases
                .iter()
                .filter(|case| case.provider == name)
                .all(|case| case.json["source"].is_string()),
            "{name}, sources"
        );
    }
}
