//! Who takes part in the native benchmark, and in what.

pub(super) const OURS: &str = "ours";
pub(super) const BY_HAND: &str = "by_hand";
pub(super) const BARE: &str = "bare";
pub(super) const SOCKETS: &str = "sockets";
pub(super) const ASYNC_OPENAI: &str = "async_openai";
pub(super) const GENAI: &str = "genai";
pub(super) const HTTPX: &str = "httpx_client.py";
pub(super) const OPENAI: &str = "openai_client.py";

/// What the tables call the contestants.
pub(super) const NAMES: [(&str, &str); 7] = [
    (BY_HAND, "reqwest by hand"),
    (BARE, "hyper by hand, on reqwest's connections"),
    (OURS, "llm-api-router"),
    (ASYNC_OPENAI, "async-openai"),
    (GENAI, "genai"),
    (HTTPX, "httpx by hand"),
    (OPENAI, "openai-python"),
];
pub(super) const ALL: &[&str] = &[BY_HAND, BARE, OURS, ASYNC_OPENAI, GENAI, HTTPX, OPENAI];
pub(super) const BOTH: &[&str] = &[BY_HAND, OURS];

/// One thing that is measured.
pub(super) struct Part {
    pub(super) task: &'static str,
    pub(super) path: &'static str,
    pub(super) count: u32,
    pub(super) concurrency: u32,
    pub(super) contestants: &'static [&'static str],
}

pub(super) const UNARY: Part = Part {
    task: "ask",
    path: "/v1",
    count: 4_000,
    concurrency: 1,
    contestants: ALL,
};
pub(super) const MANY: Part = Part {
    count: 20_000,
    concurrency: 64,
    ..UNARY
};
pub(super) const THRONG: Part = Part {
    count: 20_000,
    concurrency: 1_000,
    contestants: BOTH,
    ..UNARY
};
pub(super) const STREAMS: Part = Part {
    task: "stream",
    path: "/_scenario/events-1000/v1",
    count: 480,
    concurrency: 16,
    contestants: ALL,
};
pub(super) const SHORT: Part = Part {
    path: "/_scenario/events-10/v1",
    count: 8_000,
    contestants: BOTH,
    ..STREAMS
};
pub(super) const LONG: Part = Part {
    path: "/_scenario/events-100000/v1",
    count: 4,
    concurrency: 4,
    contestants: BOTH,
    ..STREAMS
};
pub(super) const SEQUENCE: Part = Part {
    count: 100,
    concurrency: 1,
    contestants: BOTH,
    ..STREAMS
};
pub(super) const FIRST: Part = Part {
    task: "first",
    path: "/_scenario/events-10/v1",
    count: 1_000,
    concurrency: 1,
    contestants: BOTH,
};
pub(super) const OPEN: Part = Part {
    task: "open",
    path: "/_scenario/slow/v1",
    count: 1_000,
    concurrency: 1_000,
    contestants: &[SOCKETS, BY_HAND, OURS],
};
pub(super) const TLS: Part = Part {
    task: "tls",
    path: "/v1",
    count: 100,
    concurrency: 1,
    contestants: &[OURS],
};

/// What the tables call a contestant.
pub(super) fn words(name: &str) -> &str {
    NAMES
        .iter()
        .find(|(known, _)| *known == name)
        .map_or(name, |(_, words)| words)
}
