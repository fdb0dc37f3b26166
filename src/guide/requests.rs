//! Requests beyond plain text: images, tools, JSON, and what has no name here.
//!
//! The same request goes to every provider; what one of them cannot do is an error that names the field.
//!
//! # Images and sound
//!
//! ```
//! use llm_api_router::{ChatRequest, ContentPart, Message};
//!
//! let request = ChatRequest::new([
//!     Message::system("Answer in one sentence."),
//!     Message::user(vec![
//!         ContentPart::text("What is in this picture?"),
//!         ContentPart::image_url("https://example.com/cat.jpg"),
//!     ]),
//! ]);
//! ```
//!
//! # Tools
//!
//! The model asks for calls, you answer them, and ask again, until it has what it needs.
//!
//! ```no_run
//! use llm_api_router::{ChatRequest, Client, Message, Tool};
//! use serde_json::json;
//!
//! # fn weather_in(arguments: &str) -> String { arguments.to_owned() }
//! # async fn example(client: Client) -> llm_api_router::Result<()> {
//! let weather = Tool::function(
//!     "get_weather",
//!     "The weather in a city",
//!     json!({ "type": "object", "properties": { "city": { "type": "string" } }, "required": ["city"] }),
//! );
//! let mut messages = vec![Message::user("What is the weather in Paris?")];
//! loop {
//!     let request = ChatRequest::new(messages.clone()).tools([weather.clone()]);
//!     let answer = client.chat().completions().create(request).await?;
//!     if answer.tool_calls().is_empty() {
//!         println!("{}", answer.content().unwrap_or_default());
//!         return Ok(());
//!     }
//!     // The question goes before its answers; the model wrote the arguments, and they may be invalid JSON.
//!     messages.extend(answer.choices.iter().map(|choice| choice.message.clone()));
//!     for call in answer.tool_calls() {
//!         messages.push(Message::tool(&call.id, weather_in(&call.function.arguments)));
//!     }
//! }
//! # }
//! ```
//!
//! In a stream, calls come in pieces: those with the same `index` belong together, their `arguments` are appended. See
//! [`Delta::tool_calls`](crate::Delta::tool_calls).
//!
//! # JSON
//!
//! ```
//! use llm_api_router::{ChatRequest, Message};
//! use serde_json::json;
//!
//! let request = ChatRequest::new([Message::user("Who wrote Faust, and when?")]).json_schema(
//!     "book",
//!     json!({
//!         "type": "object",
//!         "properties": { "author": { "type": "string" }, "year": { "type": "integer" } },
//!         "required": ["author", "year"],
//!         "additionalProperties": false
//!     }),
//! );
//! ```
//!
//! # Everything else
//!
//! A field without a name here is [`set`](crate::ChatRequest::set), and reaches providers of OpenAI's kind as it is; a
//! field of an answer without a name is in its `extra`.
//!
//! ```
//! use llm_api_router::{ChatRequest, Message};
//!
//! let request = ChatRequest::new([Message::user("Hello!")]).set("logprobs", true).set("user", "7f3a");
//! ```
