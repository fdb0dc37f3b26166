//! `ChatStream`: the chunks of one streamed answer, in order, as they arrive.

use std::future::Future;
use std::pin::Pin;
use std::task::{Context, Poll};
use std::time::Duration;

use futures_core::Stream;

use super::accumulate::Accumulated;
use super::reader::{Reader, Step, drain};
use super::sink::{Piece, Typed};
use crate::error::{Error, Result};
use crate::rt::{self, Sleep};
use crate::types::{ChatChunk, ChatCompletion};

/// The chunks of a streamed answer. Also a [`futures_core::Stream`].
///
/// The stream ends with `None` only after the provider's terminal event; an answer that is cut off ends with an
/// [`ErrorKind::Stream`](crate::ErrorKind::Stream) or [`Network`](crate::ErrorKind::Network) error. Behind that event the
/// connection may break or fall silent: nothing of the answer is missing then. After an error
/// it gives `None`. An error carries what had arrived, up to 16 MiB of text:
/// [`Error::partial`](crate::Error::partial). Nothing is read ahead of you: a consumer that stops stops the network.
///
/// Dropping the stream cancels the request and frees its place in the pool. When all content was received, the
/// connection is kept for the next request.
///
/// ```no_run
/// # use llm_api_router::{ChatRequest, Client, Message, ProviderConfig};
/// # async fn example(client: Client) -> llm_api_router::Result<()> {
/// let mut stream = client.chat().completions().stream(ChatRequest::new([Message::user("A poem")])).await?;
/// while let Some(chunk) = stream.next().await {
///     print!("{}", chunk?.content().unwrap_or_default());
/// }
/// # Ok(())
/// # }
/// ```
pub struct ChatStream {
    reader: Reader<Typed>,
    /// An error that waits behind the chunks that were complete before it.
    failure: Option<Error>,
    ended: bool,
    /// The answer as far as it was handed out.
    so_far: Accumulated,
    /// Somebody wants all of the answer.
    whole: bool,
    /// How often others had their turn since all was received but the end of the body.
    turns: u8,
    /// Runs after that.
    grace: Option<Sleep>,
}

/// How long the end of a complete answer waits for the end of its body.
const GRACE: Duration = Duration::from_millis(20);
/// How many turns of the transport's tasks come first: one to see the end, one to free the socket. They nearly always
/// suffice, and a timer costs more.
const TURNS: u8 = 2;
/// How much text is kept of what was handed out chunk by chunk, so that the memory of an endless stream stays flat.
const KEPT: usize = 16 << 20;

impl ChatStream {
    pub(crate) fn new(reader: Reader<Typed>) -> Self {
        Self {
            reader,
            failure: None,
            ended: false,
            so_far: Accumulated::default(),
            whole: false,
            turns: 0,
            grace: None,
        }
    }

    /// The next chunk; `None` after the last one.
    ///
    /// # Errors
    ///
    /// Timeouts, a broken or cut-off answer, an error that the provider reports inside its answer.
    #[allow(
        clippy::should_implement_trait,
        reason = "named as the streams of other crates have it"
    )]
    pub fn next(&mut self) -> impl Future<Output = Option<Result<ChatChunk>>> {
        std::future::poll_fn(|context| self.poll_chunk(context))
    }

    /// Reads to the end and puts the whole answer together, with the chunks that were taken before: text, tool calls,
    /// usage.
    ///
    /// # Errors
    ///
    /// Those of [`next`](Self::next); [`Config`](crate::ErrorKind::Config) when more than 16 MiB of text were taken
    /// before, which are not kept.
    ///
    /// ```no_run
    /// # use llm_api_router::{ChatRequest, Client};
    /// # async fn example(client: Client, request: ChatRequest) -> llm_api_router::Result<()> {
    /// let mut stream = client.chat().completions().stream(request).await?;
    /// let first = stream.next().await.transpose()?;
    /// let answer = stream.final_completion().await?; // with what `first` had
    /// println!("{:?}: {} calls of tools", answer.usage, answer.tool_calls().len());
    /// # Ok(())
    /// # }
    /// ```
    pub async fn final_completion(mut self) -> Result<ChatCompletion> {
        self.read_to_end().await?;
        Ok(std::mem::take(&mut self.so_far).into_completion())
    }

    /// Reads to the end and gives the whole text of the first choice, with that of the chunks that were taken before.
    ///
    /// # Errors
    ///
    /// Those of [`final_completion`](Self::final_completion).
    pub async fn text(mut self) -> Result<String> {
        self.read_to_end().await?;
        Ok(std::mem::take(&mut self.so_far).into_text())
    }

    async fn read_to_end(&mut self) -> Result<()> {
        if self.so_far.held() >= KEPT {
            return Err(Error::config(format!(
                "the answer cannot be put together: more than {KEPT} bytes of its text were already taken, which are not kept; call it instead of next()"
            )));
        }
        self.whole = true;
        while let Some(chunk) = self.next().await {
            chunk?;
        }
        Ok(())
    }

    fn poll_chunk(&mut self, context: &mut Context<'_>) -> Poll<Option<Result<ChatChunk>>> {
        loop {
            if let Some(piece) = self.reader.machine.sink.piece() {
                let kept = self.whole || self.so_far.held() < KEPT;
                if let Piece::Like(envelope, text) = &piece
                    && (!kept || self.so_far.add_like(envelope, text))
                {
                    return Poll::Ready(Some(Ok(piece.into_chunk())));
                }
                let chunk = piece.into_chunk();
                if kept {
                    self.so_far.add(&chunk);
                }
                return Poll::Ready(Some(Ok(chunk)));
            }
            if let Some(error) = self.failure.take() {
                self.ended = true;
                let partial = std::mem::take(&mut self.so_far).into_completion();
                return Poll::Ready(Some(Err(error.with_partial(partial))));
            }
            if self.ended {
                return Poll::Ready(None);
            }
            match self.reader.poll_read(context) {
                Poll::Ready(Ok(Step::Fed)) => {}
                Poll::Ready(Ok(Step::Ended)) => self.ended = true,
                Poll::Ready(Err(error)) => {
                    self.reader.machine.fails(rt::now(), &error);
                    self.failure = Some(error);
                }
                Poll::Pending if self.reader.machine.is_finished() => match self.poll_grace(context) {
                    Poll::Pending => return Poll::Pending,
                    Poll::Ready(()) => {
                        self.ended = true;
                        self.reader.body.take().into_iter().for_each(drain);
                    }
                },
                Poll::Pending => return Poll::Pending,
            }
        }
    }

    /// The end of the body nearly always follows the last event at once: a caller that is told the end a moment later
    /// finds the socket free for its next call.
    fn poll_grace(&mut self, context: &mut Context<'_>) -> Poll<()> {
        if self.turns < TURNS {
            self.turns += 1;
            context.waker().wake_by_ref();
            return Poll::Pending;
        }
        let grace = self.grace.get_or_insert_with(|| Sleep::until(rt::now() + GRACE));
        Pin::new(grace).poll(context)
    }
}

impl Drop for ChatStream {
    fn drop(&mut self) {
        if self.reader.machine.is_complete() {
            self.reader.body.take().into_iter().for_each(drain);
        }
    }
}

impl Stream for ChatStream {
    type Item = Result<ChatChunk>;

    fn poll_next(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        self.poll_chunk(context)
    }
}

impl std::fmt::Debug for ChatStream {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter
            .debug_struct("ChatStream")
            .field("ended", &self.ended)
            .finish_non_exhaustive()
    }
}
