//! Python packages, in virtual environments of their own.

use std::path::PathBuf;
use std::time::Duration;

use super::{find_program, say};
use crate::Outcome;
use crate::process::Step;
use crate::project::{self, Project};

/// The parser of Prometheus' own client, to read the metrics with; the answer is the Python that has it.
pub fn prometheus(project: &Project) -> Outcome<PathBuf> {
    environment(project, "native-tests/prometheus", "the parser of Prometheus' client")
}

/// The clients in Python that this one is compared with; the answer is the Python that has them.
pub fn peers(project: &Project) -> Outcome<PathBuf> {
    environment(project, "benches/python", "httpx and openai-python")
}

/// A Python with what the folder's `requirements.txt` pins, in a folder of the cache that is named after its contents.
fn environment(project: &Project, folder: &str, what: &str) -> Outcome<PathBuf> {
    let requirements = project.root.join(folder).join("requirements.txt");
    let pins = project::read(&requirements)?;
    let dir = project
        .cache
        .join(format!("python-{:016x}", super::npm_tools::fingerprint(&[&pins])));
    let (python, done) = (dir.join("bin/python"), dir.join("complete"));
    if done.is_file() {
        return Ok(python);
    }
    say(&format!("pip install ({what}, pinned in {folder}), some seconds"));
    let host = find_program(&["python3"]).ok_or("python3 is missing: install Python 3 with its venv module")?;
    // Environments cannot be moved, so it is made in place and marked when it is complete.
    project::empty_dir(&dir)?;
    Step::new(host)
        .named("python3 -m venv")
        .args(["-m", "venv"])
        .arg(&dir)
        .limit(Duration::from_secs(120))
        .run()
        .map_err(|error| format!("{error}\nOn Debian, `apt-get install python3-venv` mends that"))?;
    Step::new(&python)
        .named("pip install")
        .args([
            "-m",
            "pip",
            "install",
            "--quiet",
            "--disable-pip-version-check",
            "--requirement",
        ])
        .arg(&requirements)
        .limit(Duration::from_secs(300))
        .run()?;
    project::write(&done, "")?;
    Ok(python)
}
