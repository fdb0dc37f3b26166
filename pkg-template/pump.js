// Reads a streamed answer ahead of its consumer, into a buffer of bounded size, and hands its chunks out.

import { Chunks } from "./chunks.js";
import { LLMRouterError } from "./errors.js";

const NONE = { chunks: [], bytes: 0 };
/** How long the end of a complete answer waits for the end of its body. */
const GRACE_MS = 20;
/** What a read asks for at least while there is nothing to consume. */
const LEAST_READ = 1024;

export class Pump {
  #call;
  #size;
  /** The chunks of one read each, with its bytes, behind the batch that is being consumed. */
  #queue = [];
  #batch = NONE;
  /** The place in the batch. */
  #at = 0;
  /** Bytes of the batches that are not used up. */
  #held = 0;
  /** Bytes read since the last complete chunk; the core keeps them. */
  #partial = 0;
  #ended = false;
  /** What ended the stream before its time; is given once. */
  #failure;
  #chunks = new Chunks();
  #abandoned = false;
  /** Who asks for chunks that are not there yet: what each takes, what it gets at the end, and its promise's ways out. */
  #waiters = [];
  /** Since when somebody waits, on the clock of performance.now(). */
  #waitsSince;
  /** Resolves the promise of the reading loop when there is room again. */
  #onRoom = () => {};

  constructor(call) {
    this.#call = call;
    this.#size = call.bufferSize;
    call.waitsSince = () => this.#waitsSince;
    call.onFail = (error) => this.#end({ error });
    call.onAbort = (reason) => this.#drop({ error: reason });
    this.#run();
  }

  /** Keeps all that comes for `completion`; throws when some of it is gone already. */
  keepAll() {
    this.#chunks.keepAll();
  }

  /** All that has come, put together: call it at the end. */
  completion() {
    return this.#chunks.completion();
  }

  /** The next chunk, as an iterator gives it. No `async` here: most chunks are there already. */
  next() {
    if (this.#waiters.length === 0 && this.#at < this.#batch.chunks.length) return Promise.resolve({ value: this.#shift(), done: false });
    return this.#inTurn(() => ({ value: this.#shift(), done: false }), { value: undefined, done: true });
  }

  /** All chunks that are there, else the next that come; undefined at the end. */
  rest() {
    return this.#inTurn(() => {
      const chunks = this.#batch.chunks.slice(this.#at);
      this.#usedUp();
      return chunks;
    }, undefined);
  }

  /** Ends the call; who waits for chunks or asks for more gets an error. */
  abort() {
    this.#call.abort();
  }

  /** Ends the call, unless only the rest of its body is being read; who waits or asks for more gets the end. */
  cancel() {
    const running = !this.#ended;
    this.#drop();
    this.#failure = undefined;
    if (running) this.#call.abort();
  }

  /** Nobody can ask any more; who has asked still gets an answer. */
  abandon() {
    this.#abandoned = true;
    if (this.#waiters.length === 0) this.cancel();
  }

  async #run() {
    const call = this.#call;
    try {
      for (const { json, bytes } of call.early) this.#push(json, bytes);
      if (call.over) return this.#end(call.failure); // it was short
      if (call.finished) return await this.#drain();
      while (!call.over) {
        if (this.#isFull()) await this.#room();
        if (call.over) return;
        const bytes = await call.read(this.#free());
        if (call.over) return;
        const json = bytes ? call.onBytes(bytes) : call.onEof();
        this.#push(json, bytes ? bytes.byteLength : 0);
        if (!bytes) {
          await call.finish();
          return this.#end();
        }
        if (json !== undefined && call.finished) return await this.#drain();
      }
    } catch (error) {
      this.#end({ error: call.fails(error) });
    }
  }

  /**
   * The socket wants to be read to the end of the body, which nearly always follows at once: a consumer that is told
   * the end a moment later finds the socket free for its next call.
   */
  async #drain() {
    const told = setTimeout(() => this.#end(), GRACE_MS);
    await this.#call.drain();
    clearTimeout(told);
    this.#end();
  }

  #push(json, bytes) {
    this.#partial += bytes;
    if (json === undefined) return;
    const batch = { chunks: this.#chunks.read(json), bytes: this.#partial };
    if (batch.chunks.length === 0) return;
    this.#partial = 0;
    this.#held += batch.bytes;
    this.#queue.push(batch);
    this.#serve();
  }

  /** What belongs to no complete chunk cannot be consumed, so it alone never stops the reading. */
  #isFull() {
    return this.#held > 0 && this.#free() <= 0;
  }

  #free() {
    const free = this.#size - this.#held - this.#partial;
    return this.#held > 0 ? free : Math.max(free, LEAST_READ);
  }

  async #room() {
    this.#call.bufferFills();
    while (this.#isFull() && !this.#call.over) {
      await new Promise((resolve) => {
        this.#onRoom = resolve;
      });
    }
  }

  /** Takes when there is something to take, after all that asked before. */
  #inTurn(take, atEnd) {
    return new Promise((resolve, reject) => {
      this.#waiters.push({ take, atEnd, resolve, reject });
      this.#serve();
    });
  }

  #serve() {
    while (this.#waiters.length > 0) {
      if (!this.#advance() && !this.#ended) {
        this.#waitsSince ??= performance.now();
        return;
      }
      this.#waitsSince = undefined;
      this.#answer(this.#waiters.shift());
    }
    if (this.#abandoned) this.cancel();
  }

  /** With what is there, or with the end. */
  #answer({ take, atEnd, resolve, reject }) {
    if (this.#at < this.#batch.chunks.length) return resolve(take());
    const failure = this.#failure;
    this.#failure = undefined;
    if (failure) reject(failure.error);
    else resolve(atEnd);
  }

  /** Moves on to a batch that has something left, if one is there. */
  #advance() {
    if (this.#at < this.#batch.chunks.length) return true;
    const batch = this.#queue.shift();
    if (!batch) return false;
    this.#batch = batch;
    this.#at = 0;
    return true;
  }

  #shift() {
    const value = this.#batch.chunks[this.#at++];
    if (this.#at === this.#batch.chunks.length) this.#usedUp();
    return value;
  }

  #usedUp() {
    this.#held -= this.#batch.bytes;
    this.#batch = NONE;
    this.#at = 0;
    this.#onRoom();
    this.#settle();
  }

  #end(failure) {
    if (this.#ended) return;
    this.#ended = true;
    this.#failure = failure;
    if (failure?.error instanceof LLMRouterError) failure.error.carry(this.#chunks.completion());
    this.#onRoom();
    this.#serve();
    this.#settle();
  }

  /** Ends the stream without what is unread. */
  #drop(failure) {
    if (this.#ended && this.#held > 0) this.#failure = failure;
    this.#queue.length = 0;
    this.#batch = NONE;
    this.#at = 0;
    this.#held = 0;
    this.#end(failure);
    this.#settle();
  }

  /** With nothing left to hand out, an abort has nothing left to change. */
  #settle() {
    if (this.#ended && this.#held === 0) this.#call.unlisten();
  }
}
