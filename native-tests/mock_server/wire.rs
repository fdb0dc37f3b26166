//! A bare HTTP client for the tests of the server: it shows every byte, and opens no socket that it is not told to.

use std::io;

use llm_api_router::mock_server::MockServer;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

pub struct Socket {
    stream: TcpStream,
    buffer: Vec<u8>,
}

#[derive(Debug)]
pub struct Head {
    pub status: u16,
    headers: Vec<(String, String)>,
}

impl Head {
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers
            .iter()
            .find(|(known, _)| known == name)
            .map(|(_, value)| value.as_str())
    }
}

/// A body as it came: each piece is one HTTP chunk, or all of a body with a length.
#[derive(Debug)]
pub struct Body {
    pub pieces: Vec<Vec<u8>>,
    /// Whether it came to its end; else the socket closed before.
    pub complete: bool,
}

impl Body {
    pub fn bytes(&self) -> Vec<u8> {
        self.pieces.concat()
    }

    pub fn text(&self) -> String {
        String::from_utf8(self.bytes()).expect("bodies are UTF-8")
    }
}

impl Socket {
    pub async fn connect(server: &MockServer) -> Self {
        let stream = TcpStream::connect(server.address()).await.expect("the server accepts");
        Self {
            stream,
            buffer: Vec::new(),
        }
    }

    pub async fn write(&mut self, bytes: &str) {
        self.stream.write_all(bytes.as_bytes()).await.expect("the server reads");
    }

    /// Sends a request; `headers` are whole lines, each with its CR LF.
    pub async fn send(&mut self, method: &str, path: &str, headers: &str, body: &str) {
        let length = body.len();
        self.write(&format!(
            "{method} {path} HTTP/1.1\r\nhost: test\r\ncontent-length: {length}\r\n{headers}\r\n{body}"
        ))
        .await;
    }

    pub async fn ask(&mut self, method: &str, path: &str, body: &str) -> (Head, Body) {
        self.send(method, path, "", body).await;
        let head = self.head().await;
        let body = self.body(&head).await;
        (head, body)
    }

    pub async fn head(&mut self) -> Head {
        let status_line = self.line().await.expect("the server answers");
        let status = status_line
            .split(' ')
            .nth(1)
            .and_then(|status| status.parse().ok())
            .expect("a status line");
        let mut headers = Vec::new();
        loop {
            let line = self.line().await.expect("the head has an end");
            let Some((name, value)) = line.split_once(": ") else {
                break;
            };
            headers.push((name.to_owned(), value.to_owned()));
        }
        Head { status, headers }
    }

    pub async fn body(&mut self, head: &Head) -> Body {
        let mut pieces = Vec::new();
        if let Some(length) = head.header("content-length") {
            let length = length.parse().expect("a length");
            while self.buffer.len() < length && self.more().await.expect("no reset") > 0 {}
            let length = length.min(self.buffer.len());
            pieces.push(self.buffer.drain(..length).collect());
            return Body {
                complete: head.header("content-length") == Some(&length.to_string()),
                pieces,
            };
        }
        if head.status == 204 {
            return Body { pieces, complete: true };
        }
        loop {
            match self.chunk().await {
                None => {
                    return Body {
                        pieces,
                        complete: false,
                    };
                }
                Some(end) if end.is_empty() => return Body { pieces, complete: true },
                Some(piece) => pieces.push(piece),
            }
        }
    }

    /// The next HTTP chunk: empty at the end, `None` if the socket closed instead.
    pub async fn chunk(&mut self) -> Option<Vec<u8>> {
        let line = self.line().await?;
        let length = usize::from_str_radix(&line, 16).expect("a chunk length");
        while self.buffer.len() < length + 2 {
            if self.more().await.expect("no reset") == 0 {
                return None;
            }
        }
        let chunk = self.buffer.drain(..length).collect();
        assert_eq!(self.buffer.drain(..2).collect::<Vec<_>>(), b"\r\n");
        Some(chunk)
    }

    /// Waits until the server closes. False when it sends something instead.
    pub async fn closed(&mut self) -> bool {
        self.buffer.is_empty() && matches!(self.more().await, Ok(0) | Err(_))
    }

    async fn line(&mut self) -> Option<String> {
        loop {
            if let Some(end) = self.buffer.windows(2).position(|pair| pair == b"\r\n") {
                let line: Vec<u8> = self.buffer.drain(..end + 2).collect();
                return Some(String::from_utf8_lossy(&line[..end]).into_owned());
            }
            if self.more().await.expect("no reset") == 0 {
                return None;
            }
        }
    }

    async fn more(&mut self) -> io::Result<usize> {
        self.stream.read_buf(&mut self.buffer).await
    }
}
