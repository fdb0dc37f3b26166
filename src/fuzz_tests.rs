//! The fuzz targets without a fuzzer: the corpus is replayed in every test run, and `cargo xtask test` lets each target
//! meet mutations of its corpus for `FUZZ_SECONDS`. That needs no toolchain but the one that builds the crate; with
//! cargo-fuzz the same targets are guided by coverage.

use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use crate::provider::Provider;

macro_rules! targets {
    ($($name:ident => $run:expr),+ $(,)?) => {
        /// What has a folder in `fuzz/corpus` and a binary in `fuzz/Cargo.toml`.
        const TARGETS: &[(&str, fn(&[u8]))] = &[$((stringify!($name), $run)),+];

        mod for_a_while {
            $(
                #[test]
                #[ignore = "takes FUZZ_SECONDS"]
                fn $name() {
                    super::mutations(stringify!($name), $run);
                }
            )+
        }
    };
}

// Other providers speak OpenAI's dialect.
targets! {
    sse => crate::fuzz::sse,
    ndjson => crate::fuzz::ndjson,
    openai => |input| crate::fuzz::provider("openai", input),
    anthropic => |input| crate::fuzz::provider("anthropic", input),
    gemini => |input| crate::fuzz::provider("gemini", input),
    aliyun => |input| crate::fuzz::provider("aliyun", input),
    ollama => |input| crate::fuzz::provider("ollama", input),
}

/// What mutations put in: what the decoders and dialects look for.
const WORDS: &[&[u8]] = &[
    b"\n",
    b"\r",
    b"\r\n",
    b"\n\n",
    b"data: ",
    b"data:",
    b"event: ",
    b"id: ",
    b"retry: ",
    b": ",
    b"\xEF\xBB\xBF",
    b"\0",
    b"\xF0\x9F",
    b"\xE2\x80\xA8",
    b"[DONE]",
    b"{",
    b"}",
    b"[",
    b"]",
    b"\"",
    b",",
    b":",
    b"null",
    b"true",
    b"-1",
    b"1e999",
    b"18446744073709551616",
    b"\\u0000",
    b"\\ud800",
    b"\"error\":",
    b"\"choices\":",
    b"\"index\":",
    b"\"delta\":",
    b"\"content\":",
    b"\"tool_calls\":",
    b"\"finish_reason\":",
    b"\"usage\":",
    b"\"message\":",
    b"\"type\":",
    super::KEY.as_bytes(),
];

fn corpus_of(target: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("fuzz/corpus").join(target)
}

fn inputs(target: &str) -> Vec<Vec<u8>> {
    let folder = corpus_of(target);
    let entries = std::fs::read_dir(&folder).unwrap_or_else(|error| panic!("{}: {error}", folder.display()));
    let mut paths: Vec<_> = entries.map(|entry| entry.unwrap().path()).collect();
    paths.sort();
    let inputs: Vec<_> = paths.iter().map(|path| std::fs::read(path).unwrap()).collect();
    assert!(inputs.len() > 3, "{target} has {} inputs", inputs.len());
    inputs
}

#[test]
fn the_corpus_of_every_target_keeps_its_promises() {
    for (target, run) in TARGETS {
        inputs(target).iter().for_each(|input| run(input));
    }
}

#[test]
fn every_provider_keeps_its_promises_with_the_corpus_of_its_dialect() {
    for name in Provider::names().split(", ") {
        let dialect = if corpus_of(name).exists() { name } else { "openai" };
        for input in inputs(dialect) {
            super::provider(name, &input);
        }
    }
}

#[test]
fn every_corpus_and_every_binary_is_a_target() {
    let known = |name: &str| TARGETS.iter().any(|(target, _)| *target == name);
    for entry in std::fs::read_dir(corpus_of("")).unwrap() {
        let name = entry.unwrap().file_name().into_string().unwrap();
        assert!(known(&name), "fuzz/corpus/{name} has no target here");
    }
    let manifest = std::fs::read_to_string(corpus_of("../Cargo.toml")).unwrap();
    let binaries: Vec<_> = manifest
        .split("[[bin]]\nname = \"")
        .skip(1)
        .map(|bin| bin.split('"').next().unwrap())
        .collect();
    assert_eq!(binaries.len(), TARGETS.len(), "{binaries:?}");
    assert!(binaries.iter().all(|name| known(name)), "{binaries:?}");
}

/// Runs mutations of the corpus until the time is over; the input that fails is kept in a file.
fn mutations(target: &str, run: fn(&[u8])) {
    let seconds = std::env::var("FUZZ_SECONDS")
        .ok()
        .and_then(|seconds| seconds.parse().ok());
    let end = Instant::now() + Duration::from_secs(seconds.unwrap_or(1));
    let corpus = inputs(target);
    let mut random = fastrand::Rng::new();
    let mut runs = 0_u64;
    while Instant::now() < end {
        let input = mutated(&corpus, &mut random);
        if let Err(panic) = catch_unwind(AssertUnwindSafe(|| run(&input))) {
            let path = std::env::temp_dir().join(format!("llm-api-router-fuzz-{target}"));
            std::fs::write(&path, &input).unwrap();
            eprintln!("{target} fails with the input in {}", path.display());
            resume_unwind(panic);
        }
        runs += 1;
    }
    println!("{target}: {runs} runs");
    assert!(runs > 100, "{target} has run {runs} inputs only");
}

fn mutated(corpus: &[Vec<u8>], random: &mut fastrand::Rng) -> Vec<u8> {
    let mut input = random.choice(corpus).unwrap().clone();
    for _ in 0..random.usize(1..6) {
        let at = random.usize(..=input.len());
        let to = random.usize(at..=input.len().min(at + 20));
        match random.u8(..6) {
            0 => drop(input.splice(at..at, random.choice(WORDS).unwrap().iter().copied())),
            1 => drop(input.drain(at..to)),
            2 if at < input.len() => input[at] = random.u8(..),
            3 => {
                let piece = input[at..to].to_vec();
                input.splice(to..to, piece);
            }
            4 => {
                let other = random.choice(corpus).unwrap();
                let from = random.usize(..=other.len());
                input.splice(at..to, other[from..].iter().copied());
            }
            _ => input.truncate(at),
        }
    }
    input
}
