//! `ChatStream`: the chunks of a streamed answer as an iterator.

use std::fmt;
use std::sync::Arc;

use super::runtime::Runtime;
use crate::error::Result;
use crate::types::ChatChunk;

/// The chunks of a streamed answer, in order, as they arrive: an [`Iterator`] that waits for each.
///
/// It ends after the provider's terminal event; an answer that is cut off ends with an error, and after an error comes
/// nothing more. Dropping it cancels the request, closes its socket and frees its place in the pool. Everything else
/// is as with the [asynchronous one](crate::ChatStream).
///
/// ```no_run
/// # use llm_api_router::{ChatRequest, Message, blocking::Client};
/// # fn example(client: Client) -> llm_api_router::Result<()> {
/// for chunk in client.chat().completions().stream(ChatRequest::new([Message::user("A poem")]))? {
///     print!("{}", chunk?.content().unwrap_or_default());
/// }
/// # Ok(())
/// # }
/// ```
pub struct ChatStream {
    /// `None` while it is over there, and for ever if it does not come back.
    stream: Option<crate::ChatStream>,
    runtime: Arc<Runtime>,
}

impl ChatStream {
    pub(super) fn new(stream: crate::ChatStream, runtime: Arc<Runtime>) -> Self {
        Self {
            stream: Some(stream),
            runtime,
        }
    }
}

impl Iterator for ChatStream {
    type Item = Result<ChatChunk>;

    fn next(&mut self) -> Option<Self::Item> {
        let mut stream = self.stream.take()?;
        if let Some(item) = self.runtime.try_now(stream.next()) {
            self.stream = Some(stream);
            return item;
        }
        let waited = self.runtime.run(async move {
            let item = stream.next().await;
            (item, stream)
        });
        match waited {
            Ok((item, stream)) => {
                self.stream = Some(stream);
                item
            }
            Err(lost) => Some(Err(lost)),
        }
    }
}

impl std::iter::FusedIterator for ChatStream {}

impl Drop for ChatStream {
    fn drop(&mut self) {
        let _context = self.runtime.enter();
        self.stream.take();
    }
}

impl fmt::Debug for ChatStream {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Debug::fmt(&self.stream, formatter)
    }
}
