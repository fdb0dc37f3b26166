// A streamed answer: an async iterator over its chunks, and other ways to read them.

import { accumulate } from "./completion.js";
import { ConfigError } from "./errors.js";
import { Pump } from "./pump.js";
import { sseStream } from "./sse.js";

export class ChatStream {
  #pump;

  constructor(call) {
    this.#pump = new Pump(call);
  }

  [Symbol.asyncIterator]() {
    return this;
  }

  next() {
    return this.#pump.next();
  }

  /** `for await` calls this on `break`, on `return` and when its body throws. */
  return(value) {
    this.#pump.cancel();
    return Promise.resolve({ value, done: true });
  }

  abort() {
    this.#pump.abort();
  }

  toReadableStream() {
    return sseStream(this.#pump);
  }

  async finalCompletion() {
    if (this.#pump.touched) {
      throw new ConfigError({
        kind: "config",
        message: "finalCompletion() puts the whole answer together, but some of its chunks were already taken: call it instead of iterating",
      });
    }
    const completion = accumulate();
    for (;;) {
      const chunks = await this.#pump.rest();
      if (!chunks) return completion.done();
      chunks.forEach(completion.add);
    }
  }

  // Where the host has no such symbol yet, this is the one that compilers lower `await using` to.
  [Symbol.asyncDispose ?? Symbol.for("Symbol.asyncDispose")]() {
    this.#pump.cancel();
    return Promise.resolve();
  }
}
