// The types of llm-api-router, the same for every entry point, written by hand.

/// <reference lib="esnext.disposable" />

/** How many requests are in flight at once, and how much of an answer is buffered. */
export interface ConnectionPoolConfig {
  /**
   * Requests in flight at once, over all origins. A request that would be one more waits for its turn.
   * @default 100
   */
  maxConnections?: number;
  /**
   * Idle sockets kept for reuse; at most `maxConnections`. Where the sockets are the host's, this is its business:
   * see {@link Client.capabilities}.
   * @default 20, or `maxConnections` where that is less
   */
  maxKeepaliveConnections?: number;
  /**
   * Seconds after which an idle socket is closed. Where the sockets are the host's, this is its business.
   * @default 300
   */
  keepaliveExpiry?: number;
  /**
   * Bytes that one answer may have received and not yet handed out. When they are full, nothing more is read from
   * the network until you take some. Hosts keep buffers of their own below that; Firefox's has no bound: it takes an
   * answer in as fast as it comes.
   * @default 65536
   */
  streamBufferSize?: number;
}

/** The time limits, each in seconds with fractions; `null` switches one off. */
export interface TimeoutConfig {
  /**
   * Opening a connection: DNS, TCP and TLS. Node (from 20.16 on) tells when that is done; other hosts' fetch does not:
   * there the limit until the response head is `connect + write + read`, and the error's `mergedPhases` says so.
   * @default 10
   */
  connect?: number | null;
  /**
   * Since the last byte received. Stops while you do not read.
   * @default 60
   */
  read?: number | null;
  /**
   * Since the last progress in sending the request.
   * @default 10
   */
  write?: number | null;
  /**
   * Waiting for one of the `maxConnections` places; 0: only if one is free now.
   * @default 10
   */
  pool?: number | null;
  /**
   * The whole call, waiting included.
   * @default null
   */
  total?: number | null;
  /**
   * From the end of the upload to the first content of a stream.
   * @default null
   */
  firstToken?: number | null;
  /**
   * Between pieces of content of a stream. Comments and pings do not reset it.
   * @default null
   */
  idle?: number | null;
}

/**
 * How often a failed call is tried again, and how long is waited in between. Tried again is what may succeed the next
 * time and has handed nothing to you yet: broken connections and timeouts before the first content, 408, 409, 429 and
 * 5xx. A wait that the server asks for (`retry-after-ms`, `Retry-After`) goes before the one computed here, and no wait
 * passes `timeoutConfig.total`.
 */
export interface RetryConfig {
  /**
   * Attempts after the first one; 0 switches retries off.
   * @default 3
   */
  maxRetries?: number;
  /**
   * Seconds before the first retry.
   * @default 1
   */
  initialDelay?: number;
  /**
   * The longest computed wait, in seconds. A server may ask for more, up to this or 60 s, whichever is longer; if it
   * asks for more than that, its error is not retried.
   * @default 60
   */
  maxDelay?: number;
  /**
   * By what the wait grows from one retry to the next.
   * @default 2
   */
  exponentialBase?: number;
  /**
   * Waits a random part of the computed time, so that clients that failed together do not come back together.
   * @default true
   */
  jitter?: boolean;
}

/** Names of settings for common situations; what is written beside a preset wins. */
export type Preset = "high_concurrency" | "low_latency" | "resource_constrained" | "long_streaming";

/** camelCase to snake_case, as in one configuration file for every host. */
type Snake<Name> = Name extends `${infer First}${infer Rest}`
  ? First extends Uppercase<First>
    ? First extends Lowercase<First>
      ? `${First}${Snake<Rest>}`
      : `_${Lowercase<First>}${Snake<Rest>}`
    : `${First}${Snake<Rest>}`
  : Name;

/** The same settings with snake_case names. */
type Snaked<Settings> = { [Name in keyof Settings as Snake<Name>]: Settings[Name] };

