//! The underlying error of a failed request, stripped of its URL, which may carry a key.

use std::error::Error;
use std::fmt;

/// What the network said.
pub(crate) struct Cause(Box<dyn Error + Send + Sync>);

impl Cause {
    pub(super) fn new(error: impl Into<Box<dyn Error + Send + Sync>>) -> Self {
        Self(error.into())
    }

    /// The error as a link of a `source()` chain.
    pub(crate) fn as_error(&self) -> &(dyn Error + 'static) {
        &*self.0
    }
}

impl fmt::Debug for Cause {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Debug::fmt(&self.0, formatter)
    }
}

impl fmt::Display for Cause {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(&self.0, formatter)
    }
}
