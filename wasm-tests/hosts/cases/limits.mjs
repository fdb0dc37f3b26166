// Cases of the limits: places in the pool, deadlines, and the buffer.

import { equal, failure, ok, sleep, until } from "./check.mjs";
import { delta, event, readAll } from "./bench.mjs";

export const limits = {
  async "20 calls over 4 places"(bench) {
    const client = bench.client(undefined, { connectionPoolConfig: { maxConnections: 4, maxKeepaliveConnections: 4 } });
    const expected = await bench.text(client, false);
    let most = 0;
    const one = async () => {
      let text = "";
      for await (const chunk of await bench.stream(client)) {
        most = Math.max(most, client.poolStats().inUse);
        text += delta(chunk);
      }
      return text;
    };
    const texts = await Promise.all(Array.from({ length: 20 }, one));
    ok(texts.every((text) => text === expected), "a text differs");
    ok(most > 1 && most <= 4, `${most} places were in use at once`);
    await until(() => client.poolStats().inUse === 0, "all places are free afterwards");
  },

  async "pool timeout"(bench) {
    const client = bench.client("endless", {
      connectionPoolConfig: { maxConnections: 1, maxKeepaliveConnections: 1 },
      timeoutConfig: { pool: 0.2 },
    });
    const first = await bench.stream(client);
    const error = await failure(bench.stream(client), bench.pkg.PoolTimeout, "the second call");
    timedOut(bench, error, 0.2);
    equal([error.phase, error.replay], ["pool", "never_sent"], "phase and replay");
    await failure(bench.stream(client, { timeoutConfig: { pool: 0 } }), bench.pkg.PoolTimeout, "a call that must not wait");
    await first.return();
    await (await bench.stream(client)).return();
  },

  async "read timeout in the body"(bench) {
    for (const streamed of [false, true]) {
      const client = bench.client("stall-body", { timeoutConfig: { read: 0.3 } });
      const error = await failure(bench.text(client, streamed), bench.pkg.ReadTimeout, streamed ? "streamed" : "unary");
      timedOut(bench, error, 0.3);
      equal([error.phase, client.poolStats().inUse], ["read", 0], "phase, and places in use");
    }
  },

  async "a head that never comes ends with the sum of its phases' limits"(bench) {
    const client = bench.client("stall-head", { timeoutConfig: { connect: 0.1, write: 0.1, read: 0.2 } });
    timedOut(bench, await failure(bench.stream(client), bench.pkg.TimeoutError, "create()"), 0.2);
    equal(client.poolStats().inUse, 0, "places in use");
  },

  async "total timeout, in the head and in the body"(bench) {
    for (const scenario of ["stall-head", "endless"]) {
      const client = bench.client(scenario, { timeoutConfig: { total: 0.4 } });
      timedOut(bench, await failure(bench.text(client, true), bench.pkg.TotalTimeout, scenario), 0.4);
      equal(client.poolStats().inUse, 0, "places in use");
    }
  },

  async "first-token and idle timeouts"(bench) {
    const first = bench.client(undefined, { ...replaying([": ping\n\n"], ": ping\n\n"), timeoutConfig: { firstToken: 0.3 } });
    timedOut(bench, await failure(bench.text(first, true), bench.pkg.FirstTokenTimeout, "only comments"), 0.3);
    const idle = bench.client(undefined, { ...replaying([event("a"), event("b")], ": ping\n\n"), timeoutConfig: { idle: 0.3 } });
    timedOut(bench, await failure(bench.text(idle, true), bench.pkg.IdleTimeout, "comments after content"), 0.3);
  },

  async "a call's own timeoutConfig goes before the client's"(bench) {
    const client = bench.client("stall-body", { timeoutConfig: { read: 30 } });
    const options = { timeoutConfig: { read: 0.2 } };
    timedOut(bench, await failure(bench.text(client, true, options), bench.pkg.ReadTimeout, "create()"), 0.2);
  },

  async "steady bytes keep the read clock from running out"(bench) {
    const client = bench.client("slow", { timeoutConfig: { read: 0.4 } });
    const started = performance.now();
    await bench.text(client, true);
    ok(performance.now() - started > 400, "the answer was too quick to show it");
  },

  async "the buffer is bounded, and a pause of the consumer is not the server's"(bench) {
    for (const type of [undefined, "bytes"]) {
      for (const size of [32768, 131072]) await boundedBuffer(bench, type, size);
    }
  },

  async "toReadableStream() passes the consumer's pace on to the network"(bench) {
    const size = 32768;
    const source = countedBody(undefined, 512);
    const client = bench.client(undefined, {
      fetch: async () => new Response(source.body, { headers: { "content-type": "text/event-stream" } }),
      connectionPoolConfig: { streamBufferSize: size },
    });
    const reader = (await bench.stream(client)).toReadableStream().getReader();
    await reader.read();
    await until(() => source.pulled() >= size, "the buffer fills up");
    await sleep(300); // time to read on if nothing stopped it
    const most = 2 * size + 3 * source.pieceBytes; // what the first read took, and the buffer behind it
    ok(source.pulled() <= most, `${source.pulled()} bytes were pulled for one read and a buffer of ${size}`);
    let text = "";
    for (;;) {
      const { done, value } = await reader.read();
      if (done) break;
      text += new TextDecoder().decode(value);
    }
    ok(text.endsWith("data: [DONE]\n\n"), `the last event is ${text.slice(-40)}`);
  },
};

