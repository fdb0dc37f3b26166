//! Which promises this target keeps itself, which it merges, and which it leaves to the host.

use serde::Serialize;

/// How a configuration value is honoured.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Level {
    /// Exactly as documented.
    Enforced,
    /// Together with others, because the host does not tell them apart.
    Merged,
    /// By the host, which takes no such value: ours has no effect.
    Delegated,
}

/// One configuration value and how it is honoured.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct Capability {
    /// The value's name in the configuration, such as `timeout_config.read`.
    pub name: &'static str,
    /// How it is honoured.
    pub level: Level,
    /// One sentence: by what means, or why not.
    pub why: &'static str,
}

/// What [`Client::capabilities`](crate::Client::capabilities) answers.
///
/// ```
/// use llm_api_router::{Client, Level, ProviderConfig};
///
/// let client = Client::new(ProviderConfig::new("openai", "sk-example"))?;
/// let capabilities = client.capabilities();
/// assert_eq!(capabilities.level("connection_pool_config.max_connections"), Some(Level::Enforced));
/// for knob in &capabilities.knobs {
///     println!("{}: {:?}, because {}", knob.name, knob.level, knob.why);
/// }
/// # Ok::<(), llm_api_router::Error>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct Capabilities {
    /// The host: `native`, `node`, `deno`, `bun`, `workerd`, `browser` or `unknown`.
    pub host: &'static str,
    /// One entry for each configuration value about connections and time.
    pub knobs: Vec<Capability>,
}

impl Capabilities {
    /// The level of one configuration value; `None` for an unknown name.
    #[must_use]
    pub fn level(&self, name: &str) -> Option<Level> {
        self.knobs.iter().find(|knob| knob.name == name).map(|knob| knob.level)
    }

    pub(crate) fn new(host: &'static str, knobs: &[(&'static str, Level, &'static str)]) -> Self {
        let knobs = knobs
            .iter()
            .map(|&(name, level, why)| Capability { name, level, why })
            .collect();
        Self { host, knobs }
    }
}
