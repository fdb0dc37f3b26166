//! API keys and addresses from the environment: never from the command line, which every user of a machine can see.

use std::env;

/// Each provider with the variables that may hold its key, the usual one first. No key: it needs none.
const PROVIDERS: [(&str, &[&str]); 10] = [
    ("openai", &["OPENAI_API_KEY"]),
    ("anthropic", &["ANTHROPIC_API_KEY"]),
    ("gemini", &["GEMINI_API_KEY", "GOOGLE_API_KEY"]),
    ("deepseek", &["DEEPSEEK_API_KEY"]),
    ("openrouter", &["OPENROUTER_API_KEY"]),
    ("xai", &["XAI_API_KEY"]),
    ("zhipu", &["ZHIPUAI_API_KEY"]),
    ("aliyun", &["DASHSCOPE_API_KEY"]),
    // Not OPENAI_API_KEY: a key for one server is not to be shown to another.
    ("openai-compatible", &["OPENAI_COMPATIBLE_API_KEY"]),
    ("ollama", &[]),
];

/// For `--help`.
pub const ENVIRONMENT: &str = "\
Keys come from the configuration file or the environment:
  OPENAI_API_KEY, ANTHROPIC_API_KEY, GEMINI_API_KEY or GOOGLE_API_KEY, DEEPSEEK_API_KEY,
  OPENROUTER_API_KEY, XAI_API_KEY, ZHIPUAI_API_KEY (zhipu), DASHSCOPE_API_KEY (aliyun),
  OPENAI_COMPATIBLE_API_KEY; ollama needs none.
Another address than the provider's own: OPENAI_BASE_URL and so on, or --base-url.
LLM_API_ROUTER_CONFIG names a configuration file for whenever --config does not.";

/// The variables that may hold a provider's key.
pub fn variables(provider: &str) -> &'static [&'static str] {
    let known = PROVIDERS.iter().find(|(name, _)| *name == provider);
    known.map_or(&[], |(_, variables)| variables)
}

/// The key of a provider.
pub fn key(provider: &str) -> Option<String> {
    variables(provider).iter().find_map(|variable| read(variable))
}

/// The address of a provider, where the user wants another one: `OPENAI_BASE_URL` beside `OPENAI_API_KEY`.
pub fn base_url(provider: &str) -> Option<String> {
    let usual = variables(provider).first().copied().unwrap_or("OLLAMA_API_KEY");
    let prefix = usual.strip_suffix("_API_KEY")?;
    read(&format!("{prefix}_BASE_URL"))
}

/// The providers whose keys are set.
pub fn providers_with_keys() -> Vec<&'static str> {
    let with_key = PROVIDERS.iter().filter(|(name, _)| key(name).is_some());
    with_key.map(|(name, _)| *name).collect()
}

/// A variable that is set to something.
pub fn read(variable: &str) -> Option<String> {
    env::var(variable).ok().filter(|value| !value.is_empty())
}
