//! The wasm-bindgen tests, which wasm-pack runs in Node, Chromium and Firefox.

use super::Reports;
use crate::counts;
use crate::hosts::Mock;
use crate::manifest;
use crate::process::Step;
use crate::project::Project;
use crate::setup::Tools;

/// Runs every test target under wasm-tests/ in each of the three.
pub fn run(project: &Project, tools: &Tools, reports: &mut Reports) {
    let targets = match project.read("Cargo.toml") {
        Ok(manifest) => manifest::test_targets(&manifest, "wasm-tests/"),
        Err(problem) => return reports.failed("wasm tests", problem),
    };
    if targets.is_empty() {
        let problem = "Cargo.toml has no [[test]] with a path under wasm-tests/: add it";
        return reports.failed("wasm tests", problem.to_owned());
    }
    let mock = match Mock::start(project) {
        Ok(mock) => mock,
        Err(problem) => return reports.failed("wasm tests", problem),
    };
    let chrome = ["--headless", "--chrome", "--chromedriver"].map(str::to_owned);
    let firefox = ["--headless", "--firefox", "--geckodriver"].map(str::to_owned);
    let driver = |path: &std::path::Path| path.to_string_lossy().into_owned();
    let hosts = [
        ("wasm in node", vec!["--node".to_owned()]),
        (
            "wasm in chromium",
            [chrome.as_slice(), &[driver(&tools.chromedriver)]].concat(),
        ),
        (
            "wasm in firefox",
            [firefox.as_slice(), &[driver(&tools.geckodriver)]].concat(),
        ),
    ];
    for (runner, host) in hosts {
        reports.add(runner, counts::of_rust, || {
            let step = tools
                .wasm
                .prepare(project, Step::new(&tools.wasm_pack))
                .named("wasm-pack test");
            step.args(["test", "--mode", "no-install"])
                .args(host)
                .arg(&project.root)
                .arg("--")
                // The native tests do not compile for wasm32, so each target is named.
                .args(targets.iter().flat_map(|target| ["--test", target]))
                .arg("--no-fail-fast")
                .env("PATH", tools.path())
                // Read when the tests are compiled: a page has no environment.
                .env("MOCK_URL", &mock.url)
                .shown()
                .finish()
        });
    }
}
