//! Runs a child process in its own group, with a time limit, its output shown, watched or kept.

mod reaper;
mod scratch;
mod server;

pub use scratch::Scratch;
pub use server::Server;

use std::ffi::OsStr;
use std::io::{BufRead, BufReader, Read};
use std::os::unix::process::CommandExt;
use std::path::Path;
use std::process::{Child, Command, ExitStatus, Stdio};
use std::sync::mpsc::{Receiver, RecvTimeoutError, Sender, channel};
use std::time::{Duration, Instant};

use crate::Outcome;

/// No step of ours may take longer, unless it says so.
const LIMIT: Duration = Duration::from_secs(600);

/// How long a group may take to end by itself, and how long pipes may stay open after their process ended.
const GRACE: Duration = Duration::from_secs(5);

/// A command that is about to run.
pub struct Step {
    name: String,
    command: Command,
    limit: Duration,
    show: bool,
}

/// How a command ended and what it wrote.
pub struct Finished {
    name: String,
    ending: Ending,
    /// All lines of standard output.
    pub stdout: String,
    /// All lines of standard error.
    pub stderr: String,
}

enum Ending {
    Status(ExitStatus),
    OutOfTime(Duration),
}

/// What the threads around a child report.
pub(crate) enum Event {
    Out(String),
    Err(String),
    Exited(Option<ExitStatus>),
}

impl Step {
    /// A command; errors name it by its program.
    pub fn new(program: impl AsRef<OsStr>) -> Self {
        let program = program.as_ref();
        let name = Path::new(program)
            .file_name()
            .unwrap_or(program)
            .to_string_lossy()
            .into_owned();
        Self {
            name,
            command: Command::new(program),
            limit: LIMIT,
            show: false,
        }
    }

    /// What errors call this step.
    pub fn named(mut self, name: impl Into<String>) -> Self {
        self.name = name.into();
        self
    }

    pub fn arg(mut self, arg: impl AsRef<OsStr>) -> Self {
        self.command.arg(arg);
        self
    }

    pub fn args<A: AsRef<OsStr>>(mut self, args: impl IntoIterator<Item = A>) -> Self {
        self.command.args(args);
        self
    }

    pub fn env(mut self, name: impl AsRef<OsStr>, value: impl AsRef<OsStr>) -> Self {
        self.command.env(name, value);
        self
    }

    pub fn envs<'a>(mut self, variables: impl IntoIterator<Item = (&'a str, &'a str)>) -> Self {
        self.command.envs(variables);
        self
    }

    pub fn without_env(mut self, name: impl AsRef<OsStr>) -> Self {
        self.command.env_remove(name);
        self
    }

    pub fn dir(mut self, dir: impl AsRef<Path>) -> Self {
        self.command.current_dir(dir);
        self
    }

    pub fn limit(mut self, limit: Duration) -> Self {
        self.limit = limit;
        self
    }

    /// Shows the output as it comes.
    pub fn shown(mut self) -> Self {
        self.show = true;
        self
    }

    /// Runs to the end; anything but success is an error that quotes the last lines of a hidden output.
    pub fn run(self) -> Outcome<Finished> {
        let quote = !self.show;
        let finished = self.finish()?;
        match finished.problem() {
            None => Ok(finished),
            Some(problem) if quote => Err(format!("{problem}\n{}", finished.tail(40))),
            Some(problem) => Err(problem),
        }
    }

    /// Runs to the end, whatever end that is. An error means that it did not start.
    pub fn finish(self) -> Outcome<Finished> {
        self.watch(|_| ())
    }

    /// Runs to the end and hands over every line of standard output at the moment it comes.
    pub fn watch(self, mut line: impl FnMut(&str)) -> Outcome<Finished> {
        let (name, limit, show) = (self.name.clone(), self.limit, self.show);
        let (group, events) = self.start()?;
        let mut finished = Finished {
            name,
            ending: Ending::OutOfTime(limit),
            stdout: String::new(),
            stderr: String::new(),
        };
        let mut until = Instant::now() + limit;
        let mut overdue = false;
        loop {
            match events.recv_timeout(until.saturating_duration_since(Instant::now())) {
                Ok(Event::Out(text)) => {
                    line(text.trim_end_matches(['\r', '\n']));
                    if show {
                        print!("{text}");
                    }
                    finished.stdout.push_str(&text);
                }
                Ok(Event::Err(text)) => {
                    if show {
                        eprint!("{text}");
                    }
                    finished.stderr.push_str(&text);
                }
                Ok(Event::Exited(status)) => {
                    if let (Some(status), false) = (status, overdue) {
                        finished.ending = Ending::Status(status);
                    }
                    // What it left behind in its group would hold the pipes open.
                    reaper::terminate(group);
                    reaper::gone(group);
                    until = Instant::now() + GRACE;
                }
                Err(RecvTimeoutError::Disconnected) => break,
                Err(RecvTimeoutError::Timeout) if !overdue && matches!(finished.ending, Ending::OutOfTime(_)) => {
                    overdue = true;
                    reaper::terminate(group);
                    until = Instant::now() + GRACE;
                }
                Err(RecvTimeoutError::Timeout) => {
                    if overdue {
                        reaper::kill(group);
                    }
                    break;
                }
            }
        }
        Ok(finished)
    }

    /// Starts the child and the threads that report on it.
    fn start(mut self) -> Outcome<(u32, Receiver<Event>)> {
        let child = self
            .command
            .process_group(0)
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn();
        let mut child = child.map_err(|error| {
            format!(
                "{} could not be started ({error}); is it installed and on the PATH?",
                self.name
            )
        })?;
        let group = child.id();
        reaper::started(group);
        let (sender, events) = channel();
        if let Some(out) = child.stdout.take() {
            report_lines(out, sender.clone(), Event::Out);
        }
        if let Some(err) = child.stderr.take() {
            report_lines(err, sender.clone(), Event::Err);
        }
        report_exit(child, sender);
        Ok((group, events))
    }
}

