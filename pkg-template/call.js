// One call: from the request, over as many attempts as it takes, to the end of the answer's body; with one timer, and
// clean on every way out.

import { bodyOf, discard, notBytes } from "./body.js";
import { calls, currentInstance, isAlive } from "./crash.js";
import { abortError, toError } from "./errors.js";
import { Reading, VIEW_BYTES } from "./reading.js";
import { headOf } from "./send.js";

/** How much is read after the last event, so that the host can use the socket again. */
const DRAIN_BYTES = 65536;
const DRAIN_MS = 1000;
/** Hosts fire a timer at once that is set to more than this. */
const LONGEST_TIMER_MS = 2 ** 31 - 1;

/** Thrown through an attempt that failed, to the loop that makes the next one. */
const AGAIN = Symbol("again");

/** Is told of every call; what it returns is called when the call is over. */
let watch;

export function onCall(watcher) {
  watch = watcher;
}

export class Call {
  #core;
  #instance = currentInstance();
  #sender;
  #signal;
  /** The request of this attempt. */
  #sending;
  /** The body of this attempt's answer. */
  #body;
  /** The core takes the next read as begun, and its deadlines are no nearer than the timer. */
  #reading = false;
  #timer;
  /** When the timer fires, on the clock of performance.now(). */
  #fires = Infinity;
  /** This attempt is over, whatever its pending read still brings. */
  #leaving = false;
  #over = false;
  /** The answer is complete, and the rest of its body is not waited for any longer. */
  #silent = false;
  #aborted = false;
  #reason;
  /** Is told when nothing is in flight any more. */
  #onOver;
  #unwatch;
  /** Once open: chunks will come, rather than one answer. */
  streaming = false;
  /** Once open: how many bytes may wait for the consumer. */
  bufferSize = 0;
  /** Once open: what was read up to the first content, as JSON of chunks and their bytes. */
  early = [];
  /** Once open, when all was read by then: what ended the answer before its time. */
  failure;
  /** Since when somebody waits for what comes next, on the clock of performance.now(); undefined while nobody does. */
  waitsSince = () => 0;
  /** Is told the error when the call fails outside of a read: by its timer. */
  onFail = () => {};
  /** Is told the reason when the call is aborted once its head has come, be its body read to the end or not. */
  onAbort = () => {};

