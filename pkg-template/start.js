// Starts the wasm core: once, when it is first needed, from the source that the entry point named.

import startLater, { initSync } from "./core.js";
import { listenToCore } from "./crash.js";
import { ConfigError } from "./errors.js";

/** Where the wasm comes from: see `WasmSource` in index.d.ts. */
let source;
let started = false;
/** The asynchronous start under way. */
let starting;

/** Names the wasm to use. Has no effect any more once the core has started. */
export function setWasm(wasm) {
  if (!started && !starting) source = wasm;
}

/** Names the wasm to use where nothing better is there: a program may have several entry points, by its dependencies. */
export function offerWasm(wasm) {
  source ??= wasm;
}

/**
 * Starts the core if it can be done at once, and tells whether it runs.
 *
 * That is so with the wasm at hand: everywhere with the default entry point, except on the main thread of
 * Chromium before version 115, which compiles no more than 4 KB at once.
 */
export function startNow() {
  if (started || starting) return started;
  if (typeof source === "function") source = source();
  const atHand = source instanceof WebAssembly.Module || source instanceof ArrayBuffer || ArrayBuffer.isView(source);
  if (!atHand) return false;
  try {
    initSync({ module: source });
  } catch (error) {
    if (error instanceof RangeError) return false; // too large for this thread to compile at once
    throw error;
  }
  source = undefined;
  listenToCore();
  started = true;
  return true;
}

/** Starts the core; resolves when it runs. Calling it again is free. */
export async function init(wasm) {
  if (wasm !== undefined) setWasm(wasm);
  if (startNow()) return;
  starting ??= start(source).finally(() => {
    starting = undefined; // a failed start may be tried again
  });
  await starting;
}

async function start(wasm) {
  if (wasm === undefined) {
    throw new ConfigError({
      kind: "config",
      message: "the wasm core is missing: llm-api-router/slim brings none; call setWasm(module) or init(url) first, or import llm-api-router",
    });
  }
  try {
    await startLater({ module_or_path: wasm });
  } catch (cause) {
    throw new ConfigError({
      kind: "config",
      message: `the wasm core could not be loaded${wasm instanceof URL ? ` from ${wasm}` : ""}: ${cause?.message ?? cause}; serve core_bg.wasm there, or import llm-api-router, which has it inside`,
      cause,
    });
  }
  listenToCore();
  started = true;
}
