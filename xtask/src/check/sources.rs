//! Rules of the architecture that no compiler knows.

use std::path::{Path, PathBuf};

use super::Checks;
use crate::Outcome;
use crate::project::{self, Project};

/// Longer files are better split; worth a word, not a failure.
const LONG: usize = 400;

/// The folders that may know the target.
const TARGET_FOLDERS: [&str; 2] = ["src/transport/", "src/rt/"];

/// Looks at every Rust file under src/.
pub fn run(project: &Project, checks: &mut Checks) {
    checks.add("the target is known in two folders only", || {
        let mut problems = Vec::new();
        for path in rust_files(&project.root.join("src"))? {
            let name = path
                .strip_prefix(&project.root)
                .unwrap_or(&path)
                .to_string_lossy()
                .into_owned();
            let text = project::read(&path)?;
            problems.extend(target_arch(&name, &text));
            let lines = text.lines().count();
            if lines > LONG {
                println!("check: note: {name} has {lines} lines; files are meant to stay under {LONG}");
            }
        }
        if problems.is_empty() {
            Ok(())
        } else {
            Err(problems.join("\n"))
        }
    });
}

/// Where `target_arch` stands though it may not.
fn target_arch(name: &str, text: &str) -> Vec<String> {
    if TARGET_FOLDERS.iter().any(|folder| name.starts_with(folder)) {
        return Vec::new();
    }
    let lines: Vec<&str> = text.lines().map(str::trim).collect();
    let is_js = |number: usize| name == "src/lib.rs" && lines.get(number + 1) == Some(&"mod js;");
    let found = lines
        .iter()
        .enumerate()
        .filter(|(number, line)| line.contains("target_arch") && !is_js(*number));
    found
        .map(|(number, _)| {
            let number = number + 1;
            format!("{name}:{number} names target_arch: move what differs into src/transport/ or src/rt/")
        })
        .collect()
}

fn rust_files(dir: &Path) -> Outcome<Vec<PathBuf>> {
    let entries = std::fs::read_dir(dir).map_err(|error| format!("{} cannot be read: {error}", dir.display()))?;
    let mut files = Vec::new();
    for path in entries.flatten().map(|entry| entry.path()) {
        if path.is_dir() {
            files.extend(rust_files(&path)?);
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            files.push(path);
        }
    }
    files.sort();
    Ok(files)
}

#[cfg(test)]
mod tests {
    use super::target_arch;

    const GATE: &str = "#[cfg(target_arch = \"wasm32\")]\n";

    #[test]
    fn the_seam_and_the_js_module_may_know_the_target() {
        assert!(target_arch("src/rt/mod.rs", GATE).is_empty());
        assert!(target_arch("src/transport/fetch/mod.rs", GATE).is_empty());
        assert!(target_arch("src/lib.rs", &format!("mod a;\n{GATE}mod js;\n")).is_empty());
    }

    #[test]
    fn nothing_else_may() {
        assert_eq!(target_arch("src/lib.rs", &format!("{GATE}mod other;\n")).len(), 1);
        assert_eq!(target_arch("src/call.rs", &format!("\n{GATE}mod js;\n")).len(), 1);
        assert!(
            target_arch("src/call.rs", &format!("\n{GATE}"))
                .iter()
                .all(|text| text.starts_with("src/call.rs:2 "))
        );
    }
}
