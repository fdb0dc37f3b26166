//! Everything at once, for long: cancellations, resets, stalls and restarts leave a pool as good as new.
//!
//! 20,000 requests; `SOAK=200000` in the environment asks for more. A test binary of its own, because it watches the
//! process's memory and file descriptors.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "tests fail by panicking"
)]

mod torture;

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use llm_api_router::{
    CallOptions, ChatRequest, Client, ConnectionPoolConfig, Message, ProviderConfig, Result, RetryConfig, TimeoutConfig,
};
use tokio::sync::Barrier;

use torture::{END, PATIENCE, STREAM, Socket, Torture, answer_all, completion, done, event, ok, whole};

const CAP: usize = 16;
const WORKERS: usize = 64;

/// Small pseudo-random numbers, the same in every run (xorshift).
struct Random(u64);

impl Random {
    fn new(seed: u64) -> Self {
        Self(seed.wrapping_mul(0x9e37_79b9_7f4a_7c15) | 1)
    }

    fn below(&mut self, limit: u64) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        self.0 % limit
    }
}

/// A server that fails in every way it can, one request in three.
async fn fail_often(mut socket: Socket) {
    static SEED: AtomicU64 = AtomicU64::new(1);
    let mut random = Random::new(SEED.fetch_add(1, Ordering::Relaxed));
    while let Some(request) = socket.try_request().await {
        let streamed = request.body.windows(13).any(|part| part == b"\"stream\":true");
        let answer = if streamed {
            STREAM.to_owned() + &event("a") + &event("b") + &done() + END
        } else {
            ok("hi")
        };
        if random.below(4) == 0 {
            tokio::time::sleep(Duration::from_micros(random.below(2000))).await;
        }
        match random.below(30) {
            0 => return socket.reset(),
            1 => return socket.close(),
            // Nothing, until the client gives up.
            2 => {
                socket.closed().await;
                return;
            }
            3 => {
                socket.write(&answer[..answer.len() / 2]).await;
                return socket.reset();
            }
            4 => {
                socket.write(&answer[..answer.len() / 2]).await;
                return socket.close();
            }
            5 => {
                socket.write(&answer[..answer.len() / 2]).await;
                socket.closed().await;
                return;
            }
            6 => {
                socket
                    .write(whole("200 OK", "connection: close\r\n", &completion("hi")))
                    .await;
                return;
            }
            7 => {
                socket
                    .write(whole(
                        "503 Service Unavailable",
                        "",
                        "{\"error\":{\"message\":\"busy\"}}",
                    ))
                    .await;
            }
            // Bytes that nobody asked for.
            8 => {
                socket.write(answer + "HTTP/1.1 408 Request Timeout\r\n\r\n").await;
                socket.closed().await;
                return;
            }
            // It closes an idle socket.
            9 => {
                socket.write(answer).await;
                tokio::time::sleep(Duration::from_micros(random.below(1000))).await;
                return;
            }
            _ => {
                if !socket.write(answer).await {
                    return;
                }
            }
        }
    }
}

/// One request of any kind; whether it came to its end.
async fn once(client: &Client, random: &mut Random) -> Result<bool> {
    let completions = client.chat().completions();
    let request = ChatRequest::new([Message::user("hi")]);
    match random.below(4) {
        0 => {
            let mut stream = completions.stream(request).await?;
            let mut left = random.below(4);
            while let Some(chunk) = stream.next().await {
                chunk?;
                if left == 0 {
                    return Ok(false);
                }
                left -= 1;
            }
            Ok(true)
        }
        1 => {
            let patience = Duration::from_micros(random.below(8000));
            tokio::time::timeout(patience, completions.create(request))
                .await
                .map_or(Ok(false), |answer| answer.map(|_| true))
        }
        _ => completions.create(request).await.map(|_| true),
    }
}

/// Resident memory in KiB and open file descriptors of this process.
fn resources() -> (usize, usize) {
    let status =
        std::fs::read_to_string("/proc/self/status").expect("this test watches memory by /proc: run it on Linux");
    let line = status.lines().find(|line| line.starts_with("VmRSS:")).unwrap();
    let memory = line.split_whitespace().nth(1).unwrap().parse().unwrap();
    (memory, std::fs::read_dir("/proc/self/fd").unwrap().count())
}