/**
 * What a client talks to, and how. Every key is accepted in snake_case too (`provider_type`, `api_key`,
 * `connection_pool_config` …), so that one JSON file serves every host and language.
 *
 * @example
 * new Client({
 *   providerType: "openai",
 *   apiKey: process.env.OPENAI_API_KEY,
 *   connectionPoolConfig: { maxConnections: 50 },
 *   timeoutConfig: { connect: 5, read: 30, total: 120 },
 * });
 */
export interface ProviderConfig {
  /**
   * The provider. Another one is another configuration and nothing else: requests and answers keep OpenAI's shape.
   * `openai-compatible` is for vLLM, llama.cpp, LiteLLM, Groq, Mistral and other servers of that shape.
   */
  providerType:
    | "openai"
    | "anthropic"
    | "gemini"
    | "deepseek"
    | "openrouter"
    | "xai"
    | "zhipu"
    | "aliyun"
    | "ollama"
    | "openai-compatible"
    | (string & {});
  /**
   * Sent as the provider wants it, always in a header, and never shown in errors. `ollama` and `openai-compatible` work
   * without one; that of `zhipu` has the form `id.secret`.
   * @default null
   */
  apiKey?: string | null;
  /**
   * The model of requests that name none.
   * @default null; with `deepseek` `"deepseek-chat"`
   */
  defaultModel?: string | null;
  /**
   * The address before the provider's own paths, such as `http://localhost:8000/v1` before `/chat/completions`.
   * `openai-compatible` needs one.
   * @default the provider's own
   */
  baseUrl?: string | null;
  /**
   * Headers that every request gets.
   * @default {}
   */
  extraHeaders?: Record<string, string>;
  /**
   * Seconds for `pool`, `connect`, `write` and `read` at once; `timeoutConfig` goes before it.
   * @default each of them has its own
   */
  timeout?: number | null;
  /**
   * The time limits, one by one.
   * @default each limit has its own
   */
  timeoutConfig?: TimeoutConfig | Snaked<TimeoutConfig> | null;
  /**
   * Places and buffer.
   * @default each setting has its own
   */
  connectionPoolConfig?: ConnectionPoolConfig | Snaked<ConnectionPoolConfig> | null;
  /**
   * Retries.
   * @default each setting has its own
   */
  retryConfig?: RetryConfig | Snaked<RetryConfig> | null;
  /**
   * The largest single event of a streamed answer, in bytes: a larger one ends the stream with a {@link StreamError}, so
   * that no server can fill the memory.
   * @default 16777216
   */
  maxEventSize?: number;
  /**
   * Settings for a common situation, which `timeoutConfig` and `connectionPoolConfig` refine.
   * @default null
   */
  preset?: Preset | null;
  /**
   * Used in place of the host's `fetch`: in tests, or for a Worker's service binding.
   * @default the host's `fetch`
   * @example
   * new Client({ …config, fetch: (url, init) => env.MODELS.fetch(url, init) });
   */
  fetch?: (url: string, init: RequestInit) => Promise<Response>;
  /**
   * So many of this client's requests may wait for their response heads at once; others wait their turn, which counts
   * as `timeoutConfig.pool`. A Worker may have 6 such requests per invocation, so give 6 to a client that is made in a
   * handler and asks much at once. A client that many invocations share does better without.
   * @default no such limit
   */
  maxAwaitedHeads?: number;
  /**
   * Lets a page, or a Worker of a page, send to a provider's own host. Whoever opens the page can read the key then.
   * @default false: construction fails with the remedy
   */
  dangerouslyAllowBrowser?: boolean;
}

/** The configuration as it may stand in a JSON file that other languages read too. */
export type SnakeProviderConfig = Snaked<ProviderConfig>;

/** What one call does differently from its client. */
export interface CallOptions {
  /**
   * Ends the call at any point: while it waits, before the head, in the middle of a stream. It then rejects with the
   * signal's `reason`.
   */
  signal?: AbortSignal | null;
  /** Time limits that go before the client's, one by one. */
  timeoutConfig?: TimeoutConfig | Snaked<TimeoutConfig> | null;
  /**
   * How often this call is tried again if it fails; 0 switches retries off.
   * @default the client's `retryConfig.maxRetries`
   */
  maxRetries?: number;
  /** Values that go before the client's `retryConfig`, one by one. */
  retryConfig?: RetryConfig | Snaked<RetryConfig> | null;
  /** Headers beside the client's `extraHeaders`; the same name here goes before it there. */
  headers?: Record<string, string> | Headers | Iterable<readonly [string, string]>;
}

