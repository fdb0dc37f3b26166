// The cases that need the package's own core beside its public face: to look at its memory, and to let it panic.

import { Bench } from "./bench.mjs";
import { equal, ok, sleep, until } from "./check.mjs";
import { flatMemory, hugeRead } from "./flood.mjs";
import { panic } from "./panic.mjs";

export async function coreCases(host, unhandled, heap, check) {
  await check("a read of many megabytes is taken in by pieces", () => hugeRead(new Bench(host), host.core));
  await check("the memory stays flat over 200 MB, with a stop of five seconds", () => flatMemory(new Bench(host), host.core, heap));
  const collect = globalThis.gc ? () => globalThis.gc() : globalThis.Bun && (() => Bun.gc(true));
  if (collect) await check("a stream that becomes garbage ends its call", () => garbage(new Bench(host), collect));
  await panic({ ...host, check });
  await check("no rejection was left unhandled after the panics", async () => {
    await sleep(100); // hosts tell of them only after the current work
    equal([...unhandled.values()].map(String), [], "unhandled");
  });
}

/** `atOnce`: the server sees the end while the rest goes on. Workers' callbacks of garbage can do no I/O. */
export async function garbage(bench, collect, atOnce = true) {
  const client = bench.client("endless", { connectionPoolConfig: { maxConnections: 1, maxKeepaliveConnections: 1 } });
  const { aborted } = await bench.stats();
  const first = await (async () => (await bench.stream(client)).next())();
  ok(first.value, "no chunk came, though somebody waited for it");
  await until(async () => {
    collect();
    await sleep(10);
    return client.poolStats().inUse === 0;
  }, "the place is free");
  if (atOnce) await until(async () => (await bench.stats()).aborted > aborted, "the server sees the abort");

  const readable = await (async () => (await bench.stream(client)).toReadableStream())();
  const reader = readable.getReader();
  for (let reads = 0; reads < 20; reads++) {
    collect();
    ok(!(await reader.read()).done, "a stream in use was ended");
  }
  await reader.cancel();
}
