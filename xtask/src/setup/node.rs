//! Node.js and npm have to be there: they are not ours to install.

use super::answer;
use crate::Outcome;

/// What the pinned tools ask for at least.
const OLDEST: (u32, u32) = (20, 19);

/// Fails with what to do where Node.js or npm is missing or too old.
pub fn check() -> Outcome {
    let (major, minor) = OLDEST;
    let advice = format!("install Node.js {major}.{minor} or newer with npm, and run this command again");
    let node = answer("node", &["--version"]).ok_or(format!("node is not on the PATH: {advice}"))?;
    if version(&node).is_none_or(|found| found < OLDEST) {
        return Err(format!("node {node} is too old: {advice}"));
    }
    if super::find_program(&["npm"]).is_none() {
        return Err(format!("npm is not on the PATH: {advice}"));
    }
    Ok(())
}

fn version(text: &str) -> Option<(u32, u32)> {
    let mut numbers = text.trim_start_matches('v').split('.').map(|part| part.parse().ok());
    Some((numbers.next()??, numbers.next()??))
}

#[cfg(test)]
mod tests {
    use super::version;

    #[test]
    fn reads_nodes_own_version_text() {
        assert_eq!(version("v20.19.2"), Some((20, 19)));
        assert_eq!(version("v24.0.0-nightly"), Some((24, 0)));
        assert_eq!(version("what"), None);
    }
}
