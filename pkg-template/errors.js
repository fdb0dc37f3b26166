// The error classes, and how the core's plain description of a failure becomes one of them.

/** Own properties that an error has when the core knows them. All of them are safe to log. */
const FIELDS = [
  "kind",
  "provider",
  "status",
  "code",
  "requestId",
  "phase",
  "mergedPhases",
  "limit",
  "attempts",
  "elapsed",
  "bytesSent",
  "bytesReceived",
  "retryAfter",
  "replay",
];

/** Marks the errors of every copy of this package. */
const OURS = Symbol.for("llm-api-router.error");

export class LLMRouterError extends Error {
  /**
   * True for the errors of every copy of this package, too: entry points and versions have classes of their own, which
   * a program may have side by side without knowing.
   */
  static [Symbol.hasInstance](value) {
    if (Function.prototype[Symbol.hasInstance].call(this, value)) return true;
    if (!value?.[OURS] || !Object.hasOwn(this.prototype, "name")) return false;
    for (let type = value; type; type = Object.getPrototypeOf(type)) {
      if (Object.hasOwn(type, "name") && type.name === this.prototype.name) return true;
    }
    return false;
  }

  #used;

  constructor(raw) {
    super(raw.message, raw.cause === undefined ? undefined : { cause: raw.cause });
    for (const field of FIELDS) {
      if (raw[field] !== undefined && raw[field] !== null) this[field] = raw[field];
    }
    this.#used = raw.used;
  }

  get name() {
    return "LLMRouterError";
  }

  /** Notes what had arrived of a stream. It is the provider's text, so logs do not show it. */
  carry(partial) {
    if (this.#used) partial.usage ??= JSON.parse(this.#used); // the chunks would have told it at the end
    if (partial.choices.length > 0) Object.defineProperty(this, "partial", { value: partial, configurable: true });
  }

  get [OURS]() {
    return true;
  }

  /** For logs: no key and no request is in it, and the host's own error only as its text. */
  toJSON() {
    const json = { name: this.name, message: this.message };
    for (const field of FIELDS) if (this[field] !== undefined) json[field] = this[field];
    if (this.cause !== undefined) json.cause = String(this.cause?.message ?? this.cause);
    return json;
  }
}

export class BadRequestError extends LLMRouterError {
  get name() {
    return "BadRequestError";
  }
}

export class AuthenticationError extends LLMRouterError {
  get name() {
    return "AuthenticationError";
  }
}

export class PermissionError extends LLMRouterError {
  get name() {
    return "PermissionError";
  }
}

export class NotFoundError extends LLMRouterError {
  get name() {
    return "NotFoundError";
  }
}

export class RateLimitError extends LLMRouterError {
  get name() {
    return "RateLimitError";
  }
}

export class ProviderError extends LLMRouterError {
  get name() {
    return "ProviderError";
  }
}

export class NetworkError extends LLMRouterError {
  get name() {
    return "NetworkError";
  }
}

export class StreamError extends LLMRouterError {
  get name() {
    return "StreamError";
  }
}

export class ConfigError extends LLMRouterError {
  get name() {
    return "ConfigError";
  }
}

export class RetryExhaustedError extends LLMRouterError {
  get name() {
    return "RetryExhaustedError";
  }
}

export class TimeoutError extends LLMRouterError {
  get name() {
    return "TimeoutError";
  }
}

export class PoolTimeout extends TimeoutError {
  get name() {
    return "PoolTimeout";
  }
}

export class ConnectTimeout extends TimeoutError {
  get name() {
    return "ConnectTimeout";
  }
}

export class WriteTimeout extends TimeoutError {
  get name() {
    return "WriteTimeout";
  }
}

export class ReadTimeout extends TimeoutError {
  get name() {
    return "ReadTimeout";
  }
}

export class TotalTimeout extends TimeoutError {
  get name() {
    return "TotalTimeout";
  }
}

export class FirstTokenTimeout extends TimeoutError {
  get name() {
    return "FirstTokenTimeout";
  }
}

export class IdleTimeout extends TimeoutError {
  get name() {
    return "IdleTimeout";
  }
}

const CLASSES = {
  BadRequestError,
  AuthenticationError,
  PermissionError,
  NotFoundError,
  RateLimitError,
  ProviderError,
  NetworkError,
  StreamError,
  ConfigError,
  RetryExhaustedError,
  PoolTimeout,
  ConnectTimeout,
  WriteTimeout,
  ReadTimeout,
  TotalTimeout,
  FirstTokenTimeout,
  IdleTimeout,
};

/** The error for what the core threw. */
export function toError(raw) {
  if (raw instanceof LLMRouterError) return raw;
  if (raw?.kind === "aborted") return abortError(raw.message);
  const Class = CLASSES[raw?.name];
  if (Class === RetryExhaustedError) return new Class({ ...raw, cause: toError(raw.cause) });
  if (Class && raw.kind) return new Class(raw);
  // Not a description but a trap of the wasm or of its glue: nothing that a caller could have caused.
  if (raw instanceof WebAssembly.RuntimeError) tellDefect(raw);
  return internalError(raw);
}

let tellDefect = () => {};

/** Names who is told of traps. */
export function onDefect(listener) {
  tellDefect = listener;
}

export function internalError(cause) {
  return new LLMRouterError({
    kind: "internal",
    message: `a defect in llm-api-router, please report it: ${cause?.message ?? cause}`,
    cause,
  });
}

/** What the hosts' own functions reject with when they are aborted without a reason. */
export function abortError(message = "the call was aborted") {
  return new DOMException(message, "AbortError");
}