fn report_lines(pipe: impl Read + Send + 'static, to: Sender<Event>, event: fn(String) -> Event) {
    std::thread::spawn(move || {
        let mut pipe = BufReader::new(pipe);
        let mut line = Vec::new();
        while pipe.read_until(b'\n', &mut line).is_ok_and(|read| read > 0) {
            if to.send(event(String::from_utf8_lossy(&line).into_owned())).is_err() {
                break;
            }
            line.clear();
        }
    });
}

fn report_exit(mut child: Child, to: Sender<Event>) {
    std::thread::spawn(move || {
        let status = child.wait().ok();
        let _ = to.send(Event::Exited(status));
    });
}

impl Finished {
    /// Whether the command ended by itself, and well.
    pub fn succeeded(&self) -> bool {
        self.problem().is_none()
    }

    /// Says in one sentence how the command failed.
    pub fn problem(&self) -> Option<String> {
        match &self.ending {
            Ending::Status(status) if status.success() => None,
            Ending::Status(status) => Some(format!("{} failed: {status}", self.name)),
            Ending::OutOfTime(limit) => Some(format!(
                "{} was ended: it took longer than its limit of {} s",
                self.name,
                limit.as_secs()
            )),
        }
    }

    /// With all that it wrote as standard output, for those that count in it.
    pub fn merged(mut self) -> Self {
        self.stdout.push_str(&self.stderr);
        self.stderr.clear();
        self
    }

    /// The last lines of what it wrote.
    pub fn tail(&self, lines: usize) -> String {
        let all: Vec<&str> = self.stdout.lines().chain(self.stderr.lines()).collect();
        let from = all.len().saturating_sub(lines);
        all.get(from..).unwrap_or_default().join("\n")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shell(script: &str) -> Step {
        Step::new("sh").args(["-c", script])
    }

    #[test]
    fn keeps_both_outputs() {
        let finished = shell("echo out; echo err >&2").run().unwrap();
        assert_eq!((finished.stdout.as_str(), finished.stderr.as_str()), ("out\n", "err\n"));
    }

    #[test]
    fn a_failure_quotes_what_was_written() {
        let error = shell("echo why; exit 3").run().err().unwrap();
        assert!(error.contains("exit status: 3") && error.contains("why"), "{error}");
    }

    #[test]
    fn the_limit_ends_the_whole_group() {
        let started = Instant::now();
        let finished = shell("sleep 60 & sleep 60")
            .limit(Duration::from_millis(50))
            .finish()
            .unwrap();
        assert!(finished.problem().unwrap().contains("limit"));
        assert!(started.elapsed() < GRACE);
    }

    #[test]
    fn what_a_step_leaves_behind_is_ended_with_it() {
        let started = Instant::now();
        let finished = shell("sleep 60 & echo done").run().unwrap();
        assert_eq!(finished.stdout, "done\n");
        assert!(started.elapsed() < GRACE);
    }

    #[test]
    fn a_missing_program_is_an_error_that_names_it() {
        let error = Step::new("no-such-program").run().err().unwrap();
        assert!(error.contains("no-such-program"), "{error}");
    }
}
