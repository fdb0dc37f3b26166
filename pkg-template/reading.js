// Reads the body of one answer, in pieces that the core can take in.

import { hostName } from "./core.js";

/** The most that one read gives: what the core takes in at once, it needs memory for, which wasm never gives back. */
export const VIEW_BYTES = 65536;

let host;
/** The memory that the last answer was read into: it costs more to make than to use. */
let spare;

export class Reading {
  #reader;
  /** The memory to read into, when the body is a stream of bytes. */
  #memory;
  /** What the host's last read brought beyond what was asked for. */
  #rest;

  constructor(body, streaming) {
    this.#reader = byteReader(body, streaming);
    if (this.#reader) {
      this.#memory = spare?.byteLength === VIEW_BYTES ? spare : new ArrayBuffer(VIEW_BYTES);
      spare = undefined;
    } else {
      this.#reader = body.getReader();
    }
  }

  /** The first `most` bytes of what the last read left over, if it did. */
  left(most) {
    return this.#rest && this.#beginning(this.#rest, most);
  }

  /** The host's next read; what it gives is for `take`. */
  read(most) {
    return this.#reader.read(this.#memory && new Uint8Array(this.#memory, 0, most));
  }

  /** The first `most` bytes of what a read gave; undefined at the end. The core copies what it needs of them. */
  take({ done, value }, most) {
    if (this.#memory) this.#memory = this.#usedBy(value);
    if (done) {
      spare = this.#memory;
      this.#memory = undefined;
      return undefined;
    }
    return value.byteLength > most ? this.#beginning(value, most) : value;
  }

  /** A pending read ends with that. */
  cancel(reason) {
    this.#reader.cancel(reason).catch(() => {});
  }

  /**
   * The memory comes back with what was read into it. A replacement's readers may not know of that: then theirs is not
   * to be written to.
   */
  #usedBy(value) {
    const { buffer } = value ?? {};
    return buffer === this.#memory || this.#memory.byteLength === 0 ? buffer : undefined;
  }

  /** The first bytes of what the host read, which may be more than anybody asked for; the others are read next. */
  #beginning({ buffer, byteOffset, byteLength }, most) {
    const size = Math.min(byteLength, most);
    this.#rest = byteLength > size ? new Uint8Array(buffer, byteOffset + size, byteLength - size) : undefined;
    return new Uint8Array(buffer, byteOffset, size);
  }
}

/**
 * A reader that takes memory to read into, where the body is a stream of bytes and reading takes less time with it. In
 * Node it takes more. So it does for an answer that comes in one read or two, but in Deno. Bun's bodies are no such
 * streams, and being told so takes it long.
 */
function byteReader(body, streaming) {
  host ??= hostName();
  if (host === "node" || host === "bun" || (!streaming && host !== "deno")) return undefined;
  try {
    return body.getReader({ mode: "byob" });
  } catch {
    return undefined;
  }
}
