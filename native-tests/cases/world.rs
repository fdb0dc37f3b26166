//! What a case plays in: its server, its client, and what both show.

use std::cell::{Cell, RefCell};
use std::collections::HashSet;
use std::time::{Duration, Instant};

use llm_api_router::mock_server::{MockServer, Script};
use llm_api_router::{Client, ProviderConfig};
use serde::Deserialize;
use serde_json::{Value, json};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

use super::table::{Case, Moment};

/// What has not come by then does not come.
const PATIENCE: Duration = Duration::from_secs(60);
const LOOK: Duration = Duration::from_millis(2);

pub struct World {
    pub client: Client,
    pub started: Instant,
    /// The calls that are over.
    pub over: RefCell<HashSet<usize>>,
    server: Option<MockServer>,
    /// Raises black holes.
    _parent: MockServer,
}

/// The server's record.
#[derive(Debug, Deserialize)]
pub struct Record {
    pub requests: Vec<Seen>,
    pub most_at_once: usize,
}

#[derive(Debug, Deserialize)]
pub struct Seen {
    pub said: String,
    pub end: Option<String>,
}

impl World {
    pub async fn new(case: &Case) -> Self {
        let parent = MockServer::bind("127.0.0.1:0").await.unwrap();
        let mut server = None;
        let url = match case.server.as_str() {
            Some("black_hole") => {
                let answer: Value = serde_json::from_str(&post(&parent, "/_black_hole").await).unwrap();
                answer["url"].as_str().unwrap().to_owned()
            }
            Some("nobody") => {
                let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
                format!("http://{}", listener.local_addr().unwrap())
            }
            _ => {
                let script = Script::deserialize(&case.server).expect("a script");
                let playing = server.insert(MockServer::scripted(script).unwrap());
                playing.url()
            }
        };
        let mut config = json!({
            "provider_type": "openai-compatible",
            "api_key": "test-key",
            "default_model": "m",
            "base_url": format!("{url}/v1"),
            "retry_config": {"max_retries": 0},
        });
        config.as_object_mut().unwrap().extend(case.client.clone());
        let config: ProviderConfig = serde_json::from_value(config).expect("a configuration");
        Self {
            client: Client::new(config).expect("a client"),
            started: Instant::now(),
            over: RefCell::default(),
            server,
            _parent: parent,
        }
    }

    /// What the server has seen; `None` where none listens.
    pub async fn record(&self) -> Option<Record> {
        let text = get(self.server.as_ref()?, "/_requests").await;
        Some(serde_json::from_str(&text).unwrap())
    }

    /// Waits for a moment.
    pub async fn until(&self, moment: Moment, from: Instant, chunks: &Cell<usize>) -> Result<(), String> {
        loop {
            let stats = self.client.pool_stats();
            let come = match moment {
                Moment::After(seconds) => from.elapsed().as_secs_f64() >= seconds,
                Moment::Requests(count) => self.record().await.is_some_and(|record| record.requests.len() >= count),
                Moment::InUse(count) => stats.in_use == count,
                Moment::Waiting(count) => stats.waiting == count,
                Moment::Chunks(count) => chunks.get() >= count,
                Moment::Over(call) => self.over.borrow().contains(&call),
            };
            if come {
                return Ok(());
            }
            if from.elapsed() > PATIENCE {
                return Err(format!("{moment:?} has not come: {stats:?}, {:?}", self.record().await));
            }
            tokio::time::sleep(LOOK).await;
        }
    }
}

async fn get(server: &MockServer, path: &str) -> String {
    ask(server, "GET", path).await
}

async fn post(server: &MockServer, path: &str) -> String {
    ask(server, "POST", path).await
}

/// The body of what the server answers on a socket of its own.
async fn ask(server: &MockServer, method: &str, path: &str) -> String {
    let mut stream = TcpStream::connect(server.address()).await.unwrap();
    let request = format!("{method} {path} HTTP/1.1\r\nhost: test\r\ncontent-length: 0\r\nconnection: close\r\n\r\n");
    stream.write_all(request.as_bytes()).await.unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).await.unwrap();
    answer.split_once("\r\n\r\n").unwrap().1.to_owned()
}
