// Aborting a call in each state that it can be in: its promise rejects within 50 ms with the signal's reason, its place
// is free, and the metrics count a cancellation, not an error.

import { equal, failure, ok, until } from "./check.mjs";
import { event, fetchOf, readAll } from "./bench.mjs";

const MOST_MS = 50;
/** A machine that is busy with something else is slow now and then; a client that is slow is it each time. */
const TRIES = 3;

const ONE = { connectionPoolConfig: { maxConnections: 1, maxKeepaliveConnections: 1 } };

/**
 * By state: how a call gets there. Each gives the client, the call's promise, and what there is to wait for before the
 * abort; `counted` says what the metrics have of it, where it is not one cancellation.
 */
const STATES = {
  async queued(bench, signal) {
    const client = bench.client("endless", ONE);
    const holder = await bench.stream(client);
    const call = bench.stream(client, { signal });
    return { client, call, there: () => client.poolStats().waiting === 1, after: () => holder.return(), counted: [2, 0] };
  },

  async dialling(bench, signal) {
    const client = bench.client(undefined, { baseUrl: `${await raise(bench, "_black_hole", "")}/v1` });
    return { client, call: bench.stream(client, { signal }), there: () => client.poolStats().inUse === 1 };
  },

  async uploading(bench, signal) {
    const url = await raise(bench, "_scripts", JSON.stringify([["unread", "stall"]]));
    const client = bench.client(undefined, { baseUrl: `${url}/v1` });
    const messages = [{ role: "user", content: "x".repeat(16e6) }];
    return { client, call: client.chat.completions.create({ messages }, { signal }), there: async () => (await requests(url)) === 1 };
  },

  async "waiting for the head"(bench, signal) {
    const url = await raise(bench, "_scripts", JSON.stringify([["stall"]]));
    const client = bench.client(undefined, { baseUrl: `${url}/v1` });
    return { client, call: bench.stream(client, { signal }), there: async () => (await requests(url)) === 1 };
  },

  async "between attempts"(bench, signal) {
    const client = bench.client("status-503", { retryConfig: { maxRetries: 2, initialDelay: 20, jitter: false } });
    return { client, call: bench.stream(client, { signal }), there: () => client.poolStats().inUse === 0 && client.metrics().models[0]?.retries === 1 };
  },

  async "an answer that is not streamed comes"(bench, signal) {
    const url = await raise(bench, "_scripts", JSON.stringify([[{ head: {} }, { data: '{"id":' }, "stall"]]));
    const client = bench.client(undefined, { baseUrl: `${url}/v1` });
    return { client, call: bench.unary(client, { signal }), there: async () => (await requests(url)) === 1 };
  },

  async streaming(bench, signal) {
    const client = bench.client("stall-body");
    const stream = await bench.stream(client, { signal });
    return { client, call: readAll(stream), there: () => true };
  },

  async "a full buffer"(bench, signal) {
    const client = bench.client("events-100000", { connectionPoolConfig: { streamBufferSize: 8192 } });
    const stream = await bench.stream(client, { signal });
    await stream.next();
    return { client, call: () => readAll(stream), there: () => true };
  },

  async "all has come, and waits for its consumer"(bench, signal) {
    const { fetch } = fetchOf(event("a") + event("b", "stop") + "data: [DONE]\n\n");
    const client = bench.client(undefined, { fetch });
    const stream = await bench.stream(client, { signal });
    // The answer was whole: to the metrics the call was a success before it was aborted.
    return { client, call: () => readAll(stream), there: () => client.poolStats().inUse === 0, counted: [0, 1] };
  },
};

export const abortStates = Object.fromEntries(
  Object.keys(STATES).map((state) => [`aborted within ${MOST_MS} ms, and no error to the metrics: ${state}`, (bench) => best(bench, state)]),
);

async function best(bench, state) {
  const tried = [];
  while (tried.length < TRIES && !(tried.at(-1) < MOST_MS)) tried.push(await abortedAfter(bench, STATES[state]));
  ok(tried.at(-1) < MOST_MS, `it took ${tried.map((ms) => Math.round(ms)).join(", ")} ms`);
}

/** Milliseconds from the abort to the rejection. */
async function abortedAfter(bench, reach) {
  const controller = new AbortController();
  const { client, call, there, after = () => {}, counted = [1, 0] } = await reach(bench, controller.signal);
  const ended = typeof call === "function" ? undefined : failure(call, Error, "the call");
  await until(there, "the call is where it is to be aborted");
  const from = performance.now();
  controller.abort();
  const error = await (ended ?? failure(call(), Error, "the call"));
  const took = performance.now() - from;
  ok(error === controller.signal.reason, `not the signal's reason: ${error}`);
  await after();
  equal([client.poolStats().inUse, client.poolStats().waiting], [0, 0], "places in use and calls in line");
  const [{ errors, cancellations, successes }] = client.metrics().models;
  equal([errors, cancellations, successes], [{}, ...counted], "errors, cancellations and successes");
  return took;
}

async function raise({ mockUrl }, path, body) {
  return (await (await fetch(`${mockUrl}/${path}`, { method: "POST", body })).json()).url;
}

async function requests(url) {
  return (await (await fetch(`${url}/_requests`)).json()).requests.length;
}
