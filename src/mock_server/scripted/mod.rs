//! A server of one's own for each case: what it does with every request is written down as data.

mod acts;
mod black_hole;
mod requests;

use std::io;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use http::Response;
use serde::Deserialize;

pub(super) use acts::Act;
pub(super) use black_hole::BlackHole;
pub(super) use requests::{Entry, Requests};

use super::body::{Body, Resets};

/// What a scripted server does: one list of acts per request, in the order in which requests arrive; the last list is
/// for all that come after.
///
/// An act is a name, or a name with its value. They are carried out in order:
///
/// | act | what happens |
/// |---|---|
/// | `"unread"` | the request's body is not read (as the first act) |
/// | `{"wait": 0.2}` | nothing, for so many seconds |
/// | `{"head": {"status": 429, "headers": {"retry-after": "0"}}}` | the answer's head; without this act it is 200 and fits what follows |
/// | `{"events": ["Hel", "lo"]}` | one event of a streamed answer for each text |
/// | `"done"` | the finish event and `[DONE]` |
/// | `{"completion": "Hello"}` | an answer that is not streamed |
/// | `{"comment": "ping"}` | a comment of an event stream |
/// | `{"data": "…"}` | these bytes, as they are |
/// | `{"repeat": {"times": 3, "acts": […]}}` | acts, again and again |
/// | `"stall"` | nothing more, ever |
/// | `"close"` | the socket is closed, be the answer whole or not |
/// | `"reset"` | the socket is reset |
///
/// ```
/// # use llm_api_router::mock_server::{MockServer, Script};
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
/// let script: Script = serde_json::from_str(
///     r#"[[{"head": {"status": 503}}], [{"events": ["Hello"]}, {"wait": 0.1}, "done"]]"#,
/// )?;
/// let server = MockServer::scripted(script)?;
/// // The first request is refused, every further one is answered.
/// assert!(server.base_url().starts_with("http://127.0.0.1:"));
/// # Ok(())
/// # }
/// ```
#[derive(Clone, Debug, Deserialize)]
#[serde(transparent)]
pub struct Script {
    answers: Vec<Vec<Act>>,
}

/// A script that is being played.
#[derive(Debug)]
pub(super) struct Play {
    script: Script,
    next: AtomicUsize,
}

impl Play {
    pub(super) fn new(script: Script) -> Self {
        Self {
            script,
            next: AtomicUsize::new(0),
        }
    }

    /// What is done with the request that comes now.
    pub(super) fn next(&self) -> &[Act] {
        let answers = &self.script.answers;
        let next = self.next.fetch_add(1, Ordering::Relaxed);
        let last = answers.len().saturating_sub(1);
        answers.get(next.min(last)).map_or(&[], Vec::as_slice)
    }
}

/// Carries out what stands before the head, and gives the answer whose body carries out the rest. An error closes the
/// socket.
pub(super) async fn answer(acts: &[Act], entry: &Entry, resets: &Resets) -> io::Result<Response<Body>> {
    for (at, act) in acts.iter().enumerate() {
        match act {
            Act::Unread => {}
            Act::Wait(seconds) => tokio::time::sleep(Duration::from_secs_f64(*seconds)).await,
            Act::Stall => std::future::pending().await,
            Act::Close | Act::Reset => {
                if matches!(act, Act::Reset) {
                    resets.on_close();
                }
                entry.finish();
                return Err(io::Error::other("the script ends the socket here"));
            }
            _ => return Ok(acts::response(acts.get(at..).unwrap_or_default(), resets)),
        }
    }
    Ok(acts::response(&[], resets))
}