/** One message of a conversation. */
export interface ChatMessage {
  role: "system" | "developer" | "user" | "assistant" | "tool" | (string & {});
  content?: string | ContentPart[] | null;
  name?: string;
  /** Of an assistant's message: the tools that it called. */
  tool_calls?: ToolCall[];
  /** Of a tool's message: the call that it answers. */
  tool_call_id?: string;
  /** Whatever else the provider understands is passed on as it is. */
  [field: string]: unknown;
}

/** A part of a message: `{ type: "text", text }`, `{ type: "image_url", image_url: { url } }` … */
export interface ContentPart {
  type: string;
  [field: string]: unknown;
}

/** A call of a tool. */
export interface ToolCall {
  id: string;
  type: "function" | (string & {});
  function: { name: string; arguments: string };
  [field: string]: unknown;
}

/** A chat request in OpenAI's shape. What is not listed here is passed on to the provider as it is. */
export interface ChatCompletionParams {
  messages: ChatMessage[];
  /** @default the client's `defaultModel` */
  model?: string;
  /** Answer in chunks, as they come. */
  stream?: boolean | null;
  /**
   * Whether a stream's last chunks count tokens.
   * @default `include_usage: true` for `openai`, `openrouter`, `deepseek` and `xai`; the others count anyway, but for
   * servers that are `openai-compatible`, of which not all know this field
   */
  stream_options?: { include_usage?: boolean; [field: string]: unknown } | null;
  /** How many answers to give. */
  n?: number | null;
  temperature?: number | null;
  top_p?: number | null;
  max_tokens?: number | null;
  max_completion_tokens?: number | null;
  stop?: string | string[] | null;
  seed?: number | null;
  tools?: { type: string; [field: string]: unknown }[];
  tool_choice?: string | { type: string; [field: string]: unknown };
  response_format?: { type: string; [field: string]: unknown };
  [field: string]: unknown;
}

/** How many tokens a call took. */
export interface Usage {
  prompt_tokens: number;
  completion_tokens: number;
  total_tokens: number;
  [field: string]: unknown;
}

/** A whole answer. */
export interface ChatCompletion {
  id: string;
  object: "chat.completion";
  created: number;
  model: string;
  choices: {
    index: number;
    message: { role: "assistant"; content: string | null; tool_calls?: ToolCall[]; [field: string]: unknown };
    finish_reason: "stop" | "length" | "tool_calls" | "content_filter" | (string & {}) | null;
    [field: string]: unknown;
  }[];
  usage?: Usage;
  [field: string]: unknown;
}

/** One piece of a streamed answer. */
export interface ChatCompletionChunk {
  id: string;
  object: "chat.completion.chunk";
  created: number;
  model: string;
  /** Empty in the chunk that carries the usage. */
  choices: {
    index: number;
    delta: {
      role?: "assistant" | (string & {});
      content?: string | null;
      tool_calls?: { index: number; id?: string; type?: string; function?: { name?: string; arguments?: string } }[];
      [field: string]: unknown;
    };
    finish_reason: "stop" | "length" | "tool_calls" | "content_filter" | (string & {}) | null;
    [field: string]: unknown;
  }[];
  usage?: Usage | null;
  [field: string]: unknown;
}

/** A request for embeddings. What is not listed here is passed on to the provider as it is. */
export interface EmbeddingParams {
  /** One text or several. */
  input: string | string[];
  /** @default the client's `defaultModel` */
  model?: string;
  /** How long the vectors are to be, for models that let one choose. */
  dimensions?: number;
  /**
   * How they travel: `base64` takes a third of the bytes. They are numbers again when you get them.
   * @default the provider's
   */
  encoding_format?: "float" | "base64" | (string & {});
  [field: string]: unknown;
}

