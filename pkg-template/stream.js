// A streamed answer: an async iterator over its chunks, and other ways to read them.

import { Pump } from "./pump.js";
import { sseStream } from "./sse.js";

/** Ends the calls of streams that were dropped without a word; old hosts have none of these. */
const dropped = typeof FinalizationRegistry === "function" ? new FinalizationRegistry((pump) => pump.abandon()) : undefined;

export class ChatStream {
  #pump;

  constructor(call) {
    this.#pump = new Pump(call);
    dropped?.register(this, this.#pump, this);
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
    dropped?.unregister(this); // that stream lives on without this one
    return sseStream(this.#pump);
  }

  async finalCompletion() {
    this.#pump.keepAll();
    while (await this.#pump.rest()); // they are put together as they come
    return this.#pump.completion();
  }

  async text() {
    const { choices } = await this.finalCompletion();
    return choices.find(({ index }) => index === 0)?.message.content ?? "";
  }

  // Where the host has no such symbol yet, this is the one that compilers lower `await using` to.
  [Symbol.asyncDispose ?? Symbol.for("Symbol.asyncDispose")]() {
    this.#pump.cancel();
    return Promise.resolve();
  }
}
