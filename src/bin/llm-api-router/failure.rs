//! How a command ends when it does not end well, and the program's exit codes.

use std::fmt::Display;
use std::io::{self, Write};
use std::process::ExitCode;

use llm_api_router::{Error, ErrorKind};

/// Shown by `--help`, and part of the interface.
pub const EXIT_CODES: &str = "\
Exit codes:
  0    done; also when nobody reads the output any more
  1    it failed: the call, or what 'validate' looked at
  2    the arguments or the configuration make no sense; nothing was sent
  130  ended by Ctrl-C";

const FAILED: u8 = 1;
const USAGE: u8 = 2;
/// As shells report a program that SIGINT has ended.
const INTERRUPTED: u8 = 130;

/// Why a command does not end with 0.
#[derive(Debug)]
pub enum Failure {
    /// Arguments or configuration.
    Usage(String),
    /// Everything else that can be told.
    Failed(String),
    /// It was told already.
    Told,
    /// By Ctrl-C.
    Interrupted,
    /// Nobody reads the output: the program has nothing to do, and nothing to complain about.
    ReaderGone,
}

impl Failure {
    /// Says what there is to say, on the standard error output.
    pub fn end(self) -> ExitCode {
        match self {
            Self::Usage(words) => {
                complain(format!("{words}\n\nFor more information, try '--help'."));
                ExitCode::from(USAGE)
            }
            Self::Failed(words) => {
                complain(words);
                ExitCode::from(FAILED)
            }
            Self::Told => ExitCode::from(FAILED),
            Self::Interrupted => ExitCode::from(INTERRUPTED),
            Self::ReaderGone => ExitCode::SUCCESS,
        }
    }
}

impl From<io::Error> for Failure {
    fn from(error: io::Error) -> Self {
        match error.kind() {
            io::ErrorKind::BrokenPipe => Self::ReaderGone,
            _ => Self::Failed(error.to_string()),
        }
    }
}

impl From<Error> for Failure {
    fn from(error: Error) -> Self {
        match error.kind() {
            ErrorKind::Config => Self::Usage(error.to_string()),
            _ => Self::Failed(describe(&error)),
        }
    }
}

/// An error's sentence, and in brackets what helps to look further.
pub fn describe(error: &Error) -> String {
    let mut facts = vec![error.kind().to_string()];
    facts.extend(error.status().map(|status| format!("status {status}")));
    facts.extend(error.code().map(|code| format!("code {code}")));
    facts.extend(error.phase().map(|phase| format!("phase {phase}")));
    facts.extend(error.request_id().map(|id| format!("request {id}")));
    format!("{error} [{}]", facts.join(", "))
}

/// An error as JSON.
pub fn as_json(error: &Error) -> serde_json::Value {
    serde_json::json!({
        "kind": error.kind().as_str(),
        "message": error.to_string(),
        "phase": error.phase().map(|phase| phase.as_str()),
        "status": error.status(),
        "code": error.code(),
        "request_id": error.request_id(),
        "limit": error.limit().map(|limit| limit.as_secs_f64()),
        "attempts": error.attempts(),
        "elapsed": error.elapsed().as_secs_f64(),
        "replay": error.replay().as_str(),
    })
}

/// Says something on the standard error output.
pub fn complain(what: impl Display) {
    // Nobody is left to tell when this fails.
    let _ = writeln!(io::stderr(), "error: {what}");
}

/// A remark for the user, beside the output.
pub fn remark(what: impl Display) {
    let _ = writeln!(io::stderr(), "{what}");
}