/** Vectors that stand for the meaning of texts, in the order of the texts. */
export interface EmbeddingResponse {
  data: { index: number; embedding: number[]; [field: string]: unknown }[];
  model: string;
  usage?: { prompt_tokens: number; total_tokens: number; [field: string]: unknown };
  [field: string]: unknown;
}

/** The models that a provider has. */
export interface ModelList {
  data: { id: string; created?: number; owned_by?: string; [field: string]: unknown }[];
  [field: string]: unknown;
}

/** What the client's places are doing. */
export interface PoolStats {
  /** The configured limit. */
  maxConnections: number;
  /** Calls that hold a place. */
  inUse: number;
  /** Calls that wait for one. */
  waiting: number;
  /** The most calls so far that held a place or waited for one at the same time. */
  peak: number;
  /** Calls so far that had to wait. */
  waited: number;
  /** Seconds that a call waited at most so far. */
  longestWait: number;
  /** Calls that gave up waiting. */
  poolTimeouts: number;
  /**
   * The retries that all calls of the client share, so that an outage is not multiplied: 50, and a fifth of one more for
   * every call.
   */
  retryBudget: {
    /** Retries that could be made now. */
    available: number;
    /** Retries that were made so far. */
    retries: number;
    /** Retries that were not made because the budget was used up. */
    refused: number;
  };
}

/** Times that were counted, in seconds; percentiles are off by 3 % at most, and 0 while there is nothing to count. */
export interface TimeStats {
  /** How many. */
  count: number;
  /** All of them together. */
  sum: number;
  /** The median. */
  p50: number;
  /** 95 of 100 were no longer. */
  p95: number;
  /** 99 of 100 were no longer. */
  p99: number;
}

/** What the calls to one model came to. A call that has ended is a success, an error or a cancellation. */
export interface ModelMetrics {
  /** The `providerType`. */
  provider: string;
  /** The model that was asked for; empty for lists of models. */
  model: string;
  /** Calls that were begun, those under way included. */
  requests: number;
  /** Calls whose answer arrived whole. */
  successes: number;
  /**
   * Calls that failed, by the error's `kind`, after several attempts by that of the last; timeouts by their limit:
   * `pool_timeout`, `connect_timeout`, `write_timeout`, `read_timeout`, `total_timeout`, `first_token_timeout`,
   * `idle_timeout`.
   */
  errors: Record<string, number>;
  /** Calls that were aborted, or whose stream was left before its end. These are no failures. */
  cancellations: number;
  /** Further attempts of calls. */
  retries: number;
  /** Tokens of requests, where the provider told. */
  promptTokens: number;
  /** Tokens of answers, where the provider told. */
  completionTokens: number;
  /** From the start of a call to the last of its answer, of calls that succeeded. */
  latency: TimeStats;
  /** From the start of a streamed call to its first content. */
  firstToken: TimeStats;
  /** Between one read of a stream that brought content and the next. */
  betweenTokens: TimeStats;
  /** How long calls waited for a place. */
  poolWait: TimeStats;
  /** Nothing is counted here: no host shows how long opening a connection takes. */
  connect: TimeStats;
}

/** What the client's calls came to so far. */
export interface Metrics {
  /**
   * One entry for each of the first 32 models that were asked. Further ones, and those whose name is longer than 128
   * bytes, are counted together as `other`.
   */
  models: ModelMetrics[];
  pool: PoolStats;
}

/** Something that the client's numbers say about its configuration. */
export interface Finding {
  /**
   * Which rule found it:
   * - `pool_exhausted`: a call gave up waiting for a place; or 1 % of them used 80 % of the limit; or 10 % waited, and
   *   some 1 s or more.
   * - `read_timeout_tight`, `total_timeout_tight`, `first_token_timeout_tight`, `idle_timeout_tight`: 1 % of the calls
   *   used 80 % of the limit or more.
   * - `slow_consumer`: in 3 streams or more, and 10 % of them, the buffer was full for half of the time, and 100 ms at
   *   least.
   * - `buffer_full`: the buffer was full in 3 streams or more, and half of them.
   *
   * Hosts show nothing of their sockets, so nothing is found about these.
   */
  id: string;
  /** `critical`: calls fail because of it. */
  severity: "warning" | "critical";
  /** What was found and what to do, in words. */
  message: string;
  /** The numbers it was found in; times are in seconds. */
  evidence: Record<string, number>;
  /** The setting to change, such as `connection_pool_config.max_connections`. */
  setting: string;
  /** Its value; a time is in seconds. */
  current: number;
  /** The value to try. */
  suggested: number;
}

