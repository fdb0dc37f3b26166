// Seven ways to set up the connection pool, each shown by what calls and sockets did. Start a server first:
//   llm-api-router mock --port 8080
//   MOCK_URL=http://127.0.0.1:8080 node connection_pool_optimization.mjs
//
// 1 defaults, 2 a pool of your own, 3 time limits of your own, 4 high concurrency, 5 low latency,
// 6 few resources, 7 long streams. `examples/rust/connection_pool_optimization.rs` is the same in Rust.
//
// Here the host's fetch owns the sockets: `maxConnections` limits the calls in flight, and with them the sockets.
// What became of the sockets, the server tells; what became of the calls, `client.poolStats()`.

import { Client, init } from "llm-api-router";

const server = process.env.MOCK_URL;
if (!server) throw new Error("set MOCK_URL to the address that `llm-api-router mock` prints");

await defaults();
await ownPool();
await ownTimeouts();
await highConcurrency();
await lowLatency();
await fewResources();
await longStreams();

/** Calls one after the other share a socket; nothing has to be set for that. */
async function defaults() {
  title("1 defaults");
  await resetCounts();
  const client = new Client(config());
  for (let call = 0; call < 10; call++) await ask(client);
  show("calls", (await counts()).requests);
  show("sockets opened", (await counts()).total);
  client.close();
}

/** More calls than places: the rest waits in line. */
async function ownPool() {
  title("2 a pool of your own: maxConnections 4, maxKeepaliveConnections 2");
  const client = new Client({
    ...config("slow"),
    connectionPoolConfig: { maxConnections: 4, maxKeepaliveConnections: 2, keepaliveExpiry: 120 },
  });
  const streams = await openStreams(client, 4);
  const waiting = Array.from({ length: 8 }, () => ask(client));
  await until(() => client.poolStats().waiting === 8);
  show("calls that wait while 4 streams run", client.poolStats().waiting);
  show("requests in flight, as the server sees them", (await counts()).in_flight);
  for (const stream of streams) await read(stream);
  show("calls that failed", await failures(waiting));
  showTime("longest wait", client.poolStats().longestWait);
  // What the host decides by itself, it says.
  const { maxConnections, maxKeepaliveConnections } = client.capabilities().knobs;
  show("maxConnections is", maxConnections.level);
  show("maxKeepaliveConnections is", maxKeepaliveConnections.level);
  client.close();
}

/** Each limit has an error of its own, so that you know which one to change. */
async function ownTimeouts() {
  title("3 time limits of your own: pool, connect and write 0.1 s each, read 0.3 s");
  const client = new Client({
    ...config("stall-head"),
    connectionPoolConfig: { maxConnections: 1 },
    timeoutConfig: { pool: 0.1, connect: 0.1, write: 0.1, read: 0.3 },
    retryConfig: { maxRetries: 0 }, // or the silent server would be asked again
  });
  const started = performance.now();
  const [silent, crowded] = await Promise.allSettled([ask(client), ask(client)]);
  show("silent server", silent.reason?.message ?? "no error");
  show("no free place", crowded.reason?.message ?? "no error");
  show("pool timeouts", client.poolStats().poolTimeouts);
  showTime("all of it took", (performance.now() - started) / 1000);
  client.close();
  // `timeout` alone sets pool, connect, write and read; `timeoutConfig` goes before it.
  new Client({ ...config(), timeout: 30 }).close();
}

/** Many streams at once: no call waits for another. */
async function highConcurrency() {
  title("4 high concurrency: 200 places");
  const client = new Client({ ...config("slow"), preset: "high_concurrency" });
  await resetCounts();
  const streams = await openStreams(client, 120);
  show("streams at once", client.poolStats().inUse);
  show("sockets at once, as the server saw them", (await counts()).most_open);
  await Promise.all(streams.map(read));
  showTime("longest wait", client.poolStats().longestWait);
  client.close();
}

