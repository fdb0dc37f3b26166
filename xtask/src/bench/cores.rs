//! One core for the server and another for the clients, where the system lets us choose.

use std::path::Path;

use crate::process::Step;
use crate::project;

/// Where programs run.
pub struct Cores {
    /// The server's and the clients'; `None` where the kernel places them.
    pair: Option<(String, String)>,
}

impl Cores {
    /// Two cores of those that we may use, and a sentence about it.
    pub fn choose() -> (Self, String) {
        let allowed = project::read(Path::new("/proc/self/status")).unwrap_or_default();
        let mut cores = allowed
            .lines()
            .find_map(|line| line.strip_prefix("Cpus_allowed_list:"))
            .map(numbers)
            .unwrap_or_default()
            .into_iter();
        let (Some(server), Some(client)) = (cores.next(), cores.next()) else {
            return (
                Self { pair: None },
                "Not pinned: there is one core only, which server and client share.".into(),
            );
        };
        if Step::new("taskset").arg("--version").run().is_err() {
            return (
                Self { pair: None },
                "Not pinned: `taskset` is missing (on Debian, it is in util-linux), so expect more noise.".into(),
            );
        }
        let words = format!("The server runs on core {server}, the clients on core {client}.");
        let pair = Some((server.to_string(), client.to_string()));
        (Self { pair }, words)
    }

    /// A command that runs where the server does.
    pub fn server(&self, program: &Path) -> Step {
        pinned(self.pair.as_ref().map(|(server, _)| server), program)
    }

    /// A command that runs where the clients do.
    pub fn client(&self, program: &Path) -> Step {
        pinned(self.pair.as_ref().map(|(_, client)| client), program)
    }
}

fn pinned(core: Option<&String>, program: &Path) -> Step {
    match core {
        Some(core) => Step::new("taskset").arg("-c").arg(core).arg(program),
        None => Step::new(program),
    }
}

/// The numbers of a list like `0-2,5`.
fn numbers(list: &str) -> Vec<usize> {
    let ranges = list.trim().split(',').filter_map(|range| {
        let (first, last) = range.split_once('-').unwrap_or((range, range));
        Some(first.parse().ok()?..=last.parse().ok()?)
    });
    ranges.flatten().collect()
}

#[cfg(test)]
mod tests {
    #[test]
    fn reads_the_kernels_lists() {
        assert_eq!(super::numbers("\t0-2,5\n"), [0, 1, 2, 5]);
        assert_eq!(super::numbers(""), [0; 0]);
    }
}
