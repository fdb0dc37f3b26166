// Streams of many megabytes from a real server to a consumer that stops.

import { event, fetchOf } from "./bench.mjs";
import { equal, failure, ok, sleep, until } from "./check.mjs";

const EVENT_BYTES = 16000;
/**
 * After a stop of the consumer the kernel of the server's side may write only with its next probe of the window that was
 * closed, which it sends ever more rarely: 3.7 s were seen after a stop of five. That is the server's silence to a client.
 */
const READ_SECONDS = 30;
/** What the sockets of both sides may take in beside the buffer, and what the browser does where it has a bound. */
const mostAhead = (client) => (client.capabilities().host === "browser" ? 120e6 : 48e6);

export const flood = {
  async "a real server's writes stop while the consumer does, unless capabilities() leaves that to the host"(bench) {
    const { client, stream, sent } = await flooded(bench, 200e6);
    await stream.next();
    const written = await stopped(sent, 1500, 1000);
    heldBack(client, written, mostAhead(client));
    await stream.return();
  },
};

/** 200 MB with a stop of five seconds: the writes stop, and the memory stays flat. `heap` is the host's own, if it tells. */
export async function flatMemory(bench, core, heap) {
  const megabytes = 200;
  const { client, stream, sent } = await flooded(bench, megabytes * 1e6);
  const figures = () => ({ wasm: core.initSync().memory.buffer.byteLength, heap: heap?.() ?? 0 });
  let before;
  let most = { wasm: 0, heap: 0 };
  let chunks = 0;
  let characters = 0;
  for await (const chunk of stream) {
    characters += chunk.choices[0]?.delta.content?.length ?? 0;
    if (++chunks === 500) {
      const written = await stopped(sent, 3000, 2000);
      heldBack(client, written, mostAhead(client) + 500 * EVENT_BYTES);
      before = figures();
    }
    if (before && chunks % 500 === 0) {
      const now = figures();
      most = { wasm: Math.max(most.wasm, now.wasm), heap: Math.max(most.heap, now.heap) };
    }
  }
  equal(characters, Math.ceil((megabytes * 1e6) / EVENT_BYTES) * EVENT_BYTES, "characters");
  await until(() => client.poolStats().inUse === 0, "the place is free");
  await failure(stream.finalCompletion(), bench.pkg.ConfigError, "finalCompletion() of what was not kept");
  ok(most.wasm - before.wasm < 2e6, `the wasm memory grew from ${before.wasm} to ${most.wasm} bytes`);
  // Of the text, the first 16 MiB are kept, for the `partial` of an error.
  ok(most.heap - before.heap < 64e6, `the heap grew from ${before.heap} to ${most.heap} bytes`);
}

/** A host may hand over in one read what has come meanwhile: the core's memory, which never shrinks, is not to grow by that. */
export async function hugeRead(bench, core) {
  const one = new TextEncoder().encode(event(".".repeat(EVENT_BYTES)));
  const times = 1000;
  const all = new Uint8Array(one.byteLength * times);
  for (let at = 0; at < all.byteLength; at += one.byteLength) all.set(one, at);
  let pulls = 0;
  const pieces = [all, new TextEncoder().encode(event("", "stop"))];
  const body = () => new ReadableStream({ pull: (to) => (pulls < pieces.length ? to.enqueue(pieces[pulls++]) : to.close()) });
  const client = bench.client(undefined, { fetch: fetchOf(body).fetch });
  const before = core.initSync().memory.buffer.byteLength;
  let characters = 0;
  for await (const chunk of await bench.stream(client)) characters += chunk.choices[0]?.delta.content?.length ?? 0;
  equal(characters, times * EVENT_BYTES, "characters");
  const after = core.initSync().memory.buffer.byteLength;
  ok(after - before < 2e6, `the wasm memory grew from ${before} to ${after} bytes`);
}

function heldBack(client, written, most) {
  const { level } = client.capabilities().knobs.streamBufferSize;
  if (level === "delegated") ok(written >= 200e6, `capabilities() says ${level}, but the server was held back after ${written} bytes`);
  else ok(written < most, `${written} bytes went out`);
}

/** Waits until the writing has settled; fails if it goes on after that. Gives what was written. */
async function stopped(sent, settleMs, stillMs) {
  await sleep(settleMs);
  const before = await sent();
  await sleep(stillMs);
  equal(await sent(), before, "bytes written while the consumer stands still");
  return before;
}

async function flooded(bench, bytes) {
  const event = { events: [".".repeat(EVENT_BYTES)] };
  const script = [[{ repeat: { times: Math.ceil(bytes / EVENT_BYTES), acts: [event] } }, "done"]];
  const raised = await fetch(`${bench.mockUrl}/_scripts`, { method: "POST", body: JSON.stringify(script) });
  const { url } = await raised.json();
  const client = bench.client(undefined, { baseUrl: `${url}/v1`, timeoutConfig: { read: READ_SECONDS } });
  const sent = async () => (await (await fetch(`${url}/_requests`)).json()).requests[0].sent;
  return { client, stream: await bench.stream(client), sent };
}
