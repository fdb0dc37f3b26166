//! What an answer says about itself, noted while its chunks pass, when a span wants to know.

use crate::types::{ChatChunk, ChatCompletion};

/// Id, model and reasons of an answer, as far as they have come.
#[derive(Clone, Debug, Default)]
pub(crate) struct Notes {
    pub(crate) id: String,
    pub(crate) model: String,
    /// Why each choice ended, in the order of their ends.
    pub(crate) reasons: Vec<String>,
}

impl Notes {
    /// Notes what a chunk says.
    pub(super) fn chunk(&mut self, chunk: &ChatChunk) {
        self.head(&chunk.id, &chunk.model);
        let reasons = chunk.choices.iter().filter_map(|choice| choice.finish_reason.clone());
        self.reasons.extend(reasons);
    }

    /// Notes what a whole answer says.
    pub(super) fn answer(&mut self, answer: &ChatCompletion) {
        self.head(&answer.id, &answer.model);
        let reasons = answer.choices.iter().filter_map(|choice| choice.finish_reason.clone());
        self.reasons.extend(reasons);
    }

    fn head(&mut self, id: &str, model: &str) {
        if self.id.is_empty() {
            id.clone_into(&mut self.id);
        }
        if self.model.is_empty() {
            model.clone_into(&mut self.model);
        }
    }
}
