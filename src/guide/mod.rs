//! The manual: how to choose the settings, and the figure that tells whether you chose well.
//!
//! | page | about |
//! |---|---|
//! | [`pool`] | how many sockets, how many idle ones, for how long; which buffer |
//! | [`timeouts`] | the seven time limits, which to set, and what their errors mean |
//! | [`streaming`] | reading answers as they are written, stopping, what is complete |
//! | [`javascript`] | browsers, Cloudflare Workers and other hosts that own their sockets |
//! | [`migration`] | from the Python library of the same name |
//!
//! These modules hold nothing but text.

pub mod javascript;
pub mod migration;
pub mod pool;
pub mod streaming;
pub mod timeouts;
