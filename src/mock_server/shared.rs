//! What all sockets of a server share, and the servers that one raises for others' cases.

use std::collections::VecDeque;
use std::io;
use std::sync::{Arc, Mutex, PoisonError};

use super::MockServer;
use super::counters::Counters;
use super::scripted::{BlackHole, Play, Requests, Script};

/// So many raised servers live; the oldest makes room for the next.
const MOST_RAISED: usize = 512;

/// The state of one server.
#[derive(Debug, Default)]
pub(super) struct Shared {
    pub(super) counters: Arc<Counters>,
    pub(super) requests: Arc<Requests>,
    /// What a scripted server plays.
    pub(super) play: Option<Play>,
    raised: Mutex<VecDeque<Raised>>,
}

/// Something that was raised over HTTP; it goes when its server does.
#[derive(Debug)]
enum Raised {
    Server { _server: MockServer },
    BlackHole { _hole: BlackHole },
}

impl Shared {
    pub(super) fn scripted(script: Script) -> Self {
        Self {
            play: Some(Play::new(script)),
            ..Self::default()
        }
    }

    /// A server for this script; gives its URL.
    pub(super) fn raise(&self, script: Script) -> io::Result<String> {
        let server = MockServer::scripted(script)?;
        let url = server.url();
        self.keep(Raised::Server { _server: server });
        Ok(url)
    }

    /// A black hole for connections; gives its URL.
    pub(super) async fn raise_black_hole(&self) -> io::Result<String> {
        let hole = BlackHole::open().await?;
        let url = format!("http://{}", hole.address);
        self.keep(Raised::BlackHole { _hole: hole });
        Ok(url)
    }

    fn keep(&self, raised: Raised) {
        let oldest = {
            let mut all = self.raised.lock().unwrap_or_else(PoisonError::into_inner);
            all.push_back(raised);
            if all.len() > MOST_RAISED { all.pop_front() } else { None }
        };
        drop(oldest);
    }
}
