//! The same client as an npm package: browsers, Cloudflare Workers, Deno, Node, Bun.
//!
//! There the host's `fetch` owns the sockets. What this means, `client.capabilities()` tells for each setting:
//! `enforced` (kept as it says), `merged` (with others, in sum) or `delegated` (left to the host).
//!
//! | setting | in Rust | in JavaScript |
//! |---|---|---|
//! | `max_connections` | sockets | calls in flight, in the same fair line |
//! | `max_keepalive_connections`, `keepalive_expiry` | enforced | delegated to the host |
//! | `stream_buffer_size` | up to 400 KiB more | Deno, Workers: enforced; Node, Bun: up to 1 MB more; Chromium: about 60 MB more; Firefox: without bound |
//! | `pool`, `total`, `first_token`, `idle` | enforced | enforced |
//! | `connect`, `write`, `read` before the head | enforced, apart | where the host does not tell them apart: merged, their sum |
//!
//! # Cloudflare Workers
//!
//! - Make the client inside of the handler: what a Worker opens belongs to the request that it answers.
//! - `stream.toReadableStream()` passes an answer on as it comes; it reads no faster than the browser does.
//! - A stream that outlives the handler needs `ctx.waitUntil`.
//! - A client that invocations share notices after some two seconds that an invocation has ended and left a stream
//!   behind, while other calls are under way; its place is free then.
//! - An invocation waits for six response heads at a time; a seventh call waits at the host, on the clock of `connect` +
//!   `write` + `read`, until one of the six comes. With `maxAwaitedHeads: 6` it waits in the client's own line instead,
//!   on the clock of `pool`: for clients that are made in the handler. A client does not know how many invocations
//!   share it, so this is off by default.
//! - Keys are secrets: `wrangler secret put OPENAI_API_KEY`.
//!
//! # Browsers
//!
//! Whoever opens a page can read its key: call a server of your own that holds it. Over HTTP/1.1 a browser opens six
//! sockets per host; calls beyond that wait where `pool` does not see them, so set `maxConnections` to 6.
//!
//! # Size
//!
//! The default entry holds the core as text and needs no configuration anywhere. `llm-api-router/url` fetches it as a
//! file (smaller, cacheable), `llm-api-router/slim` takes it from you; both want `await init()`.
