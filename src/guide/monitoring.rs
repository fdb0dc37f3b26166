//! Monitoring: which figure tells what, and what to change then.
//!
//! [`Client::diagnose`](crate::Client::diagnose) looks at these figures for you: each [`Finding`](crate::Finding) has its
//! evidence, the setting to change and the value to try. [`Client::metrics`](crate::Client::metrics) has them as data,
//! per model and for the pool; [`Client::metrics_prometheus`](crate::Client::metrics_prometheus) as text for a scraper.
//! They are always on.
//!
//! | question | in Prometheus | in Rust | then |
//! |---|---|---|---|
//! | How long do calls take? | `llm_router_request_duration_seconds` | [`ModelMetrics::latency`](crate::ModelMetrics::latency) p50, p95, p99 | set `read` or `total` to two or three times the p99 ([`super::timeouts`]) |
//! | How long does a reader wait? | `llm_router_time_to_first_token_seconds` | [`first_token`](crate::ModelMetrics::first_token) | set the limit `first_token` above its p99 |
//! | Do streams stall? | `llm_router_time_between_tokens_seconds` | [`between_tokens`](crate::ModelMetrics::between_tokens) | set the limit `idle` well above its p99 |
//! | Is the pool too small? | `llm_router_pool_timeouts_total`, `llm_router_pool_waits_total`, `llm_router_pool_wait_seconds`, `llm_router_pool_peak` | [`PoolStats`](crate::PoolStats): `pool_timeouts`, `waited`, `longest_wait`, `peak` | raise `max_connections` to the peak, or close streams that nobody reads |
//! | Are too few idle sockets kept? | `llm_router_pool_sockets_reopened_total{reason="surplus"}` | [`SocketStats::reopened_after_surplus`](crate::SocketStats::reopened_after_surplus) | raise `max_keepalive_connections` |
//! | Do they expire too early? | `llm_router_pool_sockets_reopened_total{reason="expiry"}` | [`reopened_after_expiry`](crate::SocketStats::reopened_after_expiry) | raise `keepalive_expiry` |
//! | Does the server close them first? | `llm_router_pool_sockets_stale_total` | [`stale`](crate::SocketStats::stale) | lower `keepalive_expiry` below the server's own limit |
//! | Does reuse work? | `llm_router_pool_sockets_reused_total` beside `llm_router_pool_sockets_opened_total` | [`reused`](crate::SocketStats::reused), [`opened`](crate::SocketStats::opened) | one client for all calls; read streams to their end |
//! | Is the network slow? | `llm_router_connect_duration_seconds` | [`connect`](crate::ModelMetrics::connect) | `connect` above its p99; `warm` ahead of traffic |
//! | What fails? | `llm_router_errors_total{kind="read_timeout"}` … | [`errors`](crate::ModelMetrics::errors) | timeouts: [`super::timeouts`]; `rate_limit`: fewer calls at once |
//! | Does the provider falter? | `llm_router_retries_total` | [`retries`](crate::ModelMetrics::retries) | [`super::retries`] |
//! | How much memory do answers take? | `llm_router_pool_in_use` times `stream_buffer_size` | `in_use` | lower one of the two |
//!
//! ```
//! use llm_api_router::{Client, ProviderConfig};
//!
//! let client = Client::new(ProviderConfig::new("openai", "sk-example"))?;
//! // Under your server's `/metrics`:
//! let text = client.metrics_prometheus();
//! assert!(text.contains("llm_router_pool_max_connections 100"));
//! // From time to time, into your log:
//! for finding in client.diagnose() {
//!     eprintln!("{}: try {} = {} (now {})", finding.message, finding.setting, finding.suggested, finding.current);
//! }
//! # Ok::<(), llm_api_router::Error>(())
//! ```
//!
//! A model's figures take about 21 KB, and the first 32 models have their own, so memory is bounded whatever names callers
//! send: the rest is counted under `other`. Recording takes a lock only to find the model and to count an error, and a
//! stream adds two numbers for each read of the network. The counters begin with the client.
//!
//! # Traces
//!
//! Natively each call is a span of the crate `tracing` with the target `llm_api_router`, from its start to the end of its
//! answer, retries included. Without a subscriber nothing is made. Its fields are those of OpenTelemetry's conventions for
//! generative AI, and `otel.name` is `chat {model}`: `gen_ai.operation.name`, `gen_ai.provider.name`,
//! `gen_ai.request.model`, `gen_ai.response.id`, `gen_ai.response.model`, `gen_ai.response.finish_reasons`,
//! `gen_ai.usage.input_tokens`, `gen_ai.usage.output_tokens`, `server.address`, `server.port`,
//! `http.request.resend_count`, and for failures `error.type` with the names that `errors` has. Keys, messages and answers
//! are never in it. A layer such as `tracing-opentelemetry` exports it.
