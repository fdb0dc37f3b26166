//! What is measured from inside, without a network: the decoders in bytes per second, the providers' dialects, and the
//! recording of metrics. `cargo bench --package native-bench --bench inside`.
#![allow(
    clippy::expect_used,
    missing_docs,
    reason = "a benchmark may panic; its macros make functions"
)]

use std::hint::black_box;
use std::time::Duration;

use criterion::{BenchmarkGroup, Criterion, Throughput, criterion_group, criterion_main, measurement::WallTime};
use llm_api_router::bench::{Adapter, Recorder, decode, decode_up_to};

/// How many events a stream has.
const EVENTS: usize = 1_000;
/// How a stream is cut: not at all, in 16 bytes, in one byte.
const CUTS: [(&str, usize); 3] = [("whole", usize::MAX), ("16 bytes", 16), ("1 byte", 1)];
/// As much as a read of a socket brings.
const READ: usize = 16 << 10;

const CHUNK: &str = r#"{"id":"chatcmpl-1","object":"chat.completion.chunk","created":1717495584,"model":"m","choices":[{"index":0,"delta":{"content":" word"},"logprobs":null,"finish_reason":null}]}"#;

/// One event of content in each dialect.
const DIALECTS: [(&str, &str); 5] = [
    (
        "openai",
        "data: {\"id\":\"c\",\"object\":\"chat.completion.chunk\",\"created\":1,\"model\":\"m\",\"choices\":[{\"index\":0,\"delta\":{\"content\":\" word\"},\"finish_reason\":null}]}\n\n",
    ),
    (
        "anthropic",
        "event: content_block_delta\ndata: {\"type\":\"content_block_delta\",\"index\":0,\"delta\":{\"type\":\"text_delta\",\"text\":\" word\"}}\n\n",
    ),
    (
        "gemini",
        "data: {\"candidates\":[{\"content\":{\"parts\":[{\"text\":\" word\"}],\"role\":\"model\"},\"index\":0}],\"modelVersion\":\"m\"}\n\n",
    ),
    (
        "aliyun",
        "id:1\nevent:result\ndata:{\"output\":{\"choices\":[{\"message\":{\"content\":\" word\",\"role\":\"assistant\"},\"finish_reason\":\"null\"}]},\"request_id\":\"r\"}\n\n",
    ),
    (
        "ollama",
        "{\"model\":\"m\",\"created_at\":\"2026-01-01T00:00:00Z\",\"message\":{\"role\":\"assistant\",\"content\":\" word\"},\"done\":false}\n",
    ),
];

fn pieces(body: &[u8], size: usize) -> impl Iterator<Item = &[u8]> {
    body.chunks(size.min(body.len()))
}

fn decoders(criterion: &mut Criterion) {
    for (name, is_sse, event) in [
        ("sse", true, format!("data: {CHUNK}\n\n")),
        ("ndjson", false, format!("{CHUNK}\n")),
    ] {
        let body = event.repeat(EVENTS).into_bytes();
        let mut group = group(criterion, name, &body);
        for (cut, size) in CUTS {
            group.bench_function(cut, |bencher| {
                bencher.iter(|| {
                    let bytes = decode(is_sse, pieces(black_box(&body), size));
                    assert_eq!(bytes, CHUNK.len() * EVENTS);
                });
            });
        }
    }
    // One event that comes byte by byte: the cost of a byte must not depend on how many came before it.
    for megabytes in [1, 10, 100] {
        let data = megabytes * 1_000_000;
        let body = ["data: ".to_owned(), "x".repeat(data), "\n\n".to_owned()]
            .concat()
            .into_bytes();
        let mut group = group(criterion, "sse, one event in single bytes", &body);
        group.sample_size(10);
        group.bench_function(format!("{megabytes} MB"), |bencher| {
            bencher.iter(|| assert_eq!(decode_up_to(usize::MAX, true, pieces(black_box(&body), 1)), data));
        });
    }
}

fn dialects(criterion: &mut Criterion) {
    for (name, event) in DIALECTS {
        let body = event.repeat(EVENTS).into_bytes();
        let adapter = Adapter::new(name).expect("a provider");
        let mut group = group(criterion, "dialects", &body);
        group.bench_function(name, |bencher| {
            bencher.iter(|| {
                let chunks = adapter.chunks(pieces(black_box(&body), READ));
                assert_eq!(chunks.expect("a stream"), EVENTS);
            });
        });
    }
}

fn metrics(criterion: &mut Criterion) {
    let recorder = Recorder::default();
    let mut group = criterion.benchmark_group("metrics");
    limit(&mut group);
    group.bench_function("a call", |bencher| bencher.iter(|| recorder.call(1)));
    group.throughput(Throughput::Elements(1_000));
    group.bench_function("a call of 1,000 reads", |bencher| bencher.iter(|| recorder.call(1_000)));
}

fn group<'a>(criterion: &'a mut Criterion, name: &str, body: &[u8]) -> BenchmarkGroup<'a, WallTime> {
    let mut group = criterion.benchmark_group(name);
    limit(&mut group);
    group.throughput(Throughput::Bytes(body.len() as u64));
    group
}

/// Enough for figures that are right to some percent.
fn limit(group: &mut BenchmarkGroup<'_, WallTime>) {
    group.sample_size(20);
    group.warm_up_time(Duration::from_millis(200));
    group.measurement_time(Duration::from_millis(800));
}

criterion_group!(benches, decoders, dialects, metrics);
criterion_main!(benches);