/** The core is started and a socket is open before they are needed. */
async function lowLatency() {
  title("5 low latency: 50 places; connect 5 s, read 30 s, write 5 s, pool 5 s");
  await init();
  const client = new Client({ ...config(), preset: "low_latency" });
  await ask(client); // opens the socket
  await resetCounts();
  for (let call = 0; call < 10; call++) await ask(client);
  show("calls", (await counts()).requests);
  show("sockets opened by these calls", (await counts()).total);
  showTime("longest wait", client.poolStats().longestWait);
  client.close();
}

/** A small pool stays small, whatever is asked of it. */
async function fewResources() {
  title("6 few resources: 20 places, buffers of 32 KiB");
  const client = new Client({ ...config(), preset: "resource_constrained" });
  await resetCounts();
  const calls = Array.from({ length: 100 }, () => ask(client));
  await until(() => client.poolStats().inUse === 20);
  show("calls in flight", client.poolStats().inUse);
  show("calls that failed", await failures(calls));
  show("calls", (await counts()).requests);
  show("pool timeouts", client.poolStats().poolTimeouts);
  client.close();
}

/** A long stream may take its time and its reader too; one that falls silent is noticed soon. */
async function longStreams() {
  title("7 long streams: 50 places, buffers of 128 KiB; read 300 s, idle 0.5 s");
  const long = { preset: "long_streaming", timeoutConfig: { idle: 0.5 } };
  const client = new Client({ ...config(), ...long });
  for (let stream = 0; stream < 3; stream++) {
    const chunks = await open(client);
    await chunks.next();
    // A reader that is busy elsewhere, for longer than `idle`: its own time is not the provider's.
    await sleep(600);
    await read(chunks);
  }
  show("streams read slowly to their end", 3);
  client.close();

  const dropped = new Client({ ...config("endless"), ...long });
  await resetCounts();
  for await (const chunk of await open(dropped)) if (chunk) break;
  await until(async () => (await counts()).aborted === 1);
  show("requests that ended with a stream that was left", (await counts()).aborted);
  show("places still in use", dropped.poolStats().inUse);
  dropped.close();

  const silent = new Client({ ...config("stall-body"), ...long });
  const started = performance.now();
  const error = await read(await open(silent)).catch((error) => error);
  show("silent stream", error?.message ?? "no error");
  showTime("noticed after", (performance.now() - started) / 1000);
  silent.close();
}

function config(scenario) {
  const baseUrl = scenario ? `${server}/_scenario/${scenario}/v1` : `${server}/v1`;
  return { providerType: "openai-compatible", apiKey: "any-key", baseUrl, defaultModel: "any-model" };
}

function ask(client) {
  return client.chat.completions.create({ messages: [{ role: "user", content: "Tell me about connection pools." }] });
}

function open(client, maxTokens) {
  return client.chat.completions.create({
    messages: [{ role: "user", content: "Tell me about connection pools." }],
    max_tokens: maxTokens,
    stream: true,
  });
}

async function read(stream) {
  for await (const _ of stream);
}

/** Opens streams of about two seconds at the same time and reads none of them yet. */
function openStreams(client, count) {
  return Promise.all(Array.from({ length: count }, () => open(client, 40)));
}

async function failures(calls) {
  return (await Promise.allSettled(calls)).filter(({ status }) => status === "rejected").length;
}

/** What the server has counted. */
async function counts() {
  return (await fetch(`${server}/_stats`)).json();
}

async function resetCounts() {
  await (await fetch(`${server}/_stats/reset`, { method: "POST" })).arrayBuffer();
}

/** Waits for a figure to come to where it is going, ten seconds at most. */
async function until(condition) {
  for (let look = 0; look < 1000 && !(await condition()); look++) await sleep(10);
}

function sleep(milliseconds) {
  return new Promise((resolve) => setTimeout(resolve, milliseconds));
}

function title(words) {
  console.log(`\n${words}`);
}

function show(name, value) {
  console.log(`  ${name}: ${value}`);
}

function showTime(name, seconds) {
  show(name, `${seconds.toFixed(3)} s`);
}