function timedOut(bench, error, seconds) {
  ok(error instanceof bench.pkg.TimeoutError, `${error.name} is no TimeoutError`);
  equal(error.kind, "timeout", "kind");
  ok(error.elapsed >= seconds - 0.05 && error.elapsed < seconds + 2, `${error.name} after ${error.elapsed} s`);
}

/** A fetch whose body gives these pieces, and then the last one every 50 ms until it is cancelled. */
function replaying(pieces, last) {
  const encoder = new TextEncoder();
  const fetch = async () => {
    const left = [...pieces];
    const body = new ReadableStream({
      async pull(controller) {
        if (left.length === 0) await sleep(50);
        controller.enqueue(encoder.encode(left.shift() ?? last));
      },
    }, { highWaterMark: 0 });
    return new Response(body, { headers: { "content-type": "text/event-stream" } });
  };
  return { fetch };
}

async function boundedBuffer(bench, type, size) {
  const source = countedBody(type, 512);
  const client = bench.client(undefined, {
    fetch: async () => new Response(source.body, { headers: { "content-type": "text/event-stream" } }),
    connectionPoolConfig: { streamBufferSize: size },
    timeoutConfig: { read: 0.2 },
  });
  const stream = await bench.stream(client);
  const first = await stream.next();
  await until(() => source.pulled() >= size, "the buffer fills up");
  await sleep(400); // longer than the read timeout, and time to read on if nothing stopped it
  const most = size + 3 * source.pieceBytes;
  ok(source.pulled() <= most, `${source.pulled()} bytes were pulled for a buffer of ${size} (${type ?? "default"} stream)`);
  equal(delta(first.value) + (await readAll(stream)), source.text, "text");
}

/** A body of events of 1 KiB each that counts what is pulled from it. */
function countedBody(type, events) {
  const encoder = new TextEncoder();
  let pulled = 0;
  let text = "";
  let next = 0;
  const pieces = Array.from({ length: events }, (_, i) => {
    const word = `${i} `.padEnd(900, ".");
    text += word;
    return encoder.encode(event(word, i === events - 1 ? "stop" : null));
  });
  const body = new ReadableStream({
    type,
    pull(controller) {
      const piece = pieces[next++];
      if (!piece) {
        controller.close();
        controller.byobRequest?.respond(0);
        return;
      }
      pulled += piece.byteLength;
      controller.enqueue(piece);
    },
  }, { highWaterMark: 0 });
  return { body, text, pulled: () => pulled, pieceBytes: pieces[0].byteLength };
}
