//! What a page has to load for a streamed chat, and how long the package takes to start in Node.

use serde_json::Value;

use super::field;
use super::figures::{Bound, Figures, Target};
use super::report::Section;
use crate::Outcome;
use crate::hosts::Installed;
use crate::package;
use crate::process::Step;
use crate::project::{self, Project};
use crate::setup::{self, Need};

/// How often Node starts.
const STARTS: usize = 15;

/// Where the bytes are, by the code's size per crate and module.
const LEFT: &str = "What is left is spread thin: of the module, brotli takes a seventh for texts and tables and the rest \
for code, of which the dialects are a quarter, Rust's library, serde_json and their formatting another, and \
configuration with its checks, metrics and `diagnose()` a fifth. None of these alone would bring the targets \
within reach.";

/// What the tables call the bundles, as scripts/bundles.mjs names them.
const BUNDLES: [(&str, &str); 5] = [
    ("url", "llm-api-router/url, wasm included"),
    ("inline", "llm-api-router"),
    ("openai", "`openai`"),
    ("anthropic", "`@anthropic-ai/sdk`"),
    ("ai", "`ai` with `@ai-sdk/openai-compatible`"),
];

/// Measures; the tables and targets come back.
pub fn run(project: &Project) -> Outcome<Section> {
    let tools = setup::run(project, &[Need::Package])?;
    let peers = setup::peers(project)?;
    let installed = Installed::make(project, &package::build(project, &tools)?)?;
    let web = installed.dir.join("web");
    project::copy_dir(&project.root.join("benches/web"), &web)?;
    project::copy_dir(&peers.join("node_modules"), &web.join("node_modules"))?;
    let script = |file: &str| Step::new("node").named(file).arg(web.join(file)).dir(&installed.dir);

    let finished = script("bundles.mjs").env("TOOLS", &tools.npm).run()?;
    let sizes = field::result("bundles.mjs", &finished.stdout)?;
    let mut section = Section::new(
        "A streamed chat in a page, bundled and minified by esbuild, every file compressed by itself with brotli 11."
            .to_owned(),
    );
    let mut table = "| bundle | KB minified | KB brotli |\n|---|---|---|\n".to_owned();
    let size = |name: &str, form: &str| number(&sizes, name, form) / 1e3;
    for (name, words) in BUNDLES {
        table.push_str(&format!(
            "| {words} | {:.1} | {:.1} |\n",
            size(name, "raw"),
            size(name, "brotli")
        ));
    }
    section.text(table);
    section
        .text("Who builds their own may leave providers out, by cargo features. So much less is a chat by ./url then:");
    section.text(package::providers::table(project, &tools)?);
    section.text(LEFT);
    let url = Target::new(
        "KB of a chat by ./url, brotli",
        Bound::AtMost(60.0),
        size("url", "brotli"),
    );
    section.target(url);
    let inline = Target::new(
        "KB of a chat inline, brotli",
        Bound::AtMost(80.0),
        size("inline", "brotli"),
    );
    section.target(inline);

    let mut starts = Vec::new();
    for _ in 0..STARTS {
        let finished = script("start.mjs").run()?;
        starts.push(field::result("start.mjs", &finished.stdout)?);
    }
    let time = |name: &str| {
        Figures(
            starts
                .iter()
                .map(|run| run.get(name).and_then(Value::as_f64).unwrap_or(f64::NAN))
                .collect(),
        )
    };
    section.text(format!(
        "| start in Node, a fresh process each | ms |\n|---|---|\n| importing the package | {:.2} |\n\
         | making the first client, which reads and compiles the core | {:.2} |\n",
        time("import"),
        time("client")
    ));
    let ready = time("import").combine(&time("client"), |import, client| import + client);
    section.target(Target::new(
        "ms in Node from importing to the first call ready",
        Bound::AtMost(5.0),
        ready.median(),
    ));
    Ok(section)
}

fn number(sizes: &Value, name: &str, form: &str) -> f64 {
    let value = sizes.get(name).and_then(|size| size.get(form));
    value.and_then(Value::as_f64).unwrap_or(f64::NAN)
}
