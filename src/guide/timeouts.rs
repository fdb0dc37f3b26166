//! Time limits: [`TimeoutConfig`](crate::TimeoutConfig).
//!
//! Every limit has a clock of its own, and an error that names it
//! ([`TimeoutKind`](crate::TimeoutKind)), so that you know which one to change.
//!
//! | limit | default | its clock | choose | when its error comes |
//! |---|---|---|---|---|
//! | `pool` | 10 s | waiting for a place in the pool | 5 to 10 s: to notice soon that the pool is too small | raise `max_connections`, or close streams that nobody reads ([`super::pool`]) |
//! | `connect` | 10 s | DNS, TCP and TLS of one attempt | 5 to 10 s: a network that works connects in less than one | the network or the address is at fault; raise it for distant servers |
//! | `write` | 10 s | since the last progress in sending | 5 to 10 s: requests are small, and slow progress is progress | the upload stands still: look at the network |
//! | `read` | 60 s | since the last byte received | 30 to 120 s: the time that your models think before they answer, and a reserve | the provider is slower than that; raise it, or stream |
//! | `total` | off | the whole call, waits included | what the caller of *your* program is ready to wait | the sum is too long; look at [`Error::spent`](crate::Error::spent) |
//! | `first_token` | off | from the end of the upload to the first content of a stream | what a person waits before an empty screen | the model thinks longer; comments and pings do not count |
//! | `idle` | off | between pieces of content of a stream | 10 to 30 s | the provider keeps the connection alive and says nothing |
//!
//! `read` and `idle` stop while *you* are busy: only waiting for the provider counts.
//!
//! An error tells where the time went: [`Error::phase`](crate::Error::phase),
//! [`Error::spent`](crate::Error::spent) (per phase), [`Error::limit`](crate::Error::limit); and whether the same request
//! may safely be sent again: [`Error::replay`](crate::Error::replay).
//!
//! # Whole answers and streams
//!
//! A whole answer arrives when the model has finished, so `read` has to cover the thinking and the writing. A stream
//! begins early: `read` can be short, `first_token` covers the thinking, and `idle` notices a model that stopped.
//!
//! ```
//! use llm_api_router::{CallOptions, ProviderConfig, TimeLimit, TimeoutConfig};
//!
//! let config = ProviderConfig::new("openai", "sk-example")
//!     .timeout_config(TimeoutConfig::default().connect(5.0).read(120.0).first_token(30.0).idle(15.0));
//!
//! // One slow call, without changing the client.
//! let slow = CallOptions::default().read(600.0).total(900.0);
//! // No limit at all.
//! let patient = CallOptions::default().read(TimeLimit::OFF);
//! ```
//!
//! `ProviderConfig::timeout(30.0)` alone sets `pool`, `connect`, `write` and `read`, as older programs expect it; where
//! `timeout_config` is given too, it wins.
//!
//! The command line measures what to expect: `llm-api-router test` shows connect, first token and whole answer of one
//! call, `llm-api-router benchmark` the percentiles of many. Set a limit to two or three times the p99.
