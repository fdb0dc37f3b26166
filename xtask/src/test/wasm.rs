//! The wasm-bindgen tests, which wasm-pack runs in Node, Chromium and Firefox.

use std::time::Duration;

use super::Reports;
use crate::counts;
use crate::hosts::{self, Mock};
use crate::process::{Scratch, Step};
use crate::project::Project;
use crate::setup::Tools;

/// Runs the package wasm-tests in each of the three.
pub fn run(project: &Project, tools: &Tools, reports: &mut Reports) {
    let mock = match hosts::build_native(project).and_then(|()| Mock::start(project)) {
        Ok(mock) => mock,
        Err(problem) => return reports.failed("wasm tests", problem),
    };
    let chrome = ["--headless", "--chrome", "--chromedriver"].map(str::to_owned);
    let firefox = ["--headless", "--firefox", "--geckodriver"].map(str::to_owned);
    let driver = |path: &std::path::Path| path.to_string_lossy().into_owned();
    // The same tests run in Node and in the browsers; they do not choose by themselves.
    let page = Some(("WASM_BINDGEN_USE_BROWSER", "1"));
    let hosts = [
        ("wasm in node", None, vec!["--node".to_owned()]),
        (
            "wasm in chromium",
            page,
            [chrome.as_slice(), &[driver(&tools.chromedriver)]].concat(),
        ),
        (
            "wasm in firefox",
            page,
            [firefox.as_slice(), &[driver(&tools.geckodriver)]].concat(),
        ),
    ];
    let scratch = match Scratch::new("wasm-tests") {
        Ok(scratch) => scratch,
        Err(problem) => return reports.failed("wasm tests", problem),
    };
    for (runner, browser, host) in hosts {
        reports.add(runner, counts::of_rust, || {
            let step = tools
                .wasm
                .prepare(project, Step::new(&tools.wasm_pack))
                .named("wasm-pack test");
            step.args(["test", "--mode", "no-install"])
                .args(host)
                .arg(project.root.join("wasm-tests"))
                .env("PATH", tools.path())
                // The browsers' profiles, which their drivers leave behind.
                .env("TMPDIR", scratch.path())
                // Read when the tests are compiled: a page has no environment.
                .env("MOCK_URL", &mock.url)
                // A browser that starts on a busy machine needs more than the usual 5 seconds.
                .env("WASM_BINDGEN_TEST_DRIVER_TIMEOUT", "60")
                .env("WASM_BINDGEN_TEST_TIMEOUT", "300")
                .envs(browser)
                // A first run compiles all dependencies.
                .limit(Duration::from_secs(1800))
                .shown()
                .finish()
        });
    }
}
