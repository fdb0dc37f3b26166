// The body of an answer: the host's, or what a replacement for fetch gives in its place.

import { StreamError } from "./errors.js";

/** The body's stream, or what a replacement for fetch has in its place. */
export function bodyOf(answer) {
  const { body } = answer;
  return typeof body === "object" && body !== null ? body : undefined;
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
