//! One accepted socket, step by step.

use std::io;
use std::sync::Arc;
use std::time::Duration;

use tokio::net::TcpStream;

use super::{Count, PATIENCE};

/// A request as it was read.
#[derive(Clone, Debug, Default)]
pub struct Request {
    pub line: String,
    pub headers: Vec<(String, String)>,
    pub body: Vec<u8>,
}

impl Request {
    /// The value of a header.
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers
            .iter()
            .find(|(key, _)| key.eq_ignore_ascii_case(name))
            .map(|(_, value)| value.as_str())
    }
}

/// A socket in the test's hands. Dropping it closes it.
pub struct Socket {
    stream: Arc<TcpStream>,
    id: usize,
    count: Arc<Count>,
    read: Vec<u8>,
}

impl Drop for Socket {
    fn drop(&mut self) {
        self.count.closed(self.id);
    }
}

impl Socket {
    pub(super) fn new(stream: Arc<TcpStream>, id: usize, count: Arc<Count>) -> Self {
        Self {
            stream,
            id,
            count,
            read: Vec::new(),
        }
    }

    /// The number of the socket, in the order of acceptance, from 0.
    pub fn id(&self) -> usize {
        self.id
    }

    /// Reads what there is, at least a byte; `false` at the end or after a reset.
    async fn fill(&mut self) -> bool {
        let mut buffer = [0; 16 * 1024];
        loop {
            if self.stream.readable().await.is_err() {
                return false;
            }
            match self.stream.try_read(&mut buffer) {
                Ok(0) => return false,
                Ok(read) => {
                    self.read.extend_from_slice(&buffer[..read]);
                    return true;
                }
                Err(error) if error.kind() == io::ErrorKind::WouldBlock => {}
                Err(_) => return false,
            }
        }
    }

    /// The next request's head, or `None` when the client closes.
    pub async fn request_head(&mut self) -> Option<Request> {
        let end = loop {
            if let Some(end) = self.read.windows(4).position(|window| window == b"\r\n\r\n") {
                break end;
            }
            if !self.fill().await {
                self.count.closed(self.id);
                return None;
            }
        };
        let head = String::from_utf8(self.read.drain(..end + 4).collect()).unwrap();
        let mut lines = head.trim_end().split("\r\n");
        let line = lines.next().unwrap().to_owned();
        let headers = lines
            .map(|line| line.split_once(": ").unwrap())
            .map(|(name, value)| (name.to_owned(), value.to_owned()));
        Some(Request {
            line,
            headers: headers.collect(),
            body: Vec::new(),
        })
    }

    /// The next request with its body, or `None` when the client closes before its end.
    pub async fn try_request(&mut self) -> Option<Request> {
        let mut request = self.request_head().await?;
        let length = request
            .header("content-length")
            .expect("requests should say their length")
            .parse()
            .unwrap();
        while self.read.len() < length {
            if !self.fill().await {
                self.count.closed(self.id);
                return None;
            }
        }
        request.body = self.read.drain(..length).collect();
        self.count.requested();
        Some(request)
    }

    /// The next request with its body.
    pub async fn request(&mut self) -> Request {
        let request = tokio::time::timeout(PATIENCE, self.try_request()).await;
        request
            .expect("a request should have come by now")
            .expect("the client should not have closed the socket")
    }

    /// Reads at least so many bytes of whatever comes; gives how many they were, fewer at the end.
    pub async fn read_some(&mut self, least: usize) -> usize {
        while self.read.len() < least {
            if !self.fill().await {
                break;
            }
        }
        std::mem::take(&mut self.read).len()
    }

    /// Writes bytes as they are; `false` when the client is gone.
    pub async fn write(&self, bytes: impl AsRef<[u8]>) -> bool {
        let mut bytes = bytes.as_ref();
        while !bytes.is_empty() {
            if self.stream.writable().await.is_err() {
                return false;
            }
            match self.stream.try_write(bytes) {
                Ok(written) => bytes = &bytes[written..],
                Err(error) if error.kind() == io::ErrorKind::WouldBlock => {}
                Err(_) => return false,
            }
        }
        true
    }

    /// Waits until the client has closed or reset the socket, and gives the bytes that it still sent.
    pub async fn closed(&mut self) -> Vec<u8> {
        let end = async { while self.fill().await {} };
        tokio::time::timeout(PATIENCE, end)
            .await
            .expect("the client should have closed this socket by now");
        self.count.closed(self.id);
        std::mem::take(&mut self.read)
    }

    /// Whether the client keeps the socket open, and silent, for as long as `time`.
    pub async fn stays_open_for(&mut self, time: Duration) -> bool {
        tokio::time::timeout(time, self.fill()).await.is_err()
    }

    /// Closes the socket with a reset.
    pub fn reset(self) {
        self.stream.set_zero_linger().unwrap();
    }

    /// Closes the socket in the ordinary way.
    pub fn close(self) {}
}
