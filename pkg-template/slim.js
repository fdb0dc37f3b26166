// The whole public API. It brings no wasm of its own: an entry point does that, or you with setWasm() or init().

export { Client, Client as AsyncClient } from "./client.js";
export { ChatStream } from "./stream.js";
export {
  AuthenticationError,
  BadRequestError,
  ConfigError,
  ConnectTimeout,
  FirstTokenTimeout,
  IdleTimeout,
  LLMRouterError,
  NetworkError,
  NotFoundError,
  PermissionError,
  PoolTimeout,
  ProviderError,
  RateLimitError,
  ReadTimeout,
  RetryExhaustedError,
  StreamError,
  TimeoutError,
  TotalTimeout,
  WriteTimeout,
} from "./errors.js";
export { init, setWasm } from "./start.js";
