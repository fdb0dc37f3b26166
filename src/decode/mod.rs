//! Incremental decoders: they may be fed in pieces of any size and hold no more than their limit.

pub(crate) mod sse;
