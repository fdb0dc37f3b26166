//! How large the package is, and how large it may be.

use std::path::Path;

use crate::Outcome;
use crate::process::{Scratch, Step};
use crate::project::{self, Project};
use crate::setup::Tools;

/// The recorded sizes, in the same form as [`measure`] reads.
const BUDGET: &str = "xtask/size-budget.txt";

/// How much larger than recorded is too large.
const SLACK_PERCENT: u64 = 5;

const HEADER: &str = "# name: bytes raw, gzip, brotli. A build that is 5 % larger fails.\n\
                      # Recorded by `cargo xtask size --record`.\n";

/// The bytes that something takes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Size {
    name: String,
    raw: u64,
    gzip: u64,
    brotli: u64,
}

/// Measures a built package.
pub fn measure(project: &Project, tools: &Tools, pkg: &Path) -> Outcome<Vec<Size>> {
    let script = project.root.join("xtask/scripts/sizes.mjs");
    let scratch = Scratch::new("sizes")?;
    let step = Step::new("node").named("the measurement of the sizes").arg(script);
    parse(&step.args([tools.npm.as_path(), pkg, scratch.path()]).run()?.stdout)
}

/// Fails where something outgrew the recorded sizes.
pub fn check(project: &Project, sizes: &[Size]) -> Outcome {
    let budget = parse(&project.read(BUDGET)?)?;
    let problems = too_large(sizes, &budget);
    if problems.is_empty() {
        return Ok(());
    }
    Err(format!(
        "{}\nFind what made it grow; if the growth is worth it, `cargo xtask size --record` accepts it",
        problems.join("\n")
    ))
}

/// Makes the sizes the budget.
pub fn record(project: &Project, sizes: &[Size]) -> Outcome {
    let lines = sizes
        .iter()
        .map(|size| format!("{}: {} {} {}\n", size.name, size.raw, size.gzip, size.brotli));
    project::write(
        &project.root.join(BUDGET),
        HEADER.to_owned() + &lines.collect::<String>(),
    )
}

/// What a streamed chat by `./url` takes with brotli.
pub fn of_a_chat(sizes: &[Size]) -> Option<u64> {
    let chat = sizes.iter().find(|size| size.name == "bundle, ./url")?;
    Some(chat.brotli)
}

/// A table for people.
pub fn table(sizes: &[Size]) -> String {
    let mut text = format!("{:<16} {:>9} {:>9} {:>9}   (bytes)\n", "size", "raw", "gzip", "brotli");
    for Size {
        name,
        raw,
        gzip,
        brotli,
    } in sizes
    {
        text.push_str(&format!("{name:<16} {raw:>9} {gzip:>9} {brotli:>9}\n"));
    }
    text
}

fn parse(text: &str) -> Outcome<Vec<Size>> {
    let lines = text
        .lines()
        .filter(|line| !line.trim().is_empty() && !line.starts_with('#'));
    lines
        .map(|line| {
            let (name, numbers) = line.split_once(':')?;
            let mut numbers = numbers.split_whitespace().map(|number| number.parse().ok());
            let [raw, gzip, brotli] = [numbers.next()??, numbers.next()??, numbers.next()??];
            Some(Size {
                name: name.to_owned(),
                raw,
                gzip,
                brotli,
            })
        })
        .collect::<Option<_>>()
        .ok_or_else(|| format!("not a list of sizes: {text}"))
}

fn too_large(sizes: &[Size], budget: &[Size]) -> Vec<String> {
    let mut problems = Vec::new();
    for size in sizes {
        let Some(allowed) = budget.iter().find(|allowed| allowed.name == size.name) else {
            problems.push(format!("{} has no budget in {BUDGET}: record one", size.name));
            continue;
        };
        let pairs = [
            ("raw", size.raw, allowed.raw),
            ("gzip", size.gzip, allowed.gzip),
            ("brotli", size.brotli, allowed.brotli),
        ];
        for (form, is, was) in pairs {
            if is * 100 > was * (100 + SLACK_PERCENT) {
                problems.push(format!(
                    "{} ({form}) takes {is} bytes, more than {SLACK_PERCENT} % above its budget of {was}",
                    size.name
                ));
            }
        }
    }
    problems
}

#[cfg(test)]
mod tests {
    use super::*;

    fn size(name: &str, brotli: u64) -> Size {
        Size {
            name: name.into(),
            raw: 300,
            gzip: 200,
            brotli,
        }
    }

    #[test]
    fn reads_what_is_recorded() {
        let text = format!("{HEADER}wasm and glue: 300 200 100\n");
        assert_eq!(parse(&text), Ok(vec![size("wasm and glue", 100)]));
        assert!(parse("wasm: 1 2").is_err());
    }

    #[test]
    fn five_percent_more_is_the_limit() {
        let budget = [size("a", 100)];
        assert!(too_large(&[size("a", 105)], &budget).is_empty());
        assert_eq!(too_large(&[size("a", 106)], &budget).len(), 1);
        assert_eq!(too_large(&[size("b", 1)], &budget).len(), 1);
    }
}
