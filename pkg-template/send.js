// Sends one request by the host's fetch, or by what stands in for it, and can be left at any point.

import { discard } from "./body.js";

const NO_FETCH = "this host has no fetch: give the client one as its `fetch`";

/** The host's own. It is looked up for each request, because programs put others in its place. */
export function hostFetch(url, options) {
  if (typeof globalThis.fetch !== "function") throw new Error(NO_FETCH);
  return globalThis.fetch(url, options);
}

/** What sends the requests of one client. */
export class Sender {
  #fetch;
  /** What the last request was, and the next one to the same place is. */
  #last;

  constructor(fetch) {
    this.#fetch = fetch;
  }

  /** What fetch is to be given, by the text of its JSON object; an empty text: the same as the last time. */
  read(request) {
    if (request) this.#last = JSON.parse(request);
    return this.#last;
  }

  /** `tell` is told of the request's phases, where this fetch can. */
  send({ url, method, redirect, headers }, body, tell) {
    const options = { method, redirect, headers: headers.map(([name, value]) => [name, value]) }; // whoever gets them may change them
    if (body) options.body = body;
    return new Sending(this.#fetch, url, options, tell);
  }
}

/** A request under way. */
class Sending {
  #controller = new AbortController();
  #leave;
  #left = false;
  /** What fetch gives. */
  answer;

  constructor(fetch, url, options, tell) {
    options.signal = this.#controller.signal;
    this.answer = new Promise((resolve, reject) => {
      this.#leave = reject;
      Promise.resolve(fetch(url, options, tell)).then((answer) => (this.#left ? discard(answer) : resolve(answer)), reject);
    });
  }

  /** Aborts; if the answer is still awaited, that rejects with `reason`. */
  leave(reason) {
    this.#left = true;
    this.#leave(reason);
    try {
      this.#controller.abort();
    } catch {
      // Workers: what belongs to another invocation may be out of reach, and ends with it.
    }
  }
}

/** The status of an answer, if it has one, and its headers' names and values, each on a line: none has a line's end in it. */
export function headOf(answer) {
  if (typeof answer !== "object" || answer === null) return { headers: "" };
  const { status, headers } = answer;
  const succeeds = status >= 200 && status <= 299;
  return { status: typeof status === "number" ? status : undefined, headers: succeeds && headers instanceof Headers ? few(headers) : lines(headers) };
}

/** What the core looks at in the head of a success: all headers would take longer than everything else here. */
function few(headers) {
  let lines = "";
  for (const name of ["content-type", "x-request-id", "request-id"]) {
    const value = headers.get(name);
    if (value !== null) lines += `${name}\n${value}\n`;
  }
  return lines;
}

/** A replacement's headers may be anything, for example missing. */
function lines(headers) {
  try {
    return Array.from(headers).flat().join("\n");
  } catch {
    return "";
  }
}
