// What happens after a panic of the core. It has a process or a page of its own: the core is started anew in it.

import { KEY, MESSAGES, readAll } from "./bench.mjs";
import { equal, failure, ok, until } from "./check.mjs";

/** `core` is the package's main.js, whose test-only function panics. */
export async function panic({ pkg, core, mockUrl, check }) {
  const config = (scenario, more) => ({ providerType: "openai-compatible", apiKey: KEY, defaultModel: "m", baseUrl: `${mockUrl}/_scenario/${scenario}/v1`, ...more });
  const ask = (client, stream) => client.chat.completions.create({ messages: MESSAGES, stream });
  const one = { connectionPoolConfig: { maxConnections: 1, maxKeepaliveConnections: 1 } };

  for (const round of [1, 2]) {
    await check(`panic ${round}: what is in flight rejects with a typed error, and the next calls work`, async () => {
      const streaming = new pkg.Client(config("endless"));
      const waiting = new pkg.Client(config("endless", one));
      const plain = new pkg.Client(config("bytes"));
      const stream = await ask(streaming, true);
      await stream.next();
      const holder = await ask(waiting, true);
      const inFlight = {
        "a stream": readAll(stream),
        "a stream that nobody reads yet": readLater(holder),
        "a call in line": ask(waiting, true),
        "a call that waits for its head": ask(new pkg.Client(config("stall-head")), false),
      };
      for (const call of Object.values(inFlight)) call.catch(() => {});
      await until(() => waiting.poolStats().waiting === 1, "a call waits in line");
      trap(core);
      for (const [what, call] of Object.entries(inFlight)) {
        const error = await failure(call, pkg.LLMRouterError, what);
        equal([error.kind, error.message.includes("a test asked for it")], ["internal", true], `${what}: ${error.message}`);
      }
      const text = await readAll(await ask(plain, true));
      ok(text.length > 10, `the next call gave ${JSON.stringify(text)}`);
      equal((await ask(plain, false)).choices[0].message.content, text, "an answer that is not streamed");
      for (const client of [streaming, waiting, plain]) await until(() => client.poolStats().inUse === 0, "the places are free");
      waiting.close();
      await (await ask(streaming, true)).return();
    });
  }

  await check("panic: no timer is left, for which a program would not end", async () => {
    const left = await timersLeft(async () => {
      const waiting = new pkg.Client(config("stall-head", one));
      const calls = [ask(waiting, false), ask(waiting, false)];
      for (const call of calls) call.catch(() => {});
      await until(() => waiting.poolStats().waiting === 1, "a call waits in line");
      trap(core);
      for (const call of calls) await failure(call, pkg.LLMRouterError, "a call");
    });
    equal(left, 0, "timers");
  });

  await check("panic: timers and answers of the instance that is gone change nothing", async () => {
    const client = new pkg.Client(config("slow", { timeoutConfig: { read: 0.2, total: 0.3 } }));
    const call = ask(client, false);
    call.catch(() => {});
    const late = ask(new pkg.Client(config("slow", { timeoutConfig: { read: 0.2 } })), true);
    late.catch(() => {});
    trap(core);
    await failure(call, pkg.LLMRouterError, "the call");
    await failure(late, pkg.LLMRouterError, "the stream");
    const text = await readAll(await ask(new pkg.Client(config("slow")), true)); // takes longer than those limits
    ok(text.length > 10, `the next call gave ${JSON.stringify(text)}`);
  });
}

/** Runs with a look at the timers that are set meanwhile; gives how many of them are still to go off. */
async function timersLeft(run) {
  const { setTimeout, clearTimeout } = globalThis;
  const timers = new Set();
  globalThis.setTimeout = (callback, ...rest) => {
    if (new Error().stack.includes("node:internal")) return setTimeout(callback, ...rest); // of a socket that is idle
    const timer = setTimeout(() => {
      timers.delete(timer);
      callback();
    }, ...rest);
    timers.add(timer);
    return timer;
  };
  globalThis.clearTimeout = (timer) => {
    timers.delete(timer);
    clearTimeout(timer);
  };
  try {
    await run();
  } finally {
    Object.assign(globalThis, { setTimeout, clearTimeout });
  }
  return timers.size;
}

async function readLater(stream) {
  await new Promise((resolve) => setTimeout(resolve, 50));
  return readAll(stream);
}

/** JavaScript called the core, so the trap is an exception. */
function trap(core) {
  try {
    core.panicInTests();
  } catch (error) {
    if (error instanceof WebAssembly.RuntimeError) return;
    throw error;
  }
  throw new Error("the core did not panic");
}
