//! A client for LLM APIs.
