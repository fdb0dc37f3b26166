// The body of an answer: the host's, or what a replacement for fetch gives in its place.

import { hostName } from "./core.js";
import { StreamError } from "./errors.js";

let host;

/** The body's stream, or what a replacement for fetch has in its place. */
export function bodyOf(answer) {
  const { body } = answer;
  return typeof body === "object" && body !== null ? body : undefined;
}

/**
 * A reader that takes memory to read into, where the body is a stream of bytes and reading takes less time with it. In
 * Node it takes more. So it does for an answer that comes in one read or two, but in Deno. Bun's bodies are no such
 * streams, and being told so takes it long.
 */
export function byteReader(body, streaming) {
  host ??= hostName();
  if (host === "node" || host === "bun" || (!streaming && host !== "deno")) return undefined;
  try {
    return body.getReader({ mode: "byob" });
  } catch {
    return undefined;
  }
}

export function notBytes(value) {
  return new StreamError({
    kind: "stream",
    message: `the body that fetch returned gave a ${typeof value} where bytes belong: enqueue Uint8Array in its stream`,
  });
}

/** Cancels what came too late for anybody to read it: a replacement for fetch may not have listened to the signal. */
export function discard(answer) {
  try {
    Promise.resolve(answer?.body?.cancel?.()).catch(() => {});
  } catch {
    // It is no stream, then.
  }
}
