//! Reads the little that we need out of Cargo.lock and Cargo.toml.

/// The version of a package of Cargo.lock.
pub fn version(lock: &str, package: &str) -> Option<String> {
    let name = format!("name = \"{package}\"");
    let mut lines = lock.lines();
    lines.find(|line| *line == name)?;
    lines.next().and_then(|line| value(line, "version"))
}

/// The version that the workspace gives its packages.
pub fn workspace_version(manifest: &str) -> Option<String> {
    let mut lines = manifest.lines();
    lines.find(|line| line.trim() == "[workspace.package]")?;
    lines
        .take_while(|line| !line.starts_with('['))
        .find_map(|line| value(line, "version"))
}

fn value(line: &str, key: &str) -> Option<String> {
    let text = line.trim().strip_prefix(key)?.trim_start().strip_prefix('=')?.trim();
    Some(text.strip_prefix('"')?.split('"').next()?.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_package_is_found_by_its_whole_name() {
        let lock = "[[package]]\nname = \"wasm-bindgen-futures\"\nversion = \"0.4.80\"\n\n\
                    [[package]]\nname = \"wasm-bindgen\"\nversion = \"0.2.130\"\n";
        assert_eq!(version(lock, "wasm-bindgen").as_deref(), Some("0.2.130"));
        assert_eq!(version(lock, "wasm"), None);
    }

    #[test]
    fn the_workspace_version_is_not_that_of_a_dependency() {
        let manifest = "[dependencies]\nversion = \"9\"\n[workspace.package]\nedition = \"2024\"\n\
                        version = \"1.2.3\"\n[package]\nversion.workspace = true\n";
        assert_eq!(workspace_version(manifest).as_deref(), Some("1.2.3"));
        assert_eq!(
            workspace_version("[workspace.package]\n[package]\nversion = \"1\"\n"),
            None
        );
    }
}
