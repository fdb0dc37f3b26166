// Cases of the loop that tries again, where it is JavaScript's: what it leaves behind of the attempts before.

import { equal, failure, ok, sleep, until } from "./check.mjs";
import { event, fetchOf } from "./bench.mjs";

const QUICK = { retryConfig: { initialDelay: 0.02 } };
const SSE = { "content-type": "text/event-stream" };
const ROLE = `data: ${JSON.stringify({ id: "of an attempt before", choices: [{ index: 0, delta: { role: "assistant", content: "" } }] })}\n\n`;
const WHOLE = event("a") + event("b", "stop") + "data: [DONE]\n\n";

export const retries = {
  async "a stream is sent again until its first content, and shows nothing of the attempts before"(bench) {
    const broken = new Error("of the network");
    for (const type of [undefined, "bytes"]) {
      const { fetch, calls } = answering([
        () => streaming(type, [ROLE], broken),
        () => streaming(type, [ROLE, ": ping\n\n"]),
        () => streaming(type, [WHOLE]),
      ]);
      const client = bench.client(undefined, { ...QUICK, fetch });
      const chunks = [];
      for await (const chunk of await bench.stream(client)) chunks.push(chunk);
      equal([chunks.map(({ id }) => id), calls.length], [["c", "c"], 3], `chunks and calls (${type ?? "default"} stream)`);
      equal([client.poolStats().inUse, client.poolStats().retryBudget.retries], [0, 2], "places in use, and retries");
    }
  },

  async "what an attempt before had read, and not used, does not get into the next one"(bench) {
    const overloaded = `data: ${JSON.stringify({ error: { message: "busy", type: "server_error", code: "server_error" } })}\n\n`;
    const { fetch, calls } = answering([
      () => streaming(undefined, [`${overloaded}: ${".".repeat(100_000)}\n\n${event("of an attempt before")}`]),
      () => streaming(undefined, [WHOLE]),
    ]);
    const client = bench.client(undefined, { ...QUICK, fetch });
    equal([await (await bench.stream(client)).text(), calls.length], ["ab", 2], "text and calls");
  },

  async "a body that stalls before its content is left: its fetch is aborted and its body cancelled"(bench) {
    for (const type of [undefined, "bytes"]) {
      let cancelled = 0;
      const { fetch, calls } = answering([
        () => streaming(type, [ROLE], "stalls", () => cancelled++),
        () => streaming(type, [WHOLE]),
      ]);
      const client = bench.client(undefined, { ...QUICK, fetch, timeoutConfig: { read: 0.2 } });
      equal(await (await bench.stream(client)).text(), "ab", "text");
      equal([calls.length, calls[0].init.signal.aborted, calls[1].init.signal.aborted], [2, true, false], "calls, aborted signals");
      await until(() => cancelled === 1, "the first body is cancelled");
      await until(() => client.poolStats().inUse === 0, "the places are free");
    }
  },

  async "after its first content a stream is not sent again"(bench) {
    const { fetch, calls } = answering([() => streaming(undefined, [event("a")], new Error("of the network")), () => streaming(undefined, [WHOLE])]);
    const stream = await bench.stream(bench.client(undefined, { ...QUICK, fetch }));
    const error = await failure(stream.text(), bench.pkg.NetworkError, "text()");
    equal([calls.length, error.attempts], [1, 1], "calls, attempts");
  },

  async "an answer that is not streamed is asked for again when its body breaks"(bench) {
    const json = { "content-type": "application/json" };
    const { fetch, calls } = answering([
      () => streaming(undefined, ['{"id":'], new Error("of the network"), undefined, json),
      () => new Response(JSON.stringify({ id: "c", choices: [{ index: 0, message: { role: "assistant", content: "Hi" } }] }), { headers: json }),
    ]);
    const answer = await bench.unary(bench.client(undefined, { ...QUICK, fetch }));
    equal([answer.choices[0].message.content, calls.length], ["Hi", 2], "text, calls");
  },

  async "a call that waits for its next attempt holds no place, and ends at once when it is aborted or closed"(bench) {
    for (const close of [false, true]) {
      const { fetch, calls } = answering([() => new Response("{}", { status: 503, headers: { "retry-after": "30" } })]);
      const client = bench.client(undefined, { retryConfig: {}, fetch, connectionPoolConfig: { maxConnections: 1, maxKeepaliveConnections: 1 } });
      const controller = new AbortController();
      const call = failure(bench.stream(client, { signal: controller.signal }), Error, "create()");
      await until(() => client.poolStats().retryBudget.retries === 1, "the call waits");
      equal(client.poolStats().inUse, 0, "places in use");
      await sleep(20);
      const from = performance.now();
      if (close) client.close();
      else controller.abort();
      const error = await call;
      const took = performance.now() - from;
      ok(took < 50, `it took ${took} ms`);
      if (close) equal(error.name, "AbortError", "error");
      else ok(error === controller.signal.reason, "not the signal's reason");
      await sleep(50);
      equal(calls.length, 1, "calls of fetch");
    }
  },

  async "the idempotency key is the same over all attempts, and the caller's own goes before it"(bench) {
    const key = ({ init }) => new Headers(init.headers).get("idempotency-key");
    for (const headers of [undefined, { "Idempotency-Key": "mine" }]) {
      const { fetch, calls } = answering([() => new Response("{}", { status: 503 }), () => streaming(undefined, [WHOLE])]);
      const client = bench.client(undefined, { ...QUICK, fetch, providerType: "openai" });
      await (await bench.stream(client, { headers })).text();
      ok(key(calls[0]) && key(calls[0]) === key(calls[1]), `keys ${calls.map(key)}`);
      equal(key(calls[0]) === "mine", headers !== undefined, "the caller's own");
    }
    const { fetch, calls } = fetchOf(WHOLE);
    await (await bench.stream(bench.client(undefined, { fetch }))).text();
    equal(key(calls[0]), null, "the key for a provider that knows none");
  },
};

/** A fetch that gives one answer after the other, the last again and again; and what it was called with. */
function answering(answers) {
  const calls = [];
  const fetch = async (url, init) => {
    calls.push({ url: String(url), init });
    return answers[Math.min(calls.length, answers.length) - 1]();
  };
  return { fetch, calls };
}

/** An answer in pieces that then ends, stalls or breaks with an error. */
function streaming(type, pieces, ending, cancel, headers = SSE) {
  const left = pieces.map((piece) => new TextEncoder().encode(piece));
  const body = new ReadableStream(
    {
      type,
      pull(controller) {
        const piece = left.shift();
        if (piece) return controller.enqueue(piece);
        if (ending === "stalls") return new Promise(() => {});
        if (ending) return controller.error(ending);
        controller.close();
        controller.byobRequest?.respond(0);
      },
      cancel,
    },
    { highWaterMark: 0 },
  );
  return new Response(body, { headers });
}
