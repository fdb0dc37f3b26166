//! Where things are: the checkout, its build directories and the cache outside of it.

use std::ffi::OsString;
use std::path::{Path, PathBuf};

use crate::Outcome;

/// The places every command works with.
#[derive(Clone)]
pub struct Project {
    /// The checkout.
    pub root: PathBuf,
    /// What is installed or built once and kept, outside the checkout.
    pub cache: PathBuf,
    /// Cargo's target directory for native builds.
    pub target: PathBuf,
}

impl Project {
    /// Finds the places from the environment.
    pub fn find() -> Outcome<Self> {
        let manifest = std::env::var_os("CARGO_MANIFEST_DIR").unwrap_or_else(|| env!("CARGO_MANIFEST_DIR").into());
        let root = Path::new(&manifest)
            .parent()
            .ok_or("xtask/ has no parent directory: run `cargo xtask`")?;
        let cache = cache_dir(|name| std::env::var_os(name))
            .ok_or("there is no place for the cache: set LLM_API_ROUTER_CACHE to a directory")?;
        std::fs::create_dir_all(&cache).map_err(|error| {
            format!(
                "{} cannot be made ({error}): set LLM_API_ROUTER_CACHE to a writable directory",
                cache.display()
            )
        })?;
        let target = std::env::var_os("CARGO_TARGET_DIR").map_or_else(|| root.join("target"), |dir| root.join(dir));
        Ok(Self {
            root: root.to_owned(),
            cache,
            target,
        })
    }

    /// Cargo's target directory for wasm builds. They may come from another toolchain, and two toolchains in one
    /// directory throw each other's work away.
    pub fn web_target(&self) -> PathBuf {
        self.target.join("web")
    }

    /// The text of a file of the checkout.
    pub fn read(&self, path: &str) -> Outcome<String> {
        read(&self.root.join(path))
    }
}

/// The text of a file, or a sentence that names it.
pub fn read(path: &Path) -> Outcome<String> {
    std::fs::read_to_string(path).map_err(|error| format!("{} cannot be read: {error}", path.display()))
}

/// Writes a file, or says in a sentence which one failed.
pub fn write(path: &Path, contents: impl AsRef<[u8]>) -> Outcome {
    std::fs::write(path, contents).map_err(|error| format!("{} cannot be written: {error}", path.display()))
}

/// Makes the directory an empty one.
pub fn empty_dir(path: &Path) -> Outcome {
    let made = match std::fs::remove_dir_all(path) {
        Err(error) if error.kind() != std::io::ErrorKind::NotFound => Err(error),
        _ => std::fs::create_dir_all(path),
    };
    made.map_err(|error| format!("{} cannot be made empty: {error}", path.display()))
}

/// Copies a folder with everything below it.
pub fn copy_dir(from: &Path, to: &Path) -> Outcome {
    let copy = || -> std::io::Result<()> {
        std::fs::create_dir_all(to)?;
        for entry in std::fs::read_dir(from)? {
            let entry = entry?;
            let target = to.join(entry.file_name());
            if entry.file_type()?.is_dir() {
                copy_dir(&entry.path(), &target).map_err(std::io::Error::other)?;
            } else {
                std::fs::copy(entry.path(), target)?;
            }
        }
        Ok(())
    };
    copy().map_err(|error| format!("{} cannot be copied to {}: {error}", from.display(), to.display()))
}

fn cache_dir(var: impl Fn(&str) -> Option<OsString>) -> Option<PathBuf> {
    let named = |name: &str| var(name).filter(|value| !value.is_empty()).map(PathBuf::from);
    named("LLM_API_ROUTER_CACHE")
        .or_else(|| Some(named("XDG_CACHE_HOME")?.join("llm-api-router")))
        .or_else(|| Some(named("HOME")?.join(".cache/llm-api-router")))
        .and_then(|path| std::path::absolute(path).ok())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn dir(vars: &[(&str, &str)]) -> Option<PathBuf> {
        cache_dir(|name| Some(vars.iter().find(|(known, _)| *known == name)?.1.into()))
    }

    #[test]
    fn the_cache_is_where_the_environment_says() {
        let all = [("LLM_API_ROUTER_CACHE", "/a"), ("XDG_CACHE_HOME", "/b"), ("HOME", "/c")];
        assert_eq!(dir(&all), Some("/a".into()));
        assert_eq!(dir(&all[1..]), Some("/b/llm-api-router".into()));
        assert_eq!(dir(&all[2..]), Some("/c/.cache/llm-api-router".into()));
        assert_eq!(
            dir(&[("LLM_API_ROUTER_CACHE", ""), ("HOME", "/c")]),
            Some("/c/.cache/llm-api-router".into())
        );
        assert_eq!(dir(&[]), None);
    }
}
