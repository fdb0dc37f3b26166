// What Node shows of a request before its answer: that it waits for a connection, is being sent, is out.

/** From this size on, sending may take several turns of the host, and its progress is looked at. */
const LARGE_BODY = 65536;
const LOOK_MS = 100;

/** The call whose request is being created at this moment. */
let creating;
/** The calls by the host's own objects for their requests. */
const tracks = new WeakMap();
let subscribed = false;

/** The phases, as the core numbers them. */
const DIALS = 0;
const UPLOADS = 1;
const SENDS = 2;
const UPLOADED = 3;

/**
 * Node's own fetch, which tells a third argument of its phases; undefined on other hosts and in Node before 20.16.
 *
 * The module is not imported: bundlers and browsers would trip over it.
 */
export function tracedFetch() {
  if (typeof Deno !== "undefined" || typeof Bun !== "undefined") return undefined;
  const channels = globalThis.process?.getBuiltinModule?.("node:diagnostics_channel");
  if (!channels) return undefined;
  if (!subscribed) subscribe(channels);
  subscribed = true;
  return start;
}

function subscribe(channels) {
  const on = (name, act) => channels.subscribe(`undici:${name}`, act);
  // Published inside of the call of fetch, so that it is known whose request it is.
  on("request:create", ({ request }) => {
    if (!creating) return;
    tracks.set(request, creating);
    creating.tell(DIALS);
  });
  on("client:sendHeaders", ({ request, socket }) => tracks.get(request)?.sends(socket));
  on("request:bodySent", ({ request }) => tracks.get(request)?.sent());
}

function start(url, options, tell) {
  const track = new Track(options, tell);
  creating = track;
  let answer;
  try {
    answer = globalThis.fetch(url, options);
  } finally {
    creating = undefined;
  }
  const stop = () => track.stop();
  answer.then(stop, stop);
  return answer;
}

class Track {
  #tell;
  #signal;
  #left;
  #looking;

  constructor({ signal, body }, tell) {
    this.#tell = tell;
    this.#signal = signal;
    this.#left = body?.byteLength ?? 0;
  }

  /** Nobody listens any more once the call has been aborted. */
  tell(phase, bytes = 0) {
    if (this.#signal.aborted) this.stop();
    this.#tell?.(phase, bytes);
  }

  sends(socket) {
    this.tell(UPLOADS);
    if (this.#left < LARGE_BODY) return;
    // The host tells only when all is out. How much still waits is what it looks at itself for a socket's timeout.
    this.#looking = setInterval(() => {
      const left = Math.min(socket?._handle?.writeQueueSize || this.#left, this.#left);
      if (left < this.#left) this.#moves(left);
      else if (this.#signal.aborted) this.stop();
    }, LOOK_MS);
  }

  sent() {
    if (this.#left > 0) this.#moves(0);
    this.tell(UPLOADED);
    clearInterval(this.#looking);
  }

  #moves(left) {
    this.tell(SENDS, this.#left - left);
    this.#left = left;
  }

  stop() {
    this.#tell = undefined;
    clearInterval(this.#looking);
  }
}
