//! `cargo xtask capabilities`: what each host promises, recorded from real runs and shown in the README.

use serde_json::{Map, Value};

use super::answer::{self, Line};
use crate::Outcome;
use crate::hosts::{self, Installed, Mock};
use crate::package;
use crate::process::Step;
use crate::project::{self, Project};
use crate::setup::{self, Need};

/// What the hosts said when they were last asked; every host's tests compare it with what they say now.
const RECORD: &str = "cases/capabilities.json";
const BEGIN: &str = "<!-- capabilities: `cargo xtask capabilities` writes this table -->\n";
const END: &str = "<!-- end of capabilities -->\n";

/// Each by the folder whose demo runs it, and as the table calls it.
const HOSTS: [(&str, &str); 7] = [
    ("native", "Rust"),
    ("node", "Node"),
    ("deno", "Deno"),
    ("bun", "Bun"),
    ("workerd", "Workers"),
    ("chromium", "Chromium"),
    ("firefox", "Firefox"),
];

/// Asks every host, and writes the record and the README.
pub fn run(project: &Project) -> Outcome<bool> {
    hosts::build_native(project)?;
    let tools = setup::run(project, &[Need::Package, Need::Chromium, Need::Tests])?;
    let installed = Installed::make(project, &package::build(project, &tools)?)?;
    let mock = Mock::start(project)?;
    let mut record = Map::new();
    for (folder, _) in HOSTS {
        let step = match folder {
            "native" => Step::new(project.target.join("debug/examples/demo")).env("MOCK_URL", &mock.url),
            _ => installed.script(&tools, &mock, folder, "demo.mjs"),
        };
        let said = ask(step.named(folder))?;
        record.insert(folder.to_owned(), said.get("knobs").cloned().unwrap_or_default());
    }
    let record = Value::Object(record);
    let json = serde_json::to_string_pretty(&record).map_err(|error| error.to_string())?;
    project::write(&project.root.join(RECORD), json + "\n")?;
    let readme = with_table(&project.read("README.md")?, &record)?;
    project::write(&project.root.join("README.md"), readme)?;
    println!("{RECORD} and README.md are written");
    Ok(true)
}

/// Whether the README shows the record.
pub fn check(project: &Project) -> Outcome {
    let record = serde_json::from_str(&project.read(RECORD)?).map_err(|error| format!("{RECORD}: {error}"))?;
    let readme = project.read("README.md")?;
    if with_table(&readme, &record)? == readme {
        return Ok(());
    }
    Err(format!(
        "README.md does not show {RECORD}: run `cargo xtask capabilities`"
    ))
}

fn ask(step: Step) -> Outcome<Value> {
    let mut said = None;
    let finished = step.watch(|line| {
        if let Some(Line::Capabilities(capabilities)) = answer::read(line) {
            said = Some(capabilities);
        }
    })?;
    match finished.problem() {
        Some(problem) => Err(format!("{problem}\n{}", finished.tail(20))),
        None => said.ok_or_else(|| "a host did not say what it promises".to_owned()),
    }
}

fn with_table(readme: &str, record: &Value) -> Outcome<String> {
    let parts = readme
        .split_once(BEGIN)
        .and_then(|(before, rest)| Some((before, rest.split_once(END)?.1)));
    let (before, after) = parts.ok_or_else(|| format!("README.md has no place for the table: {BEGIN}{END}"))?;
    Ok(format!("{before}{BEGIN}{}{END}{after}", table(record)))
}

/// One row for each configuration value, and below what stands behind the words.
fn table(record: &Value) -> String {
    let columns: Vec<(&str, &[Value])> = HOSTS
        .iter()
        .map(|(folder, name)| (*name, knobs(record, folder)))
        .collect();
    let names: Vec<&str> = columns.iter().map(|(name, _)| *name).collect();
    let mut text = format!("| | {} |\n|---|{}\n", names.join(" | "), "---|".repeat(names.len()));
    let mut reasons = String::new();
    for (row, knob) in columns.first().map_or(&[][..], |(_, knobs)| knobs).iter().enumerate() {
        let name = field(knob, "name").rsplit('.').next().unwrap_or_default();
        let levels: Vec<&str> = columns.iter().map(|(_, knobs)| field_of(knobs, row, "level")).collect();
        text.push_str(&format!("| `{name}` | {} |\n", levels.join(" | ")));
        let mut said: Vec<(&str, Vec<&str>)> = Vec::new();
        for (host, knobs) in &columns {
            let why = field_of(knobs, row, "why");
            match said.iter_mut().find(|(known, _)| *known == why) {
                Some((_, hosts)) => hosts.push(host),
                None => said.push((why, vec![host])),
            }
        }
        for (why, hosts) in said {
            reasons.push_str(&format!("- `{name}`, {}: {why}.\n", hosts.join(", ")));
        }
    }
    format!("{text}\n<details><summary>Why</summary>\n\n{reasons}\n</details>\n")
}

fn knobs<'a>(record: &'a Value, host: &str) -> &'a [Value] {
    record.get(host).and_then(Value::as_array).map_or(&[], Vec::as_slice)
}

fn field_of<'a>(knobs: &'a [Value], row: usize, name: &str) -> &'a str {
    knobs.get(row).map_or("", |knob| field(knob, name))
}

fn field<'a>(knob: &'a Value, name: &str) -> &'a str {
    knob.get(name).and_then(Value::as_str).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_table_stands_between_its_marks_and_nothing_else_changes() {
        let knob = serde_json::json!([{"name": "timeout_config.read", "level": "enforced", "why": "it is"}]);
        let record = serde_json::json!({"native": knob, "firefox": knob});
        let readme = format!("before\n{BEGIN}old\n{END}after\n");
        let new = with_table(&readme, &record).unwrap();
        assert!(
            new.starts_with("before\n") && new.ends_with("after\n") && !new.contains("old"),
            "{new}"
        );
        assert!(
            new.contains("| `read` | enforced |") && new.contains("- `read`, Rust, Firefox: it is."),
            "{new}"
        );
        assert_eq!(with_table(&new, &record).unwrap(), new);
        assert!(with_table("no marks", &record).is_err());
    }
}
