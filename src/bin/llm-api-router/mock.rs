//! `llm-api-router mock`: serves the LLM server for tests until it is told to stop.

use std::io::{self, Write};

use lexopt::prelude::*;
use llm_api_router::mock_server::MockServer;

pub const HELP: &str = "\
Serve an LLM API for tests: OpenAI-compatible chat completions with a text that depends on the request alone.

Usage: llm-api-router mock [OPTIONS]

Options:
      --host <HOST>  Address to listen on [default: 127.0.0.1]
      --port <PORT>  Port to listen on; 0 takes a free one [default: 0]
  -h, --help         Show this text

It prints 'listening on http://HOST:PORT' when it is ready and stops on Ctrl-C (SIGINT) and SIGTERM.

  http://HOST:PORT/v1                 base URL for OpenAI clients; any key will do
  http://HOST:PORT/_scenario/NAME/v1  the same, misbehaving; any other NAME answers with the list of names
  http://HOST:PORT/_stats             counters of sockets and requests; POST /_stats/reset sets them back
";

pub struct Options {
    host: String,
    port: u16,
}

/// Reads the arguments after `mock`; `None` when help is asked for.
pub fn options(mut arguments: lexopt::Parser) -> Result<Option<Options>, lexopt::Error> {
    let mut options = Options {
        host: "127.0.0.1".to_owned(),
        port: 0,
    };
    while let Some(argument) = arguments.next()? {
        match argument {
            Long("host") => options.host = arguments.value()?.string()?,
            Long("port") => options.port = port(&arguments.value()?.string()?)?,
            Short('h') | Long("help") => return Ok(None),
            other => return Err(other.unexpected()),
        }
    }
    Ok(Some(options))
}

fn port(given: &str) -> Result<u16, lexopt::Error> {
    given
        .parse()
        .map_err(|_| format!("--port takes a number from 0 to 65535, not '{given}'").into())
}

pub fn run(options: &Options) -> io::Result<()> {
    tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build()?
        .block_on(serve(options))
}

async fn serve(options: &Options) -> io::Result<()> {
    let Options { host, port } = options;
    // Listens for the signals before it says that it is ready.
    let stop = stop_signal()?;
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

#[cfg(unix)]
fn stop_signal() -> io::Result<impl Future<Output = io::Result<()>>> {
    use tokio::signal::unix::{SignalKind, signal};

    let mut interrupt = signal(SignalKind::interrupt())?;
    let mut terminate = signal(SignalKind::terminate())?;
    Ok(async move {
        tokio::select! {
            _ = interrupt.recv() => {}
            _ = terminate.recv() => {}
        }
        Ok(())
    })
}

#[cfg(not(unix))]
fn stop_signal() -> io::Result<impl Future<Output = io::Result<()>>> {
    Ok(tokio::signal::ctrl_c())
}
