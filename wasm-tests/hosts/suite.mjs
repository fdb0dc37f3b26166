// The suite that every host runs: the cases in order, each within a time limit, and at the end a look for rejections
// that nobody handled.

import { abort } from "./cases/abort.mjs";
import { abortStates } from "./cases/abort-states.mjs";
import { aimock } from "./cases/aimock.mjs";
import { Bench } from "./cases/bench.mjs";
import { calls } from "./cases/calls.mjs";
import { chat } from "./cases/chat.mjs";
import { sleep } from "./cases/check.mjs";
import { endpoints } from "./cases/endpoints.mjs";
import { errors } from "./cases/errors.mjs";
import { flood } from "./cases/flood.mjs";
import { limits } from "./cases/limits.mjs";
import { retries } from "./cases/retries.mjs";
import { metrics } from "./cases/metrics.mjs";
import { promises } from "./cases/promises.mjs";
import { secrets } from "./cases/secrets.mjs";
import { tableOf } from "./cases/table.mjs";
import { zhipu } from "./cases/zhipu.mjs";

const LIMIT_SECONDS = 20;
const TABLE = tableOf(calls);
// The flood comes late: a Worker's isolate that had held it was ended in a case of the table with a large request.
const CASES = { ...chat, ...abort, ...abortStates, ...errors, ...limits, ...retries, ...metrics, ...promises, ...secrets, ...endpoints, ...zhipu, ...TABLE, ...flood, ...aimock };

/** The last case: it has to run after the others, in the same place. */
const UNHANDLED = "no rejection was left unhandled";

export const names = [...Object.keys(CASES), UNHANDLED];

/** Watches this host from now on; call it before the first case. Returns the reasons, by promise. */
export function watchRejections() {
  const unhandled = new Map();
  const isNodeOrBun = typeof Deno === "undefined" && typeof globalThis.process?.on === "function";
  if (isNodeOrBun) {
    process.on("unhandledRejection", (reason, promise) => unhandled.set(promise, reason));
    return unhandled;
  }
  addEventListener("unhandledrejection", (event) => {
    event.preventDefault();
    unhandled.set(event.promise, event.reason);
  });
  // At old compatibility dates Workers report every rejected read(), awaited or not, and take it back at once.
  if (globalThis.navigator?.userAgent === "Cloudflare-Workers") {
    addEventListener("rejectionhandled", (event) => unhandled.delete(event.promise));
  }
  return unhandled;
}

/** Runs one case; returns why it failed, or undefined. */
export async function runCase(name, host, unhandled) {
  let timer;
  const limit = new Promise((_, reject) => {
    timer = setTimeout(() => reject(new Error(`took longer than ${LIMIT_SECONDS} s`)), LIMIT_SECONDS * 1000);
  });
  try {
    if (name === UNHANDLED) await noneUnhandled(unhandled);
    else await Promise.race([CASES[name](new Bench(host)), limit]);
  } catch (error) {
    return String(error?.message ?? error).replaceAll("\n", " ");
  } finally {
    clearTimeout(timer);
  }
}

/** Runs all cases and hands each result over. `withoutTable`: the shared table, which takes longest, runs elsewhere. */
export async function runAll(host, unhandled, report) {
  const picked = host.withoutTable ? names.filter((name) => !(name in TABLE)) : names;
  for (const name of picked) await report(name, await runCase(name, host, unhandled));
}

async function noneUnhandled(unhandled) {
  await sleep(100); // hosts tell of them only after the current work
  if (unhandled.size > 0) throw new Error([...unhandled.values()].map((reason) => reason?.stack ?? String(reason)).join("; "));
}
