// Stands in for the host's fetch: addresses that a test has taken are answered by the test's own script, all others
// by the host. Evaluates to a function that takes an address.

const real = globalThis.fetch;
const fakes = new Map();

globalThis.fetch = (url, options) => {
  const fake = fakes.get(new URL(url).origin);
  return fake ? fake.answer(url, options) : real.call(globalThis, url, options);
};

const bytes = (piece) => (typeof piece === "string" ? new TextEncoder().encode(piece) : piece);
const sleep = (milliseconds) => new Promise((resolve) => setTimeout(resolve, milliseconds));

class Fake {
  requests = [];
  aborted = 0;
  cancelled = 0;
  pulled = 0;

  constructor(script) {
    this.script = new Function("fake", "signal", `return (async () => { ${script} })()`);
  }

  answer(url, options) {
    const { method, headers, body, signal } = options;
    this.requests.push(JSON.stringify({ url, method, headers, body: new TextDecoder().decode(body), options: Object.keys(options) }));
    signal.addEventListener("abort", () => this.aborted++);
    return this.script(this, signal);
  }

  /** Never answers; like a host's fetch, it rejects once it is aborted. */
  never(signal) {
    return new Promise((_, reject) => signal.addEventListener("abort", () => reject(signal.reason)));
  }

  json(value, status = 200, headers = {}) {
    return new Response(JSON.stringify(value), { status, headers: { "content-type": "application/json", ...headers } });
  }

  /**
   * A stream of these pieces, which are handed out one for each read. A number is a pause in milliseconds, and an
   * Error breaks the stream. Afterwards it ends, or stays open. Does not listen to any signal.
   */
  stream(pieces, { open = false } = {}) {
    const left = [...pieces];
    const pull = async (controller) => {
      if (left.length > 0) this.pulled++;
      while (typeof left[0] === "number") await sleep(left.shift());
      if (left.length === 0) return open ? new Promise(() => {}) : controller.close();
      const piece = left.shift();
      if (piece instanceof Error) return controller.error(piece);
      controller.enqueue(bytes(piece));
    };
    const body = new ReadableStream({ pull, cancel: () => void this.cancelled++ }, { highWaterMark: 0 });
    return new Response(body, { headers: { "content-type": "text/event-stream" } });
  }

  /** One event with this text. */
  text(content) {
    return `data: ${JSON.stringify({ id: "1", choices: [{ index: 0, delta: { content } }] })}\n\n`;
  }

  get end() {
    return `data: ${JSON.stringify({ id: "1", choices: [{ index: 0, delta: {}, finish_reason: "stop" }] })}\n\ndata: [DONE]\n\n`;
  }
}

return (origin, script) => {
  const fake = new Fake(script);
  fakes.set(origin, fake);
  return fake;
};
