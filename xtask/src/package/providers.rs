//! What each provider that may be left out costs.

use super::size;
use crate::Outcome;
use crate::process::Scratch;
use crate::project::Project;
use crate::setup::Tools;

/// The cargo features that are for a provider each.
const PROVIDERS: [&str; 5] = ["aliyun", "anthropic", "gemini", "ollama", "zhipu"];

/// A table, in Markdown: how many KB of brotli a chat by `./url` saves without each, and without all of them.
pub fn table(project: &Project, tools: &Tools) -> Outcome<String> {
    let whole = chat_without(project, tools, &[])?;
    let mut table = "| provider left out | KB brotli less |\n|---|---|\n".to_owned();
    for provider in PROVIDERS {
        let less = whole - chat_without(project, tools, &[provider])?;
        table.push_str(&format!("| `{provider}` | {less:.1} |\n"));
    }
    let less = whole - chat_without(project, tools, &PROVIDERS)?;
    table.push_str(&format!("| all five | {less:.1} |\n"));
    Ok(table)
}

/// The options of cargo's that leave providers out.
pub fn without(left_out: &[&str]) -> Outcome<Vec<String>> {
    if let Some(other) = left_out.iter().find(|name| !PROVIDERS.contains(name)) {
        return Err(format!(
            "{other} cannot be left out; those that can are {}",
            PROVIDERS.join(", ")
        ));
    }
    let kept = PROVIDERS.into_iter().filter(|name| !left_out.contains(name));
    let kept: Vec<&str> = kept.collect();
    Ok(vec![
        "--no-default-features".to_owned(),
        format!("--features={}", kept.join(",")),
    ])
}

/// The KB of a chat, by a build of its own.
fn chat_without(project: &Project, tools: &Tools, left_out: &[&str]) -> Outcome<f64> {
    println!("package: building it without {left_out:?}");
    let options = without(left_out)?;
    let scratch = Scratch::new("providers")?;
    let pkg = scratch.path().join("pkg");
    super::make(project, tools, &pkg, &options)?;
    let bytes = size::of_a_chat(&size::measure(project, tools, &pkg)?).ok_or("no chat was measured")?;
    Ok(f64::from(u32::try_from(bytes).unwrap_or(u32::MAX)) / 1e3)
}

#[cfg(test)]
mod tests {
    use super::{PROVIDERS, without};

    #[test]
    fn what_is_left_out_is_not_built() {
        let options = without(&["gemini", "zhipu"]).unwrap();
        assert_eq!(options, ["--no-default-features", "--features=aliyun,anthropic,ollama"]);
        assert!(without(&["openai"]).is_err_and(|error| error.contains("zhipu")));
    }

    #[test]
    fn they_are_the_crates_default_features() {
        let manifest = include_str!("../../../Cargo.toml");
        assert!(manifest.contains(&format!("\ndefault = {PROVIDERS:?}\n")));
    }
}
