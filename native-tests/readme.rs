//! The README shows files that the tests run, and shows them as they are.

use std::fs;
use std::path::Path;

/// Every code block behind a line `<!-- examples/… -->` is that file's text.
#[test]
fn every_example_in_the_readme_is_the_file_that_the_tests_run() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let readme = fs::read_to_string(root.join("README.md")).unwrap();
    let mut shown = Vec::new();
    for part in readme.split("<!-- examples/").skip(1) {
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
            "README.md shows examples/{path} as it is not"
        );
        shown.push(path.to_owned());
    }
    for host in ["rust/", "node/", "browser/", "edge-worker/", "deno/"] {
        assert!(
            shown.iter().any(|path| path.starts_with(host)),
            "README.md shows no example of {host}"
        );
    }
}
