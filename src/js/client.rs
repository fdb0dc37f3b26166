//! The client as the JavaScript layer holds it.

use std::rc::Rc;

use wasm_bindgen::JsValue;
use wasm_bindgen::prelude::wasm_bindgen;

use super::call::CoreCall;
use super::error::raw;
use super::places::Told;
use super::plain::{to_plain, written};
use crate::call;
use crate::client::Client;
use crate::config::{CallOptions, ProviderConfig};
use crate::provider::Input;
use crate::transport::Host;
use crate::types::RawChatRequest;

/// A client.
#[wasm_bindgen]
pub struct CoreClient {
    client: Client,
    told: Rc<Told>,
}

#[wasm_bindgen]
impl CoreClient {
    /// Checks the configuration; throws a plain object that describes the error. `traced`: calls are told of the phases
    /// before the response head.
    #[wasm_bindgen(constructor)]
    pub fn new(
        config: JsValue,
        traced: bool,
        key_in_page: bool,
        awaited_heads: Option<usize>,
    ) -> Result<CoreClient, JsValue> {
        let config = written(&config)
            .and_then(ProviderConfig::from_written)
            .map_err(|error| raw(&error))?;
        let host = Host {
            traced,
            key_in_page,
            awaited_heads,
        };
        let client = Client::with_host(config, host).map_err(|error| raw(&error))?;
        Ok(Self {
            client,
            told: Rc::default(),
        })
    }

    /// Checks and encodes a chat request; nothing is sent yet.
    pub fn chat(&self, body: &str, options: JsValue) -> Result<CoreCall, JsValue> {
        let request = RawChatRequest::read(body).map_err(|error| raw(&error))?;
        let input = Input::Chat {
            request: &request,
            streaming: request.stream,
        };
        self.prepare(&input, options)
    }

    /// Checks and encodes a request for embeddings.
    pub fn embeddings(&self, body: &str, options: JsValue) -> Result<CoreCall, JsValue> {
        self.prepare(&Input::Embeddings(body), options)
    }

    /// Checks and encodes a request for the list of models: its first page, or the one that this name is of.
    pub fn models(&self, options: JsValue, page: Option<String>) -> Result<CoreCall, JsValue> {
        self.prepare(&Input::Models(page.as_deref()), options)
    }

    /// The pool's figures. The JavaScript layer writes the keys of all figures in its own way.
    #[wasm_bindgen(js_name = poolStats)]
    pub fn pool_stats(&self) -> JsValue {
        to_plain(&self.client.pool_stats())
    }

    /// What the calls came to so far.
    pub fn metrics(&self) -> JsValue {
        to_plain(&self.client.metrics())
    }

    /// The same as text for Prometheus.
    #[wasm_bindgen(js_name = metricsPrometheus)]
    pub fn metrics_prometheus(&self) -> String {
        self.client.metrics_prometheus()
    }

    /// What the numbers say about the configuration.
    pub fn diagnose(&self) -> JsValue {
        to_plain(&self.client.diagnose())
    }

    /// Which configuration values this host honours.
    pub fn capabilities(&self) -> JsValue {
        let capabilities = self.client.capabilities();
        let knobs = js_sys::Object::new();
        for knob in &capabilities.knobs {
            set(&knobs, &camel_case(knob.name), &to_plain(knob));
        }
        let object = js_sys::Object::new();
        set(&object, "host", &capabilities.host.into());
        set(&object, "knobs", &knobs);
        object.into()
    }

    /// Lets no further request in.
    pub fn close(&self) {
        self.client.close();
    }
}

impl CoreClient {
    fn prepare(&self, input: &Input<'_>, options: JsValue) -> Result<CoreCall, JsValue> {
        let options = if options.is_undefined() {
            CallOptions::default()
        } else {
            written(&options)
                .and_then(CallOptions::from_written)
                .map_err(|error| raw(&error))?
        };
        let inner = self.client.inner();
        let prepared = call::prepare(inner, input, &options).map_err(|error| raw(&error))?;
        Ok(CoreCall::new(inner.clone(), self.told.clone(), prepared))
    }
}

/// A plain object takes every property.
fn set(object: &js_sys::Object, name: &str, value: &JsValue) {
    let _ = js_sys::Reflect::set(object, &name.into(), value);
}

/// `timeout_config.first_token` as `firstToken`.
fn camel_case(name: &str) -> String {
    let field = name.rsplit('.').next().unwrap_or(name);
    let mut words = field.split('_');
    let first = words.next().unwrap_or_default().to_owned();
    words.fold(first, |mut name, word| {
        let mut letters = word.chars();
        name.extend(letters.next().map(|letter| letter.to_ascii_uppercase()));
        name + letters.as_str()
    })
}
