//! The table as it is written.

use serde::Deserialize;
use serde_json::{Map, Value};

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Case {
    pub name: String,
    pub server: Value,
    #[serde(default)]
    pub client: Map<String, Value>,
    #[serde(default)]
    pub calls: Vec<Call>,
    pub storm: Option<Storm>,
    pub close: Option<Moment>,
    #[serde(default)]
    pub after: After,
}

#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Call {
    /// Its place among the calls of its case.
    #[serde(skip)]
    pub number: usize,
    #[serde(default = "yes")]
    pub stream: bool,
    #[serde(default = "one")]
    pub times: usize,
    pub prompt_bytes: Option<usize>,
    pub options: Option<Value>,
    pub start: Option<Moment>,
    pub abort: Option<Moment>,
    pub pause: Option<Pause>,
    pub stop: Option<Stop>,
    pub expect: Map<String, Value>,
    #[serde(default)]
    pub differs: Vec<Difference>,
}

fn yes() -> bool {
    true
}

fn one() -> usize {
    1
}

/// What is waited for.
#[derive(Clone, Copy, Debug, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Moment {
    After(f64),
    Requests(usize),
    InUse(usize),
    Waiting(usize),
    Chunks(usize),
    Over(usize),
}

#[derive(Clone, Copy, Debug, Deserialize)]
pub struct Pause {
    pub chunks: usize,
    pub seconds: f64,
}

#[derive(Clone, Copy, Debug, Deserialize)]
pub struct Stop {
    pub chunks: usize,
}

#[derive(Clone, Debug, Deserialize)]
pub struct Difference {
    pub on: Vec<String>,
    pub why: String,
    #[serde(flatten)]
    pub expect: Map<String, Value>,
}

#[derive(Clone, Copy, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Storm {
    pub calls: usize,
    pub at_once: usize,
    pub cancel_within: f64,
}

#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct After {
    pub said: Option<Vec<String>>,
    pub requests: Option<usize>,
    pub most_at_once: Option<usize>,
    pub ends: Option<Vec<String>>,
}
