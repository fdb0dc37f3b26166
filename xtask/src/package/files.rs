//! The files of the package that are not wasm-bindgen's.

use std::collections::BTreeSet;
use std::path::Path;

use serde_json::Value;

use super::letters::{self, Letters};
use crate::Outcome;
use crate::manifest;
use crate::process::Step;
use crate::project::{self, Project};
use crate::setup::Tools;

/// Copies what is written by hand, and gives the package the crate's version.
pub fn copy_template(project: &Project, pkg: &Path) -> Outcome {
    project::copy_dir(&project.root.join("pkg-template"), pkg)?;
    let version = manifest::workspace_version(&project.read("Cargo.toml")?)
        .ok_or("Cargo.toml has no version under [workspace.package]: add it")?;
    let manifest = pkg.join("package.json");
    let text = with_version(&project::read(&manifest)?, &version)
        .ok_or("pkg-template/package.json has no line `  \"version\": \"…\",`: add it")?;
    project::write(&manifest, text)
}

/// What the entries share.
const MAIN: &str = "main.js";

/// What users import.
const ENTRIES: [&str; 6] = [
    "index.js",
    "node.js",
    "workerd.js",
    "edge-light.js",
    "url.js",
    "slim.js",
];

/// Joins what the entries share into main.js, and the rest into the entries: every file takes a host about a
/// millisecond of its start.
pub fn join(tools: &Tools, pkg: &Path) -> Outcome {
    let parts = pkg.join("parts.json");
    let mut joined = BTreeSet::new();
    for file in ENTRIES.iter().chain([&MAIN]) {
        let mut step = Step::new(tools.npm_bin("esbuild"))
            .arg(file)
            .args([
                "--bundle",
                "--format=esm",
                "--target=esnext",
                "--outdir=.",
                "--allow-overwrite",
            ])
            .args([
                "--metafile=parts.json",
                "--log-level=warning",
                "--external:node:*",
                "--external:./core_inline.js",
                "--external:*.wasm",
                "--external:*.wasm?module",
            ])
            .dir(pkg);
        if *file != MAIN {
            step = step.arg("--external:./main.js");
        }
        step.run()?;
        let listed: Value = serde_json::from_str(&project::read(&parts)?)
            .map_err(|error| format!("{} is not JSON: {error}", parts.display()))?;
        let inputs = listed.get("inputs").and_then(Value::as_object).into_iter().flatten();
        joined.extend(inputs.map(|(file, _)| file.clone()));
    }
    let gone = joined
        .iter()
        .filter(|file| **file != MAIN && !ENTRIES.contains(&file.as_str()));
    for file in gone.map(|file| pkg.join(file)).chain([parts]) {
        std::fs::remove_file(&file).map_err(|error| format!("{} cannot be removed: {error}", file.display()))?;
    }
    Ok(())
}

/// Writes the wasm module as a JavaScript file, for hosts and bundlers that load nothing else.
pub fn inline_module(pkg: &Path) -> Outcome {
    let module = pkg.join("core_bg.wasm");
    let bytes = std::fs::read(&module).map_err(|error| format!("{} cannot be read: {error}", module.display()))?;
    let Letters { text, meanings } = letters::write(&bytes);
    project::write(
        &pkg.join("core_inline.js"),
        format!("export const meanings = new Uint8Array({meanings:?});\nexport default \"{text}\";\n"),
    )
}

/// Copies the licences from the top of the checkout.
pub fn copy_documents(project: &Project, pkg: &Path) -> Outcome {
    let entries = std::fs::read_dir(&project.root).map_err(|error| format!("the checkout cannot be read: {error}"))?;
    for entry in entries.flatten() {
        let name = entry.file_name().to_string_lossy().into_owned();
        if name.starts_with("LICENSE") {
            std::fs::copy(entry.path(), pkg.join(&name))
                .map_err(|error| format!("{name} cannot be copied: {error}"))?;
        }
    }
    Ok(())
}

/// Replaces the version at the top level of a package.json, and nothing else.
fn with_version(manifest: &str, version: &str) -> Option<String> {
    let line = manifest.lines().find(|line| line.starts_with("  \"version\":"))?;
    let comma = if line.ends_with(',') { "," } else { "" };
    Some(manifest.replacen(line, &format!("  \"version\": \"{version}\"{comma}"), 1))
}

#[cfg(test)]
mod tests {
    use super::with_version;

    #[test]
    fn only_the_packages_own_version_changes() {
        let manifest = "{\n  \"a\": {\n    \"version\": \"0\"\n  },\n  \"version\": \"0.0.0\",\n  \"b\": 1\n}\n";
        let expected = "{\n  \"a\": {\n    \"version\": \"0\"\n  },\n  \"version\": \"1.2.3\",\n  \"b\": 1\n}\n";
        assert_eq!(with_version(manifest, "1.2.3").as_deref(), Some(expected));
        assert_eq!(with_version("{}", "1.2.3"), None);
    }
}
