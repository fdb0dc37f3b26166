//! The scenarios, and how a path names one.

use std::fmt;

/// How the server misbehaves. What each does is written in the module's documentation.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Scenario {
    Plain,
    Html,
    Empty,
    Malformed,
    Status(u16),
    Truncated,
    Cut,
    ErrorInStream,
    StallHead,
    StallBody,
    Endless,
    Comments,
    Slow,
    Crlf,
    Bytes,
    Close,
    Auth,
    EchoHeaders,
    Events(usize),
}

const NAMED: [(&str, Scenario); 16] = [
    ("html", Scenario::Html),
    ("empty", Scenario::Empty),
    ("malformed", Scenario::Malformed),
    ("truncated", Scenario::Truncated),
    ("cut", Scenario::Cut),
    ("error-in-stream", Scenario::ErrorInStream),
    ("stall-head", Scenario::StallHead),
    ("stall-body", Scenario::StallBody),
    ("endless", Scenario::Endless),
    ("comments", Scenario::Comments),
    ("slow", Scenario::Slow),
    ("crlf", Scenario::Crlf),
    ("bytes", Scenario::Bytes),
    ("close", Scenario::Close),
    ("auth", Scenario::Auth),
    ("echo-headers", Scenario::EchoHeaders),
];

const MOST_EVENTS: usize = 1_000_000;

/// There is no scenario of that name. Displays as a sentence that lists those that exist.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Unknown(String);

impl Scenario {
    /// Takes `/_scenario/NAME` off a path.
    pub(super) fn split(path: &str) -> Result<(Self, &str), Unknown> {
        let Some(rest) = path.strip_prefix("/_scenario") else {
            return Ok((Self::Plain, path));
        };
        let rest = rest.strip_prefix('/').unwrap_or(rest);
        let end = rest.find('/').unwrap_or(rest.len());
        let (name, rest) = rest.split_at(end);
        Self::named(name)
            .map(|scenario| (scenario, rest))
            .ok_or_else(|| Unknown(name.to_owned()))
    }

    fn named(name: &str) -> Option<Self> {
        if let Some(status) = name.strip_prefix("status-") {
            return status
                .parse()
                .ok()
                .filter(|status| (400..=599).contains(status))
                .map(Self::Status);
        }
        if let Some(events) = name.strip_prefix("events-") {
            return events
                .parse()
                .ok()
                .filter(|events| (1..=MOST_EVENTS).contains(events))
                .map(Self::Events);
        }
        NAMED
            .iter()
            .find(|(known, _)| *known == name)
            .map(|(_, scenario)| *scenario)
    }

    /// Every name, for people.
    pub(super) fn names() -> String {
        let named = NAMED.iter().map(|(name, _)| *name);
        let numbered = ["status-NNN (400 to 599)", "events-N (1 to 1000000)"];
        named.chain(numbered).collect::<Vec<_>>().join(", ")
    }
}

impl fmt::Display for Unknown {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            formatter,
            "There is no scenario '{}'. There are: {}.",
            self.0,
            Scenario::names()
        )
    }
}

#[cfg(test)]
mod tests {
    use super::Scenario;

    #[test]
    fn a_path_names_its_scenario() {
        let split = |path| Scenario::split(path).map_err(|unknown| unknown.to_string());
        assert_eq!(split("/v1/models"), Ok((Scenario::Plain, "/v1/models")));
        assert_eq!(split("/_scenario/cut/v1/models"), Ok((Scenario::Cut, "/v1/models")));
        assert_eq!(split("/_scenario/status-429/v1"), Ok((Scenario::Status(429), "/v1")));
        assert_eq!(split("/_scenario/events-1000/v1"), Ok((Scenario::Events(1000), "/v1")));
        for path in [
            "/_scenario",
            "/_scenario/",
            "/_scenario/nope/v1",
            "/_scenario/status-200/v1",
            "/_scenario/events-0",
        ] {
            let message = split(path).unwrap_err();
            assert!(
                message.contains("error-in-stream, stall-head") && message.contains("status-NNN"),
                "{message}"
            );
        }
    }
}