/** What becomes of a setting on this host. */
export interface Capability {
  /** Kept as it says; kept in sum with others; or left to the host. */
  level: "enforced" | "merged" | "delegated";
  /** One sentence why. */
  why: string;
}

/** What becomes of the settings on this host. */
export interface Capabilities {
  /** Such as `node`, `deno`, `bun`, `workerd`, `browser`. */
  host: string;
  knobs: Record<keyof ConnectionPoolConfig | keyof TimeoutConfig, Capability>;
}

/**
 * A client for one provider. Make one and share it: the places in its pool are what its limits count.
 *
 * Making one is all that is needed: the core starts by itself. With `llm-api-router/url` and `llm-api-router/slim`,
 * whose wasm comes later, `await init()` first, or an invalid configuration shows at the first call instead of here.
 *
 * @example
 * import { Client } from "llm-api-router";
 *
 * const client = new Client({ providerType: "openai", apiKey: process.env.OPENAI_API_KEY, defaultModel: "gpt-5-mini" });
 * const stream = await client.chat.completions.create({
 *   messages: [{ role: "user", content: "Hello!" }],
 *   stream: true,
 * });
 * for await (const chunk of stream) {
 *   process.stdout.write(chunk.choices[0]?.delta.content ?? "");
 * }
 */
export declare class Client {
  /** @throws {ConfigError} names the field, what is wrong with it, and what would be right */
  constructor(config: ProviderConfig | SnakeProviderConfig);

  readonly chat: {
    readonly completions: {
      /**
       * Answers in chunks: iterate over what it resolves with. It does so when the first content has come, because up to
       * there a failed attempt is repeated; with `maxRetries` 0, when the response head has.
       */
      create(body: ChatCompletionParams & { stream: true }, options?: CallOptions): Promise<ChatStream>;
      /** Answers at once. */
      create(body: ChatCompletionParams & { stream?: false | null }, options?: CallOptions): Promise<ChatCompletion>;
      /** @throws {LLMRouterError} one of its classes; or the signal's `reason` */
      create(body: ChatCompletionParams, options?: CallOptions): Promise<ChatCompletion | ChatStream>;
    };
  };

  readonly embeddings: {
    /**
     * Makes vectors of texts. `anthropic`, `deepseek` and `xai` have none.
     *
     * @throws {LLMRouterError} one of its classes; or the signal's `reason`
     * @example
     * const { data } = await client.embeddings.create({ model: "text-embedding-3-small", input: ["a text", "another"] });
     */
    create(body: EmbeddingParams, options?: CallOptions): Promise<EmbeddingResponse>;
  };

  readonly models: {
    /**
     * Lists the models that the key may use. Where a provider gives its list in pages, each is a call with these options;
     * after a hundred of them it is an error.
     *
     * @throws {LLMRouterError} one of its classes; or the signal's `reason`
     * @example
     * for (const { id } of (await client.models.list()).data) console.log(id);
     */
    list(options?: CallOptions): Promise<ModelList>;
  };

  /** What the places of this client's pool are doing now. */
  poolStats(): PoolStats;
  /** What the calls came to so far, by model: counts, errors by kind, tokens, times with percentiles. Always on. */
  metrics(): Metrics;
  /**
   * The metrics as text for Prometheus.
   *
   * @example
   * return new Response(client.metricsPrometheus(), { headers: { "content-type": "text/plain; version=0.0.4" } });
   */
  metricsPrometheus(): string;
  /**
   * What these numbers say about the configuration; empty while all is well.
   *
   * @example
   * for (const { message, setting, suggested } of client.diagnose()) console.warn(message, setting, suggested);
   */
  diagnose(): Finding[];
  /** Which settings this host lets the client keep. */
  capabilities(): Capabilities;
  /** Ends what is in flight; later calls are refused. */
  close(): void;
  /** `using client = new Client(…)` closes it. */
  [Symbol.dispose](): void;
}