/// Runs so many requests; gives how many came to their end.
async fn run(client: &Client, requests: usize, seed: u64) -> usize {
    let left = Arc::new(AtomicUsize::new(requests));
    let worker = |seed: u64, client: Client, left: Arc<AtomicUsize>| async move {
        let (mut random, mut ended) = (Random::new(seed), 0);
        while left
            .fetch_update(Ordering::Relaxed, Ordering::Relaxed, |left| left.checked_sub(1))
            .is_ok()
        {
            ended += usize::from(once(&client, &mut random).await.unwrap_or(false));
        }
        ended
    };
    let workers: Vec<_> = (0..WORKERS as u64)
        .map(|number| tokio::spawn(worker(seed + number, client.clone(), Arc::clone(&left))))
        .collect();
    let mut ended = 0;
    for worker in workers {
        ended += worker.await.unwrap();
    }
    ended
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_long_and_bad_day_leaves_the_pool_as_good_as_new() {
    let requests: usize =
        std::env::var("SOAK").map_or(20_000, |value| value.parse().expect("SOAK is a number of requests"));
    let mut server = Torture::serve(fail_often).await;
    let pool = ConnectionPoolConfig {
        max_connections: CAP,
        max_keepalive_connections: CAP,
        ..Default::default()
    };
    let config = ProviderConfig::new("openai-compatible", "key")
        .base_url(server.url())
        .default_model("m")
        .retry_config(RetryConfig {
            max_retries: 0,
            ..Default::default()
        });
    let timeouts = TimeoutConfig::default().pool(30.0).read(0.1);
    let client = Client::new(config.connection_pool_config(pool).timeout_config(timeouts)).unwrap();

    run(&client, requests / 10, 1).await;
    let before = resources();
    let from = Instant::now();
    let mut ended = 0;
    for round in 1..=9 {
        let (rest, count) = tokio::join!(
            async {
                tokio::time::sleep(Duration::from_millis(50)).await;
                server.restart(Duration::from_millis(5), fail_often).await
            },
            run(&client, requests / 10, 1000 * round),
        );
        server = rest;
        ended += count;
    }
    println!(
        "{} requests in {:?}, {ended} came to their end; {:?}",
        requests / 10 * 9,
        from.elapsed(),
        client.pool_stats()
    );
    assert!(
        ended > requests / 4,
        "{ended} requests came to their end, so that the good case was tried, too"
    );
    let pool = client.pool_stats();
    assert_eq!((pool.in_use, pool.waiting), (0, 0));

    // Full capacity: a server that answers only when it has 16 requests at once.
    let barrier = Arc::new(Barrier::new(CAP));
    let server = server
        .restart(Duration::from_millis(5), move |mut socket| {
            let barrier = Arc::clone(&barrier);
            async move {
                socket.try_request().await;
                barrier.wait().await;
                socket.write(ok("hi")).await;
                answer_all(socket, Duration::ZERO).await;
            }
        })
        .await;
    let patient = CallOptions::default().read(10.0);
    let asked: Vec<_> = (0..CAP)
        .map(|_| {
            let (client, patient) = (client.clone(), patient.clone());
            tokio::spawn(async move {
                client
                    .chat()
                    .completions()
                    .create_with(ChatRequest::new([Message::user("hi")]), &patient)
                    .await
            })
        })
        .collect();
    for answer in asked {
        answer.await.unwrap().unwrap();
    }
    let stats = server.stats();
    assert!(
        stats.most <= CAP,
        "the server saw more sockets than {CAP} at once: {stats:?}"
    );

    drop((client, server));
    // Sockets are closed by the tasks that hold them, when these have run.
    let from = Instant::now();
    while resources().1 > before.1 && from.elapsed() < PATIENCE {
        tokio::task::yield_now().await;
    }
    let (memory, descriptors) = resources();
    assert!(
        descriptors <= before.1,
        "{descriptors} file descriptors, {} after the warm-up",
        before.1
    );
    assert!(
        memory <= before.0 + 8 * 1024,
        "{memory} KiB of memory, {} after the warm-up",
        before.0
    );
}
