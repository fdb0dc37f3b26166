//! What a scripted server has seen of each request, in the order in which they arrived.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use serde::Serialize;
use serde_json::Value;

/// One request.
#[derive(Clone, Debug, Serialize)]
struct Seen {
    /// What the user said last, at most 64 characters of it; empty where the body was left unread.
    said: String,
    /// Bytes of the answer's body that went out.
    sent: u64,
    /// `finished`, `aborted` by the client, or `unread`: nobody looks at its socket. `None` while the answer goes on.
    end: Option<&'static str>,
}

/// All requests of a server.
#[derive(Debug, Default)]
pub(in super::super) struct Requests {
    seen: Mutex<Record>,
}

#[derive(Debug, Default, Serialize)]
struct Record {
    requests: Vec<Seen>,
    /// The most that were being answered at once.
    most_at_once: usize,
}

/// The line of one request. Dropped before its end, its client has gone away.
#[derive(Debug)]
pub(in super::super) struct Entry {
    requests: Arc<Requests>,
    number: usize,
}

impl Requests {
    /// A request whose head was read.
    pub(in super::super) fn begin(self: &Arc<Self>) -> Entry {
        let mut record = self.lock();
        let number = record.requests.len();
        record.requests.push(Seen {
            said: String::new(),
            sent: 0,
            end: None,
        });
        let now = record.requests.iter().filter(|request| request.end.is_none()).count();
        record.most_at_once = record.most_at_once.max(now);
        Entry {
            requests: Arc::clone(self),
            number,
        }
    }

    /// As JSON.
    pub(in super::super) fn json(&self) -> String {
        // Strings and numbers cannot fail to become JSON.
        serde_json::to_string(&*self.lock()).unwrap_or_default()
    }

    fn lock(&self) -> MutexGuard<'_, Record> {
        self.seen.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Entry {
    fn with(&self, change: impl FnOnce(&mut Seen)) {
        if let Some(seen) = self.requests.lock().requests.get_mut(self.number) {
            change(seen);
        }
    }

    /// Its body was read.
    pub(in super::super) fn says(&self, body: &[u8]) {
        let said = last_said(body);
        self.with(|seen| seen.said = said);
    }

    /// Its body is left where it is, and with it the news of the client's end.
    pub(in super::super) fn stays_unread(&self) {
        self.with(|seen| seen.end = Some("unread"));
    }

    pub(in super::super) fn sends(&self, bytes: usize) {
        self.with(|seen| seen.sent += bytes as u64);
    }

    /// The script has come to its end.
    pub(in super::super) fn finish(&self) {
        self.with(|seen| seen.end = Some("finished"));
    }
}

impl Drop for Entry {
    fn drop(&mut self) {
        self.with(|seen| {
            seen.end.get_or_insert("aborted");
        });
    }
}

fn last_said(body: &[u8]) -> String {
    let request: Value = serde_json::from_slice(body).unwrap_or_default();
    let last = request
        .get("messages")
        .and_then(Value::as_array)
        .and_then(|messages| messages.last())
        .and_then(|message| message.get("content")?.as_str());
    last.unwrap_or_default().chars().take(64).collect()
}