/** The same class, for code that was written against the Python names. */
export { Client as AsyncClient };

/**
 * A streamed answer. Leaving its loop early, with `break`, `return` or an error, ends the request and frees its place.
 *
 * A stream that the provider does not finish throws instead of ending: a {@link StreamError} when it stops half-way,
 * a {@link NetworkError} when the connection breaks, a {@link TimeoutError} when it stalls.
 */
export declare class ChatStream implements AsyncIterableIterator<ChatCompletionChunk, undefined> {
  private constructor();
  [Symbol.asyncIterator](): this;
  next(): Promise<IteratorResult<ChatCompletionChunk, undefined>>;
  return(value?: unknown): Promise<IteratorReturnResult<undefined>>;
  /** Ends the request; a loop over the stream throws an `AbortError`. */
  abort(): void;
  /**
   * The rest of the answer as OpenAI's server-sent events, to answer a browser with. It reads no faster than it is read,
   * and cancelling it ends the request. An error is written as an event of its own before the stream fails.
   *
   * @example
   * return new Response(stream.toReadableStream(), { headers: { "content-type": "text/event-stream" } });
   */
  toReadableStream(): ReadableStream<Uint8Array>;
  /**
   * Reads to the end and puts the whole answer together, with the chunks that were taken before: text, tool calls, usage.
   * Throws a `ConfigError` when more than 16 Mi characters of text were taken before, which are not kept.
   */
  finalCompletion(): Promise<ChatCompletion>;
  /** The text of the first choice of {@link finalCompletion}. */
  text(): Promise<string>;
  /** `await using stream = …` ends the request where it is not read to its end. */
  [Symbol.asyncDispose](): Promise<void>;
}

/** What every error here is. It has no key and no request in it, and `JSON.stringify(error)` is fit for logs. */
export declare class LLMRouterError extends Error {
  protected constructor();
  readonly kind:
    | "config"
    | "bad_request"
    | "authentication"
    | "permission"
    | "not_found"
    | "rate_limit"
    | "provider"
    | "timeout"
    | "network"
    | "stream"
    | "retry_exhausted"
    | (string & {});
  /** The `providerType` that was called. */
  readonly provider?: string;
  /** The HTTP status of the answer. */
  readonly status?: number;
  /** The provider's or the system's code, such as `insufficient_quota`. */
  readonly code?: string;
  /** The provider's id of the request, to quote when you ask its support. */
  readonly requestId?: string;
  /** In which part of the call it happened. */
  readonly phase?: "pool" | "connect" | "write" | "read" | "retry";
  /** The phases that this host does not tell apart, when `phase` is one of them. */
  readonly mergedPhases?: readonly ("pool" | "connect" | "write" | "read")[];
  /** Seconds of the limit that ran out. */
  readonly limit?: number;
  /** How often it was tried. */
  readonly attempts?: number;
  /** Seconds from the start of the call. */
  readonly elapsed?: number;
  readonly bytesSent?: number;
  readonly bytesReceived?: number;
  /** Seconds that the provider asks to wait before the next attempt. */
  readonly retryAfter?: number;
  /** What the server may have seen of the request: whether sending it again is safe. */
  readonly replay?: "never_sent" | "maybe_processed" | "processed";
  /** The host's own error, where it was one; of a {@link RetryExhaustedError}, the error of the last attempt. */
  readonly cause?: unknown;
  /** What of a streamed answer had arrived before it failed: up to 16 Mi characters of text, tool calls, usage. Not in `toJSON()`. */
  readonly partial?: ChatCompletion;
  toJSON(): Record<string, unknown>;
}

