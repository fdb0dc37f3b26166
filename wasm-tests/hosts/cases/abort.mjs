// Cases of calls that end early: whatever ends them, the fetch is aborted and the place is free.

import { equal, failure, ok, until } from "./check.mjs";
import { event, fetchOf, readAll } from "./bench.mjs";

const ONE = { connectionPoolConfig: { maxConnections: 1, maxKeepaliveConnections: 1 } };

export const abort = {
  async "break frees the place, and the server sees it"(bench) {
    await ends(bench, async (client) => {
      let chunks = 0;
      for await (const _ of await bench.stream(client)) if (++chunks === 3) break;
    });
  },

  async "an error thrown in the loop frees the place"(bench) {
    await ends(bench, async (client) => {
      const loop = async () => {
        for await (const _ of await bench.stream(client)) throw new RangeError("of the loop");
      };
      await failure(loop(), RangeError, "the loop");
    });
  },

  async "stream.abort() rejects what waits, then the stream is over"(bench) {
    await ends(bench, async (client) => {
      const stream = await bench.stream(client);
      await stream.next();
      const waiting = drainRejecting(stream);
      stream.abort();
      equal((await waiting).name, "AbortError", "error");
      equal(await stream.next(), { done: true }, "next() afterwards");
    });
  },

  async "cancelling toReadableStream() ends the call"(bench) {
    await ends(bench, async (client) => {
      const reader = (await bench.stream(client)).toReadableStream().getReader();
      await reader.read();
      await reader.cancel();
    });
  },

  async "a signal that is aborted already: its reason, and nothing is sent"(bench) {
    const { fetch, calls } = fetchOf("");
    const reason = new Error("of the caller");
    const error = await failure(bench.stream(bench.client(undefined, { fetch }), { signal: AbortSignal.abort(reason) }), Error, "create()");
    ok(error === reason, `not the signal's reason: ${error}`);
    equal(calls.length, 0, "calls of fetch");
  },

  async "a signal while the head is awaited"(bench) {
    await ends(bench, async (client) => {
      const controller = new AbortController();
      const reason = new Error("of the caller");
      const before = (await bench.stats()).requests;
      const call = failure(bench.stream(client, { signal: controller.signal }), Error, "create()");
      await until(async () => (await bench.stats()).requests > before, "the request arrives");
      controller.abort(reason);
      ok((await call) === reason, "not the signal's reason");
    }, "stall-head");
  },

  async "a signal while the body streams"(bench) {
    await ends(bench, async (client) => {
      const controller = new AbortController();
      const stream = await bench.stream(client, { signal: controller.signal });
      await stream.next();
      controller.abort();
      const error = await failure(readAll(stream), Error, "the loop");
      ok(error === controller.signal.reason, "not the signal's reason");
    });
  },

  async "a signal while a unary body stalls"(bench) {
    await ends(bench, async (client) => {
      const controller = new AbortController();
      const before = (await bench.stats()).requests;
      const call = failure(bench.unary(client, { signal: controller.signal }), Error, "create()");
      await until(async () => (await bench.stats()).requests > before, "the request arrives");
      controller.abort();
      ok((await call) === controller.signal.reason, "not the signal's reason");
    }, "stall-body");
  },

  async "a signal while the call waits for a place"(bench) {
    const client = bench.client("endless", ONE);
    const first = await bench.stream(client);
    const controller = new AbortController();
    const second = failure(bench.stream(client, { signal: controller.signal }), Error, "the second create()");
    await until(() => client.poolStats().waiting === 1, "the second call waits");
    controller.abort();
    ok((await second) === controller.signal.reason, "not the signal's reason");
    equal([client.poolStats().inUse, client.poolStats().waiting], [1, 0], "in use and waiting");
    await first.return();
    equal(client.poolStats().inUse, 0, "in use after the first");
  },

  async "a signal after all has arrived still ends the loop"(bench) {
    const controller = new AbortController();
    const { fetch } = fetchOf(event("a") + event("b", "stop") + "data: [DONE]\n\n");
    const client = bench.client(undefined, { fetch });
    const stream = await bench.stream(client, { signal: controller.signal });
    await stream.next();
    await until(() => client.poolStats().inUse === 0, "the body is read");
    controller.abort();
    ok((await failure(stream.next(), Error, "next()")) === controller.signal.reason, "not the signal's reason");
  },

  async "the listener on the signal is removed at every end"(bench) {
    const { signal, count } = countedSignal();
    const client = bench.client();
    await bench.text(client, false, { signal });
    await bench.text(client, true, { signal });
    await (await bench.stream(client, { signal })).return();
    await failure(bench.unary(bench.client("status-500"), { signal }), bench.pkg.ProviderError, "an error status");
    await failure(bench.text(bench.client("cut"), true, { signal }), bench.pkg.NetworkError, "a cut stream");
    equal(count(), 0, "listeners left");
  },

  async "client.close() ends what is in flight, and later calls say so"(bench) {
    const client = bench.client("endless");
    const stream = await bench.stream(client);
    const waiting = drainRejecting(stream);
    client.close();
    equal((await waiting).name, "AbortError", "error of the stream");
    await closed(bench.stream(client));
    equal(client.poolStats().inUse, 0, "places in use");
    const disposed = bench.client();
    disposed[Symbol.dispose ?? Symbol.for("Symbol.dispose")]();
    await closed(bench.unary(disposed));
  },
};

/** Runs an ending on a client with one place: it must be free at once, usable again, and the server must see the end. */
async function ends(bench, ending, scenario = "endless") {
  const client = bench.client(scenario, ONE);
  const { aborted } = await bench.stats();
  await ending(client);
  equal(client.poolStats().inUse, 0, "places in use");
  await until(async () => (await bench.stats()).aborted > aborted, "the server sees the abort");
}

/** The call is refused because its client is closed. */
async function closed(call) {
  const { name, message } = await failure(call, Error, "a later call");
  equal([name, message.includes("closed")], ["AbortError", true], `a later call said ${message}`);
}

/** Reads until the stream rejects. */
async function drainRejecting(stream) {
  return failure(readAll(stream), Error, "the loop");
}

function countedSignal() {
  const { signal } = new AbortController();
  const listeners = new Set();
  const { addEventListener, removeEventListener } = signal;
  signal.addEventListener = function (type, listener, ...rest) {
    listeners.add(listener);
    addEventListener.call(this, type, listener, ...rest);
  };
  signal.removeEventListener = function (type, listener, ...rest) {
    listeners.delete(listener);
    removeEventListener.call(this, type, listener, ...rest);
  };
  return { signal, count: () => listeners.size };
}
