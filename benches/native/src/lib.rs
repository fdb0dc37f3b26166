//! What the contestants of the native benchmark have in common: the tasks, the clocks and the form of the result. A
//! contestant is a program of a few lines that puts one client under them.

use std::error::Error;
use std::future::Future;

mod first;
pub mod measure;
mod memory;
pub mod openai;
mod tls;
mod work;

/// What a contestant's task gives.
pub type Outcome<T = ()> = Result<T, Box<dyn Error + Send + Sync>>;

/// The model that is asked.
pub const MODEL: &str = "bench-model";
/// What it is asked.
pub const QUESTION: &str = "Tell me about connection pools.";
/// The key that is sent.
pub const KEY: &str = "bench-key";

/// What a client is made for.
#[derive(Clone, Debug)]
pub struct Options {
    /// The address, up to `/v1`.
    pub base_url: String,
    /// The most requests at a time.
    pub concurrency: usize,
    /// A certificate in PEM that is trusted besides the system's.
    pub certificate: Option<String>,
    /// Whether sockets are kept for the next request.
    pub keep: bool,
}

/// One client.
pub trait Contestant: Clone + Send + Sync + 'static {
    /// The client, without a connection.
    ///
    /// # Errors
    ///
    /// When it cannot be set up.
    fn new(options: &Options) -> Outcome<Self>;

    /// Asks and gives the text of the answer.
    fn ask(&self) -> impl Future<Output = Outcome<String>> + Send;

    /// Asks for a stream and hands over what each of its chunks adds to the text.
    fn stream(&self, on_chunk: impl FnMut(&str) + Send) -> impl Future<Output = Outcome> + Send;
}

/// Runs the task that the command line names: `TASK BASE_URL COUNT CONCURRENCY`, with a certificate for TLS in the
/// variable `BENCH_CERTIFICATE`.
///
/// # Errors
///
/// When the command line is not understood, a request fails, or an answer is not like the others.
pub fn main<C: Contestant>() -> Outcome {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let [task, base_url, count, concurrency] = arguments.as_slice() else {
        return Err("usage: TASK BASE_URL COUNT CONCURRENCY".into());
    };
    let (count, concurrency): (usize, usize) = (count.parse()?, concurrency.parse()?);
    let options = Options {
        base_url: base_url.clone(),
        concurrency,
        certificate: std::env::var("BENCH_CERTIFICATE").ok(),
        keep: true,
    };
    // One thread: the client has one core.
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    let result = runtime.block_on(async {
        match task.as_str() {
            "ask" => work::run::<C>(&options, count, false).await,
            "stream" => work::run::<C>(&options, count, true).await,
            "first" => first::run::<C>(&options, count).await,
            "tls" => tls::run::<C>(&options, count).await,
            "open" => memory::run::<C>(&options, count).await,
            _ => Err(format!("there is no task {task:?}").into()),
        }
    })?;
    println!("{result}");
    Ok(())
}
