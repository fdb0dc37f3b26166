//! Thousands of calls that are cancelled at random moments, and one after them that finds everything in order.

use std::cell::Cell;
use std::rc::Rc;
use std::time::Duration;

use llm_api_router::{ChatRequest, Client, Message, Result as CallResult};

use super::table::Storm;
use super::world::World;

/// Small pseudo-random numbers from 0 to 1, the same in every run.
struct Random(Cell<u64>);

impl Random {
    fn next(&self) -> f64 {
        let next = self
            .0
            .get()
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        self.0.set(next);
        f64::from(u32::try_from(next >> 32).unwrap()) / f64::from(u32::MAX)
    }
}

pub async fn run(world: &Rc<World>, storm: &Storm) -> Result<(), String> {
    let left = Rc::new(Cell::new(storm.calls));
    let random = Rc::new(Random(Cell::new(1)));
    let workers: Vec<_> = (0..storm.at_once)
        .map(|_| {
            let (world, left, random, storm) = (Rc::clone(world), Rc::clone(&left), Rc::clone(&random), *storm);
            tokio::task::spawn_local(async move {
                while left.get() > 0 {
                    left.set(left.get() - 1);
                    let patience = if random.next() < 0.05 {
                        Duration::from_secs(10)
                    } else {
                        Duration::from_secs_f64(random.next() * storm.cancel_within)
                    };
                    if let Ok(Err(error)) = tokio::time::timeout(patience, ask(&world.client)).await {
                        return Err(format!("a call failed: {error:?}"));
                    }
                }
                Ok(())
            })
        })
        .collect();
    for worker in workers {
        worker.await.map_err(|error| error.to_string())??;
    }
    ask(&world.client)
        .await
        .map_err(|error| format!("the last call failed: {error:?}"))
}

async fn ask(client: &Client) -> CallResult<()> {
    let mut stream = client
        .chat()
        .completions()
        .stream(ChatRequest::new([Message::user("hi")]))
        .await?;
    while let Some(chunk) = stream.next().await {
        chunk?;
    }
    Ok(())
}
