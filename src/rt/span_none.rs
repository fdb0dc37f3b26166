//! Web: no spans, and no cost for them.

use crate::metrics::Tokens;
use crate::stream::Notes;

/// The span of one call.
#[derive(Debug)]
pub(crate) struct Span;

impl Span {
    pub(crate) fn begin(_: &'static str, _: &'static str, _: &str, _: &str) -> Self {
        Self
    }

    pub(crate) fn is_on(&self) -> bool {
        false
    }

    pub(crate) fn retried(&self, _: u64) {}

    pub(crate) fn answered(&self, _: &Notes) {}

    pub(crate) fn used(&self, _: Tokens) {}

    pub(crate) fn failed(&self, _: &'static str) {}

    pub(crate) fn end(&mut self) {}
}
