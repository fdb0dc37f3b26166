//! The README shows files that the tests run, and shows them as they are; documented defaults are the real ones.

#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing)] // test code, also outside of test functions

use std::fs;
use std::path::Path;

use llm_api_router::{ConnectionPoolConfig, RetryConfig, TimeoutConfig};

/// Checks that every code block behind a line `<!-- examples/… -->` is that file's text; gives the files' names.
fn shown_by(readme: &str) -> Vec<String> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let text = fs::read_to_string(root.join(readme)).unwrap();
    let check = |part: &str| {
        let (path, rest) = part.split_once(" -->").unwrap();
        let block = rest
            .trim_start()
            .strip_prefix("```")
            .unwrap()
            .split_once('\n')
            .unwrap()
            .1;
        let block = block.split_once("\n```").unwrap().0;
        let file = fs::read_to_string(root.join("examples").join(path)).unwrap();
        assert_eq!(
            block.trim_end(),
            file.trim_end(),
            "{readme} shows examples/{path} as it is not"
        );
        path.to_owned()
    };
    text.split("<!-- examples/").skip(1).map(check).collect()
}

#[test]
fn every_example_in_the_readme_is_the_file_that_the_tests_run() {
    for (readme, hosts) in [
        (
            "README.md",
            &["rust/", "node/", "browser/", "edge-worker/", "deno/"][..],
        ),
        (
            "pkg-template/README.md",
            &["node/", "browser/", "edge-worker/", "deno/"],
        ),
    ] {
        let shown = shown_by(readme);
        for host in hosts {
            assert!(
                shown.iter().any(|path| path.starts_with(host)),
                "{readme} shows no example of {host}"
            );
        }
    }
}

/// The optional settings of an interface in index.d.ts, each with the default that its comment tells.
fn documented_defaults(interface: &str) -> Vec<(String, String)> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let types = fs::read_to_string(root.join("pkg-template/index.d.ts")).unwrap();
    let start = types.split_once(&format!("export interface {interface} {{")).unwrap().1;
    let block = start.split_once("\n}").unwrap().0;
    let mut comment = String::new();
    let mut defaults = Vec::new();
    for line in block.lines() {
        // Settings stand two spaces in; what is further in belongs to a comment or a type.
        let name = line
            .strip_prefix("  ")
            .and_then(|rest| rest.split_once("?:"))
            .map(|(name, _)| name);
        let Some(name) = name.filter(|name| name.chars().all(char::is_alphanumeric)) else {
            comment.push_str(line);
            comment.push('\n');
            continue;
        };
        let default = comment
            .split_once("@default ")
            .unwrap_or_else(|| panic!("{interface}.{name} tells no default"))
            .1;
        let default = default.lines().next().unwrap().trim_end_matches("*/").trim();
        defaults.push((name.to_owned(), default.to_owned()));
        comment.clear();
    }
    defaults
}

/// `maxRetries` for `max_retries`.
fn camel(name: &str) -> String {
    let mut words = name.split('_');
    let first = words.next().unwrap_or_default().to_owned();
    words.fold(first, |name, word| name + &word[..1].to_uppercase() + &word[1..])
}

#[test]
fn the_types_for_javascript_tell_the_defaults_that_rust_has() {
    for (interface, defaults) in [
        (
            "ConnectionPoolConfig",
            serde_json::to_value(ConnectionPoolConfig::default()).unwrap(),
        ),
        ("TimeoutConfig", serde_json::to_value(TimeoutConfig::default()).unwrap()),
        ("RetryConfig", serde_json::to_value(RetryConfig::default()).unwrap()),
    ] {
        let told = documented_defaults(interface);
        let settings = defaults.as_object().unwrap();
        assert_eq!(told.len(), settings.len(), "{interface}");
        for (name, value) in settings {
            let (_, default) = told.iter().find(|(setting, _)| *setting == camel(name)).unwrap();
            let value = value.to_string();
            let value = value.strip_suffix(".0").unwrap_or(&value);
            // What stands behind a comma is a condition.
            assert_eq!(default.split(',').next(), Some(value), "{interface}.{name}");
        }
    }
    assert!(documented_defaults("ProviderConfig").len() >= 10);
}
