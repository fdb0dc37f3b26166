//! The README shows files that the tests run, and shows them as they are.

#![allow(clippy::unwrap_used)] // test code, also outside of test functions

use std::fs;
use std::path::Path;

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
