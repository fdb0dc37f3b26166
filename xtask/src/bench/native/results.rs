//! What the rounds of one part gave, by contestant.

use serde_json::Value;

use super::parts::{OURS, Part, words};
use crate::Outcome;
use crate::bench::figures::Figures;

/// What every round of one part gave, by contestant.
#[derive(Default)]
pub(super) struct Results {
    runs: Vec<(&'static str, Vec<Value>)>,
    /// Who failed, and why.
    failed: Vec<(&'static str, String)>,
}

impl Results {
    /// Whether the contestant still takes part.
    pub(super) fn takes(&self, contestant: &str) -> bool {
        self.failed.iter().all(|(failed, _)| *failed != contestant)
    }

    /// The contestant has failed: what it did before has no counterpart in the other rounds.
    pub(super) fn fails(&mut self, contestant: &'static str, problem: &str) {
        self.runs.retain(|(name, _)| *name != contestant);
        self.failed.push((contestant, problem.to_owned()));
    }

    /// A sentence for each that failed.
    pub(super) fn failures(&self, part: &Part) -> Vec<String> {
        let sentence = |(name, problem): &(&str, String)| {
            let first = problem.lines().next().unwrap_or_default();
            format!(
                "{} could not be measured with `{} {} {}`: {first}",
                words(name),
                part.task,
                part.path,
                part.concurrency
            )
        };
        self.failed.iter().map(sentence).collect()
    }

    /// Notes a run, whose text has to be the same as in all others.
    pub(super) fn add(&mut self, contestant: &'static str, run: Value) -> Outcome {
        let first = self.runs.iter().flat_map(|(_, runs)| runs).next();
        if let Some(first) = first.filter(|first| first.get("text") != run.get("text")) {
            return Err(format!(
                "{contestant} got another text than the first: {run} instead of {first}"
            ));
        }
        match self.runs.iter_mut().find(|(name, _)| *name == contestant) {
            Some((_, runs)) => runs.push(run),
            None => self.runs.push((contestant, vec![run])),
        }
        Ok(())
    }

    /// A figure of every round of one contestant.
    pub(super) fn of(&self, contestant: &str, figure: impl Fn(&Value) -> f64) -> Figures {
        let runs = self.runs.iter().find(|(name, _)| *name == contestant);
        Figures(runs.iter().flat_map(|(_, runs)| runs).map(figure).collect())
    }

    /// How much was done per second.
    pub(super) fn rate(&self, contestant: &str, unit: &str) -> Figures {
        self.of(contestant, |run| number(run, unit) / number(run, "wall"))
    }

    /// Microseconds of CPU time that each took.
    pub(super) fn cpu(&self, contestant: &str, unit: &str) -> Figures {
        self.of(contestant, |run| number(run, "cpu") / number(run, unit) * 1e6)
    }

    pub(super) fn sockets(&self, contestant: &str) -> Figures {
        self.of(contestant, |run| number(run, "sockets"))
    }

    /// Ours to another's.
    pub(super) fn ratio(&self, figure: impl Fn(&str) -> Figures, other: &str) -> f64 {
        figure(OURS).ratio(&figure(other)).median()
    }
}

pub(super) fn number(run: &Value, name: &str) -> f64 {
    run.get(name).and_then(Value::as_f64).unwrap_or(f64::NAN)
}
