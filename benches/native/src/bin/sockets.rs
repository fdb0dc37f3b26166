//! Plain sockets that are read and thrown away: what a stream costs when no client is in between.

use native_bench::{Contestant, MODEL, Options, Outcome, QUESTION};
use serde_json::json;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

#[derive(Clone)]
struct Sockets {
    address: String,
    path: String,
}

impl Contestant for Sockets {
    fn new(options: &Options) -> Outcome<Self> {
        let rest = options
            .base_url
            .strip_prefix("http://")
            .ok_or("the address is not http://")?;
        let (address, path) = rest.split_once('/').ok_or("the address has no path")?;
        Ok(Self {
            address: address.to_owned(),
            path: format!("/{path}/chat/completions"),
        })
    }

    async fn ask(&self) -> Outcome<String> {
        Err("plain sockets read no answers".into())
    }

    async fn stream(&self, mut on_chunk: impl FnMut(&str) + Send) -> Outcome {
        let Self { address, path } = self;
        let message = json!({ "role": "user", "content": QUESTION });
        let body = json!({ "model": MODEL, "messages": [message], "stream": true }).to_string();
        let length = body.len();
        let mut socket = TcpStream::connect(address).await?;
        let head = format!("POST {path} HTTP/1.1\r\nhost: {address}\r\ncontent-length: {length}\r\n\r\n");
        socket.write_all((head + &body).as_bytes()).await?;
        let mut buffer = [0; 512];
        while socket.read(&mut buffer).await? > 0 {
            on_chunk("");
        }
        Ok(())
    }
}

fn main() -> Outcome {
    native_bench::main::<Sockets>()
}
