//! Whom to call: what the configuration file, the environment and the options say together.

use std::fs;
use std::io::{self, Read};
use std::path::{Path, PathBuf};

use clap::Args;
use llm_api_router::{Client, ProviderConfig};

use crate::document::{Document, Format, Found, Problem, Value};
use crate::failure::Failure;
use crate::keys;

/// Options of every command that calls a provider. What is given here goes before the file, the file before the
/// environment.
#[derive(Args)]
#[command(next_help_heading = "Whom to call")]
pub struct Target {
    /// Configuration in JSON, TOML or YAML; see 'validate'
    #[arg(short, long, value_name = "FILE")]
    config: Option<PathBuf>,
    /// Provider, such as openai or openai-compatible [default: the file's, or the one whose key is set]
    #[arg(short, long, value_name = "NAME")]
    provider: Option<String>,
    /// Model [default: the file's default_model]
    #[arg(short, long)]
    model: Option<String>,
    /// Address of the API, such as http://localhost:8000/v1 [default: the provider's own]
    #[arg(long, value_name = "URL")]
    base_url: Option<String>,
    /// Environment variable that holds the key, where it is not the usual one
    #[arg(long, value_name = "VARIABLE")]
    key_env: Option<String>,
}

impl Target {
    /// A client for it.
    pub fn client(&self) -> Result<Client, Failure> {
        client(&self.document()?)
    }

    /// The model that was asked for here.
    pub fn model(&self) -> Option<&str> {
        self.model.as_deref()
    }

    /// All that is known, as if it stood in one file.
    pub fn document(&self) -> Result<Document, Failure> {
        let mut document = self.file()?;
        let provider = self.provider(&document)?;
        for (field, option) in [
            ("provider_type", Some(provider.clone())),
            ("default_model", self.model.clone()),
            ("base_url", self.base_url.clone()),
        ] {
            if let Some(text) = option {
                document.set(&[field], Value::Text(text));
            }
        }
        if let Some(variable) = &self.key_env {
            let key = keys::read(variable)
                .ok_or_else(|| Failure::Usage(format!("--key-env names {variable}, which is not set")))?;
            document.set(&["api_key"], Value::Text(key));
        }
        from_environment(&mut document, &provider);
        if document.get("api_key").is_none()
            && let [usual, ..] = keys::variables(&provider)
            && provider != "openai-compatible"
        {
            return Err(Failure::Usage(format!(
                "there is no key for {provider}: set {usual}, or api_key in a file that --config names"
            )));
        }
        Ok(document)
    }

    fn file(&self) -> Result<Document, Failure> {
        let path = self
            .config
            .clone()
            .or_else(|| keys::read("LLM_API_ROUTER_CONFIG").map(PathBuf::from));
        let Some(path) = path else {
            return Ok(Document::empty());
        };
        let text = read_file(&path)?;
        let format = format_of(&path, None)?;
        let whole = Document::read(&text, format);
        let problems = match &whole {
            Ok(document) => problems(document.clone()),
            Err(problem) => vec![problem.clone()],
        };
        match whole {
            Ok(document) if problems.is_empty() => Ok(document),
            _ => Err(Failure::Usage(lines(&path, &problems))),
        }
    }

    fn provider(&self, document: &Document) -> Result<String, Failure> {
        match (&self.provider, document.text("provider_type")) {
            (Some(wanted), Some(written)) if wanted != written => Err(Failure::Usage(format!(
                "--provider is {wanted}, while the configuration file is for {written}: leave one of them out"
            ))),
            (Some(name), _) => Ok(name.clone()),
            (None, Some(name)) => Ok(name.to_owned()),
            (None, None) => match keys::providers_with_keys().as_slice() {
                [] => Err(Failure::Usage(
                    "no provider is chosen: give --provider or --config, or set a key such as OPENAI_API_KEY"
                        .to_owned(),
                )),
                [name] => Ok((*name).to_owned()),
                several => Err(Failure::Usage(format!(
                    "keys are set for {}: choose one with --provider",
                    several.join(", ")
                ))),
            },
        }
    }
}

/// Adds a provider's key and address, where the document has none.
pub fn from_environment(document: &mut Document, provider: &str) {
    for (field, value) in [("api_key", keys::key(provider)), ("base_url", keys::base_url(provider))] {
        if let Some(value) = value
            && document.get(field).is_none()
        {
            document.set(&[field], Value::Text(value));
        }
    }
}

/// A client for a whole document.
pub fn client(document: &Document) -> Result<Client, Failure> {
    let config: ProviderConfig = document.to().map_err(|error| Failure::Usage(error.to_string()))?;
    Ok(Client::new(config)?)
}

/// Everything that is wrong in a file, in its order. What a file may leave to the environment is not missing.
pub fn problems(mut document: Document) -> Vec<Problem> {
    let mut problems = Vec::new();
    let provider = document.text("provider_type").unwrap_or_default().to_owned();
    from_environment(&mut document, &provider);
    if document.get("api_key").is_none() {
        stand_in(&mut document, "api_key");
    }
    while let Some(message) = complaint(&document) {
        let found = document.take_named_in(&message);
        let at = match found {
            Found::Setting(at) | Found::Around(at) => Some(at),
            Found::Nothing => None,
        };
        // Nothing works without these two.
        for name in ["provider_type", "api_key"] {
            if message.starts_with(name) {
                stand_in(&mut document, name);
            }
        }
        let is_seen_again = problems.iter().any(|problem: &Problem| problem.message == message);
        let is_last = is_seen_again || matches!(found, Found::Around(_));
        if !is_seen_again {
            problems.push(Problem { at, message });
        }
        if is_last {
            break;
        }
    }
    problems.sort_by_key(|problem| problem.at);
    problems
}

/// Sets what is missing to something with which the rest can be checked.
fn stand_in(document: &mut Document, name: &str) {
    let text = match name {
        "provider_type" => "openai",
        // Of the form that the choosiest provider wants.
        _ => "id.secret",
    };
    document.set(&[name], Value::Text(text.to_owned()));
}

/// The first thing that is wrong.
fn complaint(document: &Document) -> Option<String> {
    let config: ProviderConfig = match document.to() {
        Ok(config) => config,
        Err(error) => return Some(error.to_string()),
    };
    Client::new(config).err().map(|error| error.to_string())
}

/// The problems of a file as compilers show them.
pub fn lines(path: &Path, problems: &[Problem]) -> String {
    let name = path.display();
    let lines = problems.iter().map(|Problem { at, message }| match at {
        Some(at) => format!("{name}:{at}: {message}"),
        None => format!("{name}: {message}"),
    });
    lines.collect::<Vec<_>>().join("\n")
}

/// A file's text; `-` is the standard input.
pub fn read_file(path: &Path) -> Result<String, Failure> {
    let text = if path == Path::new("-") {
        let mut text = String::new();
        io::stdin().read_to_string(&mut text).map(|_| text)
    } else {
        fs::read_to_string(path)
    };
    text.map_err(|error| Failure::Usage(format!("{} cannot be read: {error}", path.display())))
}

/// The notation of a file.
pub fn format_of(path: &Path, given: Option<Format>) -> Result<Format, Failure> {
    given.or_else(|| Format::of(path)).ok_or_else(|| {
        Failure::Usage(format!(
            "{} does not end in .json, .toml, .yaml or .yml; say with --format which of them it is",
            path.display()
        ))
    })
}
