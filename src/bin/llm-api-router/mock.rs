//! `llm-api-router mock`: serves the LLM server for tests until it is told to stop.

use std::io::{self, Write};

use clap::Args;
use llm_api_router::mock_server::MockServer;

use crate::failure::Failure;
use crate::signals;

const EXAMPLES: &str = "\
It prints 'listening on http://HOST:PORT' when it is ready and stops on Ctrl-C (SIGINT) and SIGTERM.

  http://HOST:PORT/v1                 base URL for OpenAI clients; any key will do
  http://HOST:PORT/_scenario/NAME/v1  the same, misbehaving; any other NAME gets the list of names
  http://HOST:PORT/_stats             counters of sockets; POST /_stats/reset sets them back

Examples:
  llm-api-router mock --port 8080
  llm-api-router chat -p openai-compatible --base-url http://127.0.0.1:8080/v1 -m any Hello!";

/// Serve an LLM API for tests: OpenAI-compatible, with answers that depend on the request alone
#[derive(Args)]
#[command(after_help = EXAMPLES)]
pub struct Options {
    /// Address to listen on
    #[arg(long, default_value = "127.0.0.1")]
    host: String,
    /// Port to listen on; 0 takes a free one
    #[arg(long, default_value_t = 0)]
    port: u16,
}

pub fn run(options: &Options) -> Result<(), Failure> {
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build()?;
    Ok(runtime.block_on(serve(options))?)
}

async fn serve(options: &Options) -> io::Result<()> {
    let Options { host, port } = options;
    // Listens for the signals before it says that it is ready.
    let stop = signals::stop()?;
    let server = MockServer::bind((host.trim_matches(['[', ']']), *port))
        .await
        .map_err(|error| {
            io::Error::new(
                error.kind(),
                format!("cannot listen on {host} port {port}: {error}; choose another --port or --host"),
            )
        })?;
    let mut out = io::stdout().lock();
    writeln!(out, "listening on {}", server.url())?;
    out.flush()?;
    drop(out);
    stop.await?;
    server.shut_down().await;
    Ok(())
}
