//! Compares what came with what the table expects.

use std::time::Duration;

use llm_api_router::{Error, ErrorKind};
use serde_json::{Map, Value, json};

use super::call::Outcome;
use super::table::{Call, Case};
use super::world::World;

/// The server knows of an end by then.
const KNOWN: Duration = Duration::from_millis(100);

/// The table's words about this call on this target.
fn expected(call: &Call) -> Map<String, Value> {
    let mut expected = call.expect.clone();
    for difference in &call.differs {
        assert!(!difference.why.is_empty(), "a difference says why");
        if difference.on.iter().any(|target| target == "native") {
            merge(&mut expected, &difference.expect);
        }
    }
    expected
}

fn merge(into: &mut Map<String, Value>, changes: &Map<String, Value>) {
    for (name, change) in changes {
        match (into.get_mut(name), change) {
            (Some(Value::Object(inner)), Value::Object(changes)) => merge(inner, changes),
            (_, Value::Null) => drop(into.remove(name)),
            _ => drop(into.insert(name.clone(), change.clone())),
        }
    }
}

pub fn call(call: &Call, outcome: &Outcome) -> Result<(), String> {
    let mut expected = expected(call);
    let aborted = expected.remove("aborted").is_some_and(|aborted| aborted == true);
    let wanted = expected.remove("error");
    match (&outcome.error, &wanted) {
        (Some(error), None) => return Err(format!("it failed: {error:?}")),
        (None, Some(_)) => return Err(format!("no error came, but {outcome:?}")),
        (Some(error), Some(wanted)) => compare(error, wanted)?,
        (None, None) => {}
    }
    if outcome.aborted != aborted {
        return Err(format!("aborted: {}, which should be {aborted}", outcome.aborted));
    }
    if let Some(text) = expected.remove("text").filter(|text| *text != outcome.text) {
        return Err(format!("the text is {:?}, which should be {text}", outcome.text));
    }
    if let Some(bounds) = expected.remove("elapsed") {
        let (least, most) = (bounds[0].as_f64().unwrap(), bounds[1].as_f64().unwrap());
        let elapsed = outcome.elapsed.as_secs_f64();
        if elapsed < least || elapsed > most {
            return Err(format!("it took {elapsed} s, which should be from {least} to {most}"));
        }
    }
    assert!(expected.is_empty(), "nobody looks at {expected:?}");
    Ok(())
}

fn compare(error: &Error, wanted: &Value) -> Result<(), String> {
    let wanted = wanted.as_object().expect("an object");
    let got = fields(error);
    for (name, value) in wanted {
        let got = got.get(name).unwrap_or_else(|| panic!("an error has no {name}"));
        let equal = match (got.as_f64(), value.as_f64()) {
            (Some(got), Some(value)) => (got - value).abs() < 1e-9,
            _ => got == value,
        };
        if !equal {
            return Err(format!("{name} is {got}, which should be {value}: {error}"));
        }
    }
    Ok(())
}

fn fields(error: &Error) -> Value {
    let timeout = match error.kind() {
        ErrorKind::Timeout(kind) => Some(kind.as_str()),
        _ => None,
    };
    let merged: Vec<_> = error.merged_phases().iter().map(|phase| phase.as_str()).collect();
    json!({
        "kind": error.kind().as_str(),
        "timeout": timeout,
        "phase": error.phase().map(|phase| phase.as_str()),
        "merged_phases": merged,
        "replay": error.replay().as_str(),
        "status": error.status(),
        "code": error.code(),
        "request_id": error.request_id(),
        "attempts": error.attempts(),
        "last": error.last().map(|last| last.kind().as_str()),
        "partial": error.partial().and_then(|partial| partial.content()),
        "retry_after": error.retry_after().map(|wait| wait.as_secs_f64()),
    })
}

/// What is left when all calls are over.
pub async fn after(world: &World, case: &Case) -> Result<(), String> {
    let stats = world.client.pool_stats();
    if (stats.in_use, stats.waiting) != (0, 0) {
        return Err(format!("places are not free again: {stats:?}"));
    }
    tokio::time::sleep(KNOWN).await;
    let Some(record) = world.record().await else {
        return Ok(());
    };
    let ends: Vec<_> = record.requests.iter().map(|seen| seen.end.as_deref()).collect();
    if ends.contains(&None) {
        return Err(format!("the server does not know of an end: {record:?}"));
    }
    let after = &case.after;
    let said: Vec<_> = record.requests.iter().map(|seen| &seen.said).collect();
    let right = after.requests.is_none_or(|requests| requests == record.requests.len())
        && after.most_at_once.is_none_or(|most| most == record.most_at_once)
        && after
            .said
            .as_ref()
            .is_none_or(|wanted| wanted.iter().collect::<Vec<_>>() == said)
        && after
            .ends
            .as_ref()
            .is_none_or(|wanted| wanted.iter().map(|end| Some(end.as_str())).collect::<Vec<_>>() == ends);
    if right {
        Ok(())
    } else {
        Err(format!("the server has seen {record:?}, which should be {after:?}"))
    }
}
