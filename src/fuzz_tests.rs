//! The fuzz targets without a fuzzer: the corpus is replayed in every test run. `cargo xtask test` lets each run for a
//! while, guided by coverage.

use std::path::{Path, PathBuf};

use crate::provider::Provider;

/// A name and what it runs.
type Target = (&'static str, fn(&[u8]));

/// What has a folder in `fuzz/corpus` and a binary in `fuzz/Cargo.toml`. Other providers speak OpenAI's dialect.
const TARGETS: &[Target] = &[
    ("sse", crate::fuzz::sse),
    ("ndjson", crate::fuzz::ndjson),
    ("openai", |input| crate::fuzz::provider("openai", input)),
    ("anthropic", |input| crate::fuzz::provider("anthropic", input)),
    ("gemini", |input| crate::fuzz::provider("gemini", input)),
    ("aliyun", |input| crate::fuzz::provider("aliyun", input)),
    ("ollama", |input| crate::fuzz::provider("ollama", input)),
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
