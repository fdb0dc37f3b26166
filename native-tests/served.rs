//! A mock server in a thread of its own, so that whoever blocks does not block it.

use std::time::Duration;

use llm_api_router::mock_server::{MockServer, Stats};
use tokio::runtime::{Builder, Runtime};

pub struct Served {
    pub server: MockServer,
    pub runtime: Runtime,
}

pub fn serve() -> Served {
    let runtime = Builder::new_multi_thread()
        .worker_threads(1)
        .enable_all()
        .build()
        .unwrap();
    let server = runtime.block_on(MockServer::bind("127.0.0.1:0")).unwrap();
    Served { server, runtime }
}

impl Served {
    /// Waits for the counters to get there, and fails when they do not.
    pub fn wait_until(&self, condition: impl FnMut(&Stats) -> bool) -> Stats {
        self.runtime.block_on(async {
            tokio::time::timeout(Duration::from_secs(30), self.server.wait_until(condition))
                .await
                .expect("the counters get there")
        })
    }
}
