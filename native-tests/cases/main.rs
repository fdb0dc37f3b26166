//! The table of cases that all targets share, run natively. `cases/README.md` says how it is written.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "tests fail by panicking"
)]

mod call;
mod judge;
mod storm;
mod table;
mod world;

use std::rc::Rc;

use table::Case;
use world::World;

const TABLE: &str = include_str!("../../cases/calls.json");

/// All cases, and not the first that fails; `CASE=part of a name` in the environment picks some.
#[tokio::test(flavor = "current_thread")]
async fn the_shared_table() {
    let cases: Vec<Case> = serde_json::from_str(TABLE).expect("the table can be read");
    let picked = std::env::var("CASE").unwrap_or_default();
    let (mut ran, mut failed) = (0, Vec::new());
    for case in cases.iter().filter(|case| case.name.contains(&picked)) {
        ran += 1;
        let outcome = tokio::task::LocalSet::new().run_until(run(case)).await;
        match outcome {
            Ok(()) => println!("ok {}", case.name),
            Err(why) => failed.push(format!("{}: {why}", case.name)),
        }
    }
    assert!(ran > 0, "no case is called {picked:?}");
    assert!(
        failed.is_empty(),
        "{} of {ran} cases fail:\n{}",
        failed.len(),
        failed.join("\n")
    );
}

async fn run(case: &Case) -> Result<(), String> {
    let world = Rc::new(World::new(case).await);
    if let Some(storm) = &case.storm {
        storm::run(&world, storm).await?;
    } else {
        let calls = call::numbered(case);
        let running: Vec<_> = calls
            .iter()
            .map(|call| tokio::task::spawn_local(call::run(Rc::clone(&world), call.clone())))
            .collect();
        if let Some(moment) = case.close {
            world.until(moment, world.started, &Default::default()).await?;
            world.client.close();
        }
        for (call, task) in calls.iter().zip(running) {
            let outcome = task.await.map_err(|error| error.to_string())??;
            judge::call(call, &outcome).map_err(|why| format!("call {}: {why}", call.number))?;
        }
    }
    judge::after(&world, case).await
}
