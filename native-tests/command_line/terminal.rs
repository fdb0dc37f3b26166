//! What only a terminal gets to see: the progress of a benchmark, and a conversation without being asked for one.

use std::fs::File;
use std::io::{Read, Write};
use std::os::unix::ffi::OsStrExt;
use std::process::Stdio;
use std::sync::mpsc::{Receiver, channel};
use std::time::Duration;

use rustix::pty::{OpenptFlags, grantpt, openpt, ptsname, unlockpt};

use super::{at, command, ended, serve};

/// A terminal: our end of it, and what is written to the other one.
struct Terminal {
    ours: File,
    theirs: File,
    shown: Receiver<String>,
    /// What was shown and not looked at.
    rest: String,
}

impl Terminal {
    fn open() -> Self {
        let ours = openpt(OpenptFlags::RDWR | OpenptFlags::NOCTTY).unwrap();
        grantpt(&ours).unwrap();
        unlockpt(&ours).unwrap();
        let name = ptsname(&ours, Vec::new()).unwrap();
        let path = std::ffi::OsStr::from_bytes(name.as_bytes());
        let theirs = File::options().read(true).write(true).open(path).unwrap();
        let ours = File::from(ours);
        let mut reader = ours.try_clone().unwrap();
        let (sender, shown) = channel();
        std::thread::spawn(move || {
            let mut bytes = [0; 4096];
            // When nobody has the other end any more, reading fails.
            while let Ok(length @ 1..) = reader.read(&mut bytes) {
                let text = String::from_utf8_lossy(&bytes[..length]).into_owned();
                if sender.send(text).is_err() {
                    return;
                }
            }
        });
        Self {
            ours,
            theirs,
            shown,
            rest: String::new(),
        }
    }

    /// The other end, for a program.
    fn end(&self) -> Stdio {
        self.theirs.try_clone().unwrap().into()
    }

    /// What is shown up to this.
    fn until(&mut self, part: &str) -> String {
        loop {
            if let Some(place) = self.rest.find(part) {
                let after = self.rest.split_off(place + part.len());
                return std::mem::replace(&mut self.rest, after);
            }
            match self.shown.recv_timeout(Duration::from_secs(30)) {
                Ok(more) => self.rest.push_str(&more),
                Err(error) => panic!("no {part:?} ({error}): {:?}", self.rest),
            }
        }
    }

    /// What is shown from here on, when nobody else has the other end any more.
    fn until_the_end(self) -> String {
        drop(self.theirs);
        self.rest + &self.shown.iter().collect::<String>()
    }

    fn type_in(&mut self, text: &str) {
        self.ours.write_all(text.as_bytes()).unwrap();
    }
}

#[test]
fn a_benchmark_shows_how_far_it_is_in_a_terminal_and_leaves_nothing_of_that() {
    let served = serve();
    let url = served.server.scenario_url("slow");
    let size = ["-n", "6", "-j", "2", "--max-tokens", "4", "--compare-cold"];
    let mut terminal = Terminal::open();
    let child = command(&[&["benchmark"], at(&url).as_slice(), &size].concat())
        .env("TERM", "xterm")
        .stdout(Stdio::piped())
        .stderr(terminal.end())
        .spawn()
        .unwrap();
    let pooled = terminal.until("/6, ");
    assert!(pooled.contains("pooled [") && !pooled.contains("cold"), "{pooled:?}");
    terminal.until("cold [");
    let (code, out, _) = ended(child.wait_with_output().unwrap());
    assert!(code == Some(0) && out.contains("latency, p99"), "{out}");
    // The last thing that is done is to clear the line.
    let rest = terminal.until_the_end();
    let end = rest.rsplit(']').next().unwrap();
    assert!(end.contains("\u{1b}[2K"), "{end:?}");
}

#[test]
fn a_chat_without_a_prompt_is_a_conversation_in_a_terminal() {
    let served = serve();
    let url = served.server.base_url();
    let mut terminal = Terminal::open();
    let mut child = command(&[&["chat"], at(&url).as_slice()].concat())
        .env("TERM", "xterm")
        .stdin(terminal.end())
        .stdout(terminal.end())
        .stderr(terminal.end())
        .spawn()
        .unwrap();
    assert!(terminal.until("> ").contains("Ctrl-C ends an answer"));
    terminal.type_in("Hello there\n");
    let end = served.answer("Hello there");
    let end = end.rsplit(' ').next().unwrap();
    terminal.until(end);
    terminal.until("> ");
    // Ctrl-D is the end of the input.
    terminal.type_in("\u{4}");
    assert_eq!(child.wait().unwrap().code(), Some(0));
}
