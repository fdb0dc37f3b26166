//! What becomes of each field of a request, and of an answer, at each provider.
//!
//! `openai`, `openai-compatible`, `openrouter`, `deepseek`, `xai` and `zhipu` speak as OpenAI does: fields of your request
//! go out as they are, known or not, and fields of the answers come back as they are. The other four are translated.
//!
//! # Translated requests
//!
//! What the other four cannot do is a [`Config`](crate::ErrorKind::Config) error that names the field, before anything is
//! sent. A value that asks for nothing (`n: 1`, `logprobs: false`, a penalty of 0) is no error. Fields that are not
//! OpenAI's at all, such as `thinking` or `safetySettings`, go out under their own names: in the body, for `aliyun` in
//! its `parameters`.
//!
//! | in the request | `anthropic` | `gemini` | `aliyun` | `ollama` |
//! |---|---|---|---|---|
//! | `system`, `developer` messages | joined in `system` | joined in `system_instruction` | as `system` messages | as `system` messages |
//! | image by address | yes | `fileData` | yes | **error** |
//! | image as `data:` | yes | `inlineData` | yes | yes |
//! | `detail` of an image | has no counterpart, left out | left out | left out | left out |
//! | `input_audio` | **error** | `inlineData` | yes | **error** |
//! | `file` with `file_data` | `document` | `inlineData` | **error** | **error** |
//! | parts of other types | as they are | as they are, without a `type`; else **error** | as they are | **error** |
//! | `name` of a message | left out | left out | as it is | left out |
//! | `reasoning_content` of a message | left out; `thinking_blocks` go back | left out | left out | `thinking` |
//! | `tools` | `input_schema` | `parameters`, or `parametersJsonSchema` for newer keywords | as they are | as they are |
//! | tools of other types | as they are | as they are | as they are | as they are |
//! | `tool_choice` `auto`, `none` | yes | yes | yes | yes; for `none` the tools are left out |
//! | `tool_choice` `required` | `any` | `ANY` | **error** | **error** |
//! | `tool_choice` with a function | `tool` | `allowedFunctionNames` | yes | **error** |
//! | `parallel_tool_calls: false` | `disable_parallel_tool_use` | **error** | yes | **error** |
//! | results of tools | `tool_result` | `functionResponse`; a text in `result` | `tool` messages | `tool` messages with `tool_name` |
//! | `max_tokens`, `max_completion_tokens` | `max_tokens`; 4096 without it | `maxOutputTokens` | `max_tokens` | `num_predict` |
//! | `temperature`, `top_p`, `top_k` | yes | yes | yes | in `options` |
//! | `stop` | `stop_sequences` | `stopSequences` | yes | in `options` |
//! | `n` | **error** | `candidateCount` | yes | **error** |
//! | `seed` | **error** | yes | yes | in `options` |
//! | `frequency_penalty` | **error** | yes | **error** | in `options` |
//! | `presence_penalty` | **error** | yes | yes | in `options` |
//! | `response_format` `json_object` | **error** | `responseMimeType` | yes | `format` |
//! | `response_format` `json_schema` | `output_config.format` | `responseSchema`, or `responseJsonSchema` for newer keywords | yes | `format` |
//! | `reasoning_effort` | `output_config.effort` | `thinkingBudget`: none 0, low 1024, medium 8192, high 24576 | **error** (`enable_thinking`) | `think` |
//! | `user` | `metadata.user_id` | **error** | **error** | **error** |
//! | `logprobs`, `top_logprobs` | **error** | **error** | yes | **error** |
//! | `logit_bias`, `prediction`, `store`, `audio` and the like | **error** | **error** | **error** | **error** |
//! | `stream_options` | counts always come | counts always come | counts always come | counts always come |
//!
//! # Translated answers
//!
//! Reasons to end become `stop`, `length`, `tool_calls` or `content_filter`; others keep their names. What a model thinks
//! is in `reasoning_content`. What has no counterpart at OpenAI is beside the rest, in `extra`: of an answer
//! (`total_duration`), of a choice (`safetyRatings`, `stop_sequence`), of a message (`thinking_blocks` with their
//! signatures, `citations`, `images`), of the counts (`cache_creation_input_tokens`). Hand an answer's message back as it
//! is, and signatures go back with it: `thinking_blocks` to Anthropic, `extra_content` of a tool's call to Gemini.
//!
//! A stream is complete with `[DONE]` or a reason to end for every choice; for `anthropic` with `message_stop`, for
//! `gemini` and `aliyun` with a reason to end, for `ollama` with `done`. Without that it is a
//! [`Stream`](crate::ErrorKind::Stream) error.