  constructor(core, sender, signal, onOver) {
    this.#core = core;
    this.#sender = sender;
    this.#onOver = onOver;
    this.#signal = signal;
    signal?.addEventListener("abort", this.#onSignal);
    calls.add(this);
    this.#unwatch = watch?.(this);
  }

  get over() {
    return this.#over;
  }

  /** The last event has come: what is left of the body has nothing for the caller. */
  get finished() {
    return this.#core.finished;
  }

  /**
   * Sends, again where it has to be, until a failure would be the caller's to handle: until the whole answer is there,
   * which it resolves with, or the first content of a stream.
   */
  open() {
    return new Promise((resolve, reject) => {
      const fails = (error) => {
        this.unlisten();
        reject(error);
      };
      this.onFail = this.onAbort = fails;
      this.#attempts().then((answer) => {
        if (!this.streaming) this.unlisten();
        resolve(answer);
      }, fails);
    });
  }

  async #attempts() {
    for (;;) {
      try {
        return await this.#attempt();
      } catch (raw) {
        if (raw !== AGAIN) throw this.fails(raw);
        this.#leave();
      }
    }
  }

  async #attempt() {
    // A place is free more often than not, and only waiting costs a promise.
    const text = this.#core.begin();
    const request = text === undefined ? JSON.parse(await this.#core.wait()) : this.#sender.read(text);
    this.throwIfAborted();
    const sending = this.#sender.send(request, this.#core.body(), this.#onPhase);
    this.#sending = sending;
    if (this.#over) sending.leave(); // by its replacement, from within
    else this.#arm(this.#core.sent());
    let answer;
    try {
      answer = await sending.answer;
    } catch (reason) {
      if (this.#over || reason === AGAIN) throw reason;
      this.#step(() => this.#core.onFetchError(reason));
    }
    if (this.#over) throw discard(answer);
    this.#headComes(answer);
    return this.streaming ? this.#readContent() : this.#readAnswer();
  }

  #headComes(answer) {
    const { status, headers } = headOf(answer);
    const wait = this.#step(() => this.#core.onHead(status, headers));
    this.streaming = this.#core.streaming;
    const body = bodyOf(answer);
    if (body) this.#body = new Reading(body, this.streaming);
    if (!this.streaming) return this.#arm(wait); // the core takes its reading as begun
    this.bufferSize = this.#core.bufferSize;
  }

  /** Leaves an attempt that failed. */
  #leave() {
    clearTimeout(this.#timer);
    this.#fires = Infinity;
    this.#sending?.leave();
    this.#body?.cancel(); // a replacement for fetch may not have listened to the signal
    this.#sending = this.#body = undefined;
    this.#leaving = this.#reading = false;
    this.early = [];
  }

  /** Reads up to the first content. */
  async #readContent() {
    while (!this.#core.begun) {
      const bytes = await this.read(VIEW_BYTES);
      if (this.#over) return; // the reason has been told
      this.early.push({ json: bytes ? this.onBytes(bytes) : this.onEof(), bytes: bytes ? bytes.byteLength : 0 });
      if (!bytes) return this.#finishEarly();
    }
  }

  /** What stands behind content is for those who read that first. */
  async #finishEarly() {
    const { begun } = this.#core;
    try {
      await this.finish();
    } catch (error) {
      if (!begun) throw error;
      this.failure = { error };
    }
  }

  async #readAnswer() {
    for (;;) {
      const bytes = await this.read(VIEW_BYTES);
      if (this.#over) return undefined; // the reason has been told
      if (bytes) {
        this.onBytes(bytes);
        continue;
      }
      const json = this.onEof();
      await this.finish();
      return JSON.parse(json);
    }
  }

  /** Reads once, at most `room` bytes. Resolves with undefined at the end. */
  async read(room) {
    if (!this.#body) return undefined;
    if (this.streaming && !this.#reading) this.#readStarts();
    const most = Math.min(room, VIEW_BYTES);
    const left = this.#body.left(most);
    if (left) return left;
    let result;
    try {
      result = await this.#body.read(most);
    } catch (reason) {
      if (this.#over) return undefined;
      if (this.#leaving) throw AGAIN;
      return this.#readFails(reason);
    }
    if (this.#over) return undefined;
    if (this.#leaving) throw AGAIN;
    if (!result?.done && !ArrayBuffer.isView(result?.value)) throw this.#end(notBytes(result?.value));
    return this.#body.take(result, most);
  }

  /** An answer that was complete ends with that. */
  #readFails(reason) {
    this.#step(() => this.#core.onReadError(reason));
  }

  /** The buffer is full: the time until the next read is not the server's fault. */
  bufferFills() {
    this.#reading = false;
    this.#core.bufferFills();
  }

  /** Hands a read to the core; returns the JSON of the chunks that it completed; undefined: it completed nothing. */
  onBytes(bytes) {
    try {
      const json = this.#core.onBytes(bytes);
      this.#reading = json === undefined;
      return json;
    } catch (raw) {
      throw this.#failed(raw);
    }
  }

  onEof() {
    return this.#step(() => this.#core.onEof());
  }

  /** The body was read to its end: the place in the pool is free. Throws what stood behind the last chunks. */
  async finish() {
    if (this.#over) return;
    if (this.streaming) this.#step(() => this.#core.readPauses());
    if (this.#silent) return this.#end(); // in Firefox, only an abort tells the server
    await hostTurn();
    if (this.#over) return;
    this.#over = true;
    this.#core.finish();
    this.#close();
  }

  /** Reads on to the end of the body after the last event, within bounds. */
  async drain() {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => this.#end(), DRAIN_MS);
    this.#fires = -Infinity; // the core's deadlines are over
    let left = DRAIN_BYTES;
    try {
      while (left > 0) {
        const bytes = await this.read(VIEW_BYTES);
        if (!bytes) return this.finish();
        left -= bytes.byteLength;
      }
    } catch {
      // The answer is complete: how its connection ends is of no interest to the caller.
    }
    this.#end();
  }

  /** Ends the call at any point; what waits for it rejects with `reason`. */
  abort(reason = abortError()) {
    if (this.#aborted) return;
    this.#aborted = true;
    this.#reason = reason;
    this.#end(reason);
    this.onAbort(reason);
  }

  /** Ends the call for an error of whoever reads it; returns what to tell the caller. After the end it changes nothing. */
  fails(raw) {
    return this.#end(this.#errorOf(raw));
  }

  /** The core has panicked, perhaps further up the stack: without it, this ends like an abort. */
  crash(error) {
    if (this.#over) return;
    this.#aborted = true;
    this.#reason = error;
    this.#end(error);
    this.onAbort(error);
  }

  throwIfAborted() {
    if (this.#aborted) throw this.#reason;
  }

  /** The caller has got all that it will get: its signal is of no interest any more. */
  unlisten() {
    this.#signal?.removeEventListener("abort", this.#onSignal);
  }

  #readStarts() {
    this.#arm(this.#step(() => this.#core.readStarts())); // throws what stood behind the chunks of the read before
  }

  #onSignal = () => this.abort(this.#signal.reason);

  /** Sets the timer to the nearest deadline, unless it fires before that anyway and can be set again then. */
  #arm(wait) {
    if (wait < 0) return;
    const due = performance.now() + wait;
    if (due < this.#fires) this.#setTimer(wait, due);
  }

  #setTimer(wait, due) {
    clearTimeout(this.#timer);
    this.#fires = due;
    this.#timer = setTimeout(this.#onTimer, Math.min(Math.ceil(wait), LONGEST_TIMER_MS));
  }

  #onTimer = () => {
    this.#fires = Infinity;
    try {
      const wait = this.#core.onDeadline(this.waitsSince() ?? performance.now());
      if (wait >= 0) this.#setTimer(wait, performance.now() + wait);
      if (wait === -Infinity) {
        this.#silent = true;
        this.#body?.cancel(); // the read that waits brings the end
      }
    } catch (raw) {
      const error = this.#failed(raw);
      if (error !== AGAIN) return this.onFail(error);
      this.#leaving = true;
      this.#sending?.leave(AGAIN); // settles the wait for the head
      this.#body?.cancel(); // settles the read that waits, which then throws it
    }
  };

  /** The host tells of the request: see phases.js. */
  #onPhase = (phase, bytes) => {
    if (!this.#over) this.#arm(this.#core.phase(phase, bytes));
  };

  /** A step of the core; what that throws ends the attempt. */
  #step(act) {
    try {
      return act();
    } catch (raw) {
      throw this.#failed(raw);
    }
  }

  /** What to throw for what the core threw: before the answer has begun, there may be another attempt. */
  #failed(raw) {
    return raw?.kind === "again" && !this.#over ? AGAIN : this.fails(raw);
  }

  #errorOf(raw) {
    return this.#aborted ? this.#reason : toError(raw);
  }

  /** Stops everything below the call; returns the error, for throwing it. */
  #end(error) {
    if (this.#over) return error;
    this.#over = true; // first, because aborting runs the listeners of a replacement for fetch
    this.#sending?.leave(error);
    if (isAlive(this.#instance)) {
      this.#core.abort();
      // Later, because the core may be further up the stack.
      queueMicrotask(() => {
        if (isAlive(this.#instance)) this.#core.free();
      });
    }
    this.#close();
    // The fetch is aborted. A replacement for it may not have listened, so its body is cancelled too.
    this.#body?.cancel(error);
    return error;
  }

  #close() {
    clearTimeout(this.#timer);
    this.#unwatch?.();
    calls.delete(this);
    this.#onOver(this);
  }
}

/**
 * Lets the host note that a body has ended. Until then its socket counts as busy, and a call that took the free place
 * at once would open a second one beside it. Hosts without setImmediate do not need it, or have nothing as short.
 */
function hostTurn() {
  return typeof setImmediate === "function" ? new Promise((resolve) => setImmediate(resolve)) : undefined;
}
