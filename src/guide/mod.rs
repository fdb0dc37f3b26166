//! The manual: how to choose the settings, and the figure that tells whether you chose well.
//!
//! | page | about |
//! |---|---|
//! | [`providers`] | the ten providers: what each needs, what each can do |
//! | [`fields`] | what becomes of each field of a request at each provider, and what is refused |
//! | [`requests`] | images, tools, JSON, and fields without a name |
//! | [`pool`] | how many sockets, how many idle ones, for how long; which buffer |
//! | [`timeouts`] | the seven time limits, which to set, and what their errors mean |
//! | [`retries`] | what is tried again, when, and how often |
//! | [`streaming`] | reading answers as they are written, stopping, what is complete |
//! | [`monitoring`] | every figure, what it tells, and what to change then |
//! | [`javascript`] | browsers, Cloudflare Workers and other hosts that own their sockets |
//! | [`migration`] | from the Python library of the same name |
//!
//! These modules hold nothing but text.

pub mod fields;
pub mod javascript;
pub mod migration;
pub mod monitoring;
pub mod pool;
pub mod providers;
pub mod requests;
pub mod retries;
pub mod streaming;
pub mod timeouts;