/*
 * "Retried" below means that the client itself tries again, as `retryConfig` says, as long as nothing of an answer was
 * handed out. `x-should-retry` of the provider goes before it. An abort is the signal's reason, or an `AbortError` of
 * the host's, and never retried.
 */

/** The configuration or the request cannot work; nothing was sent. Not retried: change the field that it names. */
export declare class ConfigError extends LLMRouterError {}
/** 400 and other 4xx: the provider refuses the request as it stands. Retried: 408 and 409. Change the request. */
export declare class BadRequestError extends LLMRouterError {}
/** 401: the key is missing, wrong or expired. Not retried: check `apiKey`. */
export declare class AuthenticationError extends LLMRouterError {}
/** 403: the key may not do this. Not retried: ask for access, or take another model. */
export declare class PermissionError extends LLMRouterError {}
/** 404: no such model or path. Not retried: check `model` and `baseUrl`. */
export declare class NotFoundError extends LLMRouterError {}
/** 429: too many requests, or no quota left. Retried. Send less at once, wait `retryAfter`, or raise your quota. */
export declare class RateLimitError extends LLMRouterError {}
/**
 * 5xx, or an error that the provider reported inside an answer with a code that means none of the others. Retried. Try
 * later, or another provider.
 */
export declare class ProviderError extends LLMRouterError {}
/** The connection could not be made, or broke. Retried before the first content. Check `baseUrl` and the network. */
export declare class NetworkError extends LLMRouterError {}
/**
 * The answer is malformed, too large, or a stream that ended without its last event. Retried only if it was cut off
 * before any content. `partial` has what came; report it to the provider.
 */
export declare class StreamError extends LLMRouterError {}
/**
 * The call was tried again as often as it may be, and failed each time. `cause` is the error of the last attempt, of its
 * own class; `status`, `code` and the other fields are that error's, too. Do as for that one.
 */
export declare class RetryExhaustedError extends LLMRouterError {
  readonly cause: LLMRouterError;
}
/** A time limit ran out; the class tells which, `limit` how long it was. */
export declare class TimeoutError extends LLMRouterError {}
/** No place in the pool became free within `pool`. Not retried: raise `maxConnections`, or `pool`. */
export declare class PoolTimeout extends TimeoutError {}
/** No connection within `connect`. Retried. Raise it, or look at the network. */
export declare class ConnectTimeout extends TimeoutError {}
/** No progress in sending within `write`. Retried. Raise it, or look at the network. */
export declare class WriteTimeout extends TimeoutError {}
/** Nothing received within `read`. Retried before the first content; later, `partial` has what came. Raise it. */
export declare class ReadTimeout extends TimeoutError {}
/** Not done within `total`, retries and waits included. Not retried: raise it. */
export declare class TotalTimeout extends TimeoutError {}
/** No content within `firstToken`. Retried. Raise it, or take a faster model. */
export declare class FirstTokenTimeout extends TimeoutError {}
/** No further content within `idle`. Not retried: `partial` has what came; ask again if you can use it. */
export declare class IdleTimeout extends TimeoutError {}

/** Where the wasm may come from. A function is called when the core starts, not before. */
export type WasmSource =
  | WebAssembly.Module
  | ArrayBuffer
  | ArrayBufferView
  | (() => WebAssembly.Module | ArrayBuffer | ArrayBufferView)
  | URL
  | string
  | Response
  | Promise<Response>;

/**
 * Names the wasm to use in place of the entry point's. Has no effect once the core has started.
 *
 * @example
 * import { Client, setWasm } from "llm-api-router/slim";
 * import wasm from "llm-api-router/core.wasm"; // where your bundler gives a WebAssembly.Module for that
 *
 * setWasm(wasm);
 */
export declare function setWasm(source: WasmSource): void;

/**
 * Starts the core ahead of the first call; resolves when it runs, and costs nothing when it runs already. Only
 * `llm-api-router/url` and `llm-api-router/slim` gain from it: afterwards the constructor checks its configuration
 * and `poolStats()`, `metrics()` and `capabilities()` work before the first call.
 */
export declare function init(source?: WasmSource): Promise<void>;
