//! The providers: what each needs. Requests and answers have OpenAI's shape for all of them, so that another provider is
//! another configuration and nothing else.
//!
//! | `provider_type` | key, as the command line finds it | address, unless `base_url` says otherwise | particulars |
//! |---|---|---|---|
//! | `openai` | `OPENAI_API_KEY` | api.openai.com/v1 | |
//! | `anthropic` | `ANTHROPIC_API_KEY` | api.anthropic.com/v1 | no embeddings |
//! | `gemini` | `GEMINI_API_KEY` or `GOOGLE_API_KEY` | generativelanguage.googleapis.com/v1beta | the key goes into a header, never into the address |
//! | `deepseek` | `DEEPSEEK_API_KEY` | api.deepseek.com | `default_model` is `deepseek-chat`; no embeddings |
//! | `openrouter` | `OPENROUTER_API_KEY` | openrouter.ai/api/v1 | `extra_headers` for `HTTP-Referer` and `X-Title` |
//! | `xai` | `XAI_API_KEY` | api.x.ai/v1 | no embeddings |
//! | `zhipu` | `ZHIPUAI_API_KEY`, of the form `id.secret` | open.bigmodel.cn/api/paas/v4 | tokens are made from the key and kept until they expire |
//! | `aliyun` | `DASHSCOPE_API_KEY` | dashscope.aliyuncs.com/api/v1 | |
//! | `ollama` | none | localhost:11434 | a server of your own |
//! | `openai-compatible` | `OPENAI_COMPATIBLE_API_KEY`, if the server wants one | `base_url` is required | vLLM, llama.cpp, LiteLLM, Groq, Mistral, Together … |
//!
//! Fields of a request that have no name here go into [`ChatRequest::set`](crate::ChatRequest::set) and reach providers
//! of OpenAI's kind as they are. What a provider cannot do is an error that names the field. Fields of an answer that
//! have no name here are in its `extra`.
//!
//! # What the dialects were tested against
//!
//! Pairs of requests and answers from each provider's public documentation
//! (`native-tests/golden`, each with its source), read cut at every byte. Beyond that, all but `aliyun` run
//! against aimock, a server of other people's making, at once, streamed and with tools, natively and on JavaScript hosts;
//! `deepseek`, `xai`, `zhipu` and `openai-compatible` in OpenAI's dialect, which they share. No server but the real one
//! speaks `aliyun`'s: there the pairs, from Alibaba's reference of DashScope, are all there is. No test calls a provider
//! itself.
//!
//! ```
//! use llm_api_router::{Client, ProviderConfig};
//!
//! let client = Client::new(
//!     ProviderConfig::new("openrouter", "sk-example")
//!         .default_model("openai/gpt-4o-mini")
//!         .extra_header("X-Title", "My program"),
//! )?;
//! # Ok::<(), llm_api_router::Error>(())
//! ```
