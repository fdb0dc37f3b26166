//! A child process that serves until it is dropped.

use std::sync::mpsc::{Receiver, RecvTimeoutError};
use std::time::{Duration, Instant};

use super::{Event, GRACE, Step, reaper};
use crate::Outcome;

/// How long a server may take to say that it is ready.
const START: Duration = Duration::from_secs(60);

/// A running server; dropping it ends its process group.
pub struct Server {
    group: u32,
    events: Option<Receiver<Event>>,
}

impl Server {
    /// Starts the command and waits for the line that `ready` recognises; its answer comes back.
    pub fn start<T>(step: Step, mut ready: impl FnMut(&str) -> Option<T>) -> Outcome<(Self, T)> {
        let name = step.name.clone();
        let (group, events) = step.start()?;
        let mut server = Self { group, events: None };
        let until = Instant::now() + START;
        let mut said = String::new();
        loop {
            match events.recv_timeout(until.saturating_duration_since(Instant::now())) {
                Ok(Event::Out(line) | Event::Err(line)) => {
                    if let Some(answer) = ready(line.trim_end()) {
                        server.events = Some(events);
                        return Ok((server, answer));
                    }
                    said.push_str(&line);
                }
                Ok(Event::Exited(_)) | Err(RecvTimeoutError::Disconnected) => {
                    return Err(format!("{name} ended before it was ready. It said:\n{said}"));
                }
                Err(RecvTimeoutError::Timeout) => {
                    return Err(format!(
                        "{name} was not ready after {} s. It said:\n{said}",
                        START.as_secs()
                    ));
                }
            }
        }
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        reaper::terminate(self.group);
        let until = Instant::now() + GRACE;
        let exited = self.events.take().is_some_and(|events| {
            loop {
                match events.recv_timeout(until.saturating_duration_since(Instant::now())) {
                    Ok(Event::Exited(_)) => return true,
                    Ok(_) => (),
                    Err(_) => return false,
                }
            }
        });
        if !exited {
            reaper::kill(self.group);
        }
        reaper::gone(self.group);
    }
}
