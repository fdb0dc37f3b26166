//! The pinned tools from npm: other hosts (Deno, Bun, workerd), bundlers, checkers.

use std::path::{Path, PathBuf};
use std::time::Duration;

use super::say;
use crate::Outcome;
use crate::process::Step;
use crate::project::{self, Project};

/// Installs them where they are missing; the answer is the directory that has the `node_modules`.
pub fn install(project: &Project) -> Outcome<PathBuf> {
    let what = "Deno, Bun, workerd, wasm-opt, Vite, TypeScript and other tools, pinned in wasm-tests/hosts";
    into_cache(project, "wasm-tests/hosts", "npm-tools", what, complete)
}

/// Installs the clients that this one is compared with.
pub fn install_peers(project: &Project) -> Outcome<PathBuf> {
    let what = "the clients to compare with, pinned in benches/peers";
    into_cache(project, "benches/peers", "npm-peers", what, |_| Ok(()))
}

/// Installs what a folder's lock file pins into a folder of the cache that is named after its contents.
fn into_cache(
    project: &Project,
    folder: &str,
    name: &str,
    what: &str,
    complete: impl Fn(&Path) -> Outcome,
) -> Outcome<PathBuf> {
    let from = project.root.join(folder);
    let manifest = project::read(&from.join("package.json"))?;
    let lock = project::read(&from.join("package-lock.json"))?;
    let dir = project
        .cache
        .join(format!("{name}-{:016x}", fingerprint(&[&manifest, &lock])));
    if dir.is_dir() {
        return Ok(dir);
    }
    say(&format!("npm ci ({what}), about a minute"));
    let partial = dir.with_extension(format!("partial-{}", std::process::id()));
    project::empty_dir(&partial)?;
    project::write(&partial.join("package.json"), manifest)?;
    project::write(&partial.join("package-lock.json"), lock)?;
    fill(&partial).and_then(|()| complete(&partial)).map_err(|error| {
        let _ = std::fs::remove_dir_all(&partial);
        format!(
            "{error}\n{folder} could not be installed: see that the npm registry can be reached, then run this \
             command again"
        )
    })?;
    match std::fs::rename(&partial, &dir) {
        // Somebody else was faster.
        Err(_) if dir.is_dir() => {
            let _ = std::fs::remove_dir_all(partial);
            Ok(dir)
        }
        Err(error) => Err(format!("{} cannot be moved into place: {error}", partial.display())),
        Ok(()) => Ok(dir),
    }
}

fn fill(dir: &Path) -> Outcome {
    // No install scripts: newer versions of npm leave them out anyway, and only Bun's is needed.
    let install = ["ci", "--ignore-scripts", "--no-audit", "--no-fund"];
    Step::new("npm")
        .named("npm ci")
        .args(install)
        .dir(dir)
        .limit(Duration::from_secs(900))
        .run()
        .map(|_| ())
}

/// What the install scripts would have done.
fn complete(dir: &Path) -> Outcome {
    Step::new("node")
        .named("Bun's install script")
        .arg("node_modules/bun/install.js")
        .dir(dir)
        .run()?;
    // Some put their binary into place when they first run; better now than in two tests at once.
    for host in ["bun", "deno", "workerd", "wasm-opt"] {
        let program = dir.join("node_modules/.bin").join(host);
        Step::new(program)
            .arg("--version")
            .dir(dir)
            .limit(Duration::from_secs(60))
            .run()?;
    }
    Ok(())
}

/// FNV-1a: a name for the contents that stays the same across versions of Rust.
pub(super) fn fingerprint(texts: &[&str]) -> u64 {
    let bytes = texts.iter().flat_map(|text| text.bytes().chain([0]));
    bytes.fold(0xcbf2_9ce4_8422_2325, |hash, byte| {
        (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3)
    })
}

#[cfg(test)]
mod tests {
    use super::fingerprint;

    #[test]
    fn contents_that_differ_have_different_names() {
        assert_ne!(fingerprint(&["ab", "c"]), fingerprint(&["a", "bc"]));
        assert_eq!(fingerprint(&["a"]), fingerprint(&["a"]));
    }
}
