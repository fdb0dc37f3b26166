// The client: holds the core's client, and opens a call for each request.

import { Call } from "./call.js";
import { camelKeys } from "./camel.js";
import { CoreClient } from "./core.js";
import { currentInstance, isAlive } from "./crash.js";
import { abortError, ConfigError, toError } from "./errors.js";
import { tracedFetch } from "./phases.js";
import { hostFetch, Sender } from "./send.js";
import { init, startNow } from "./start.js";
import { ChatStream } from "./stream.js";

/** No provider's list of models has so many. */
const MOST_PAGES = 100;

export class Client {
  #config;
  /** The core's client; missing until the core has started, and of no use once its instance has panicked. */
  #core;
  #instance;
  #sender;
  #closed = false;
  /** Calls in flight. */
  #calls = new Set();

  constructor(config) {
    if (typeof config !== "object" || config === null) {
      throw configError(`config must be an object such as { providerType: "openai", apiKey: "…" }, not ${config === null ? "null" : typeof config}`);
    }
    const { fetch } = config;
    if (fetch !== undefined && fetch !== null && typeof fetch !== "function") {
      throw configError(`fetch must be a function like the host's fetch, not ${typeof fetch}; leave it out to use the host's`);
    }
    this.#config = { ...config };
    // Where the core cannot start at once, the first call rejects with what would have been thrown here.
    if (startNow()) this.#open();
    this.chat = {
      completions: {
        create: (body, options) => this.#create((core, rest) => core.chat(toJson(body), rest), options),
      },
    };
    this.embeddings = {
      create: async (body, options) => {
        const embeddings = await this.#create((core, rest) => core.embeddings(toJson(body), rest), options);
        for (const one of embeddings.data) one.embedding = toNumbers(one.embedding);
        embeddings.data.sort((one, other) => one.index - other.index);
        return embeddings;
      },
    };
    this.models = {
      list: async (options) => {
        const data = [];
        let page;
        for (let pages = 0; pages < MOST_PAGES; pages += 1) {
          const name = page?._next_page;
          page = await this.#create((core, rest) => core.models(rest, name), options);
          data.push(...page.data);
          if (!page._next_page) return { ...page, data };
        }
        throw toError({ name: "StreamError", kind: "stream", message: `the list of models has more than ${MOST_PAGES} pages` });
      },
    };
  }

  poolStats() {
    return camelKeys(this.#running("poolStats").poolStats());
  }

  metrics() {
    return camelKeys(this.#running("metrics").metrics());
  }

  metricsPrometheus() {
    return this.#running("metricsPrometheus").metricsPrometheus();
  }

  diagnose() {
    return camelKeys(this.#running("diagnose").diagnose());
  }

  capabilities() {
    return this.#running("capabilities").capabilities();
  }

  close() {
    this.#closed = true;
    if (this.#core && isAlive(this.#instance)) this.#core.close();
    for (const call of this.#calls) call.abort(abortError("the client was closed"));
  }

  // Where the host has no Symbol.dispose yet, this is the symbol that compilers lower `using` to.
  [Symbol.dispose ?? Symbol.for("Symbol.dispose")]() {
    this.close();
  }

  /** Opens the call that `prepare` makes of the core and the options that are its own. */
  async #create(prepare, options) {
    const { signal, headers, ...rest } = options ?? {};
    if (signal?.aborted) throw signal.reason;
    if (!this.#core) {
      await init();
      if (signal?.aborted) throw signal.reason;
    }
    this.#open();
    // Headers, Map and lists of pairs are iterable and have no keys of their own to read.
    if (headers) rest.headers = typeof headers[Symbol.iterator] === "function" ? Object.fromEntries(headers) : headers;
    const call = new Call(this.#prepared(prepare, options && rest), this.#sender, signal, (call) => this.#calls.delete(call));
    this.#calls.add(call);
    const answer = await call.open();
    if (!call.streaming) return answer;
    call.throwIfAborted(); // until the stream listens
    return new ChatStream(call);
  }

  #prepared(prepare, options) {
    try {
      return prepare(this.#core, options);
    } catch (raw) {
      throw toError(raw);
    }
  }

  /** Makes the core's client, which validates the configuration. */
  #open() {
    const instance = currentInstance();
    if (this.#core && this.#instance === instance) return;
    const { fetch, config, keyInPage, awaitedHeads } = ofThisTarget(this.#config);
    const traced = fetch ? undefined : tracedFetch();
    this.#sender = new Sender(fetch ?? traced ?? hostFetch);
    try {
      this.#core = new CoreClient(config, traced !== undefined, keyInPage, awaitedHeads);
    } catch (raw) {
      throw toError(raw);
    }
    this.#instance = instance;
    if (this.#closed) this.#core.close();
  }

  #running(method) {
    if (this.#core || startNow()) this.#open();
    if (!this.#core) throw configError(`${method}() needs the core, which starts with the first call here: \`await init()\` before it`);
    return this.#core;
  }
}

function toJson(body) {
  try {
    return JSON.stringify(body) ?? "null";
  } catch (cause) {
    throw configError(`the request cannot be written as JSON: ${cause.message}`, cause);
  }
}

/** A vector that travelled as base64 is made of floats of 32 bits, the low byte first. */
function toNumbers(vector) {
  if (typeof vector !== "string") return vector;
  const bytes = Uint8Array.from(atob(vector), (letter) => letter.charCodeAt(0));
  const view = new DataView(bytes.buffer);
  return Array.from({ length: bytes.length / 4 }, (_, place) => view.getFloat32(place * 4, true));
}

/** What only this target has, apart from the configuration of all targets. */
function ofThisTarget(all) {
  const { fetch, dangerouslyAllowBrowser, dangerously_allow_browser, maxAwaitedHeads, max_awaited_heads, ...config } = all;
  const awaitedHeads = maxAwaitedHeads ?? max_awaited_heads ?? undefined;
  if (awaitedHeads !== undefined && !(Number.isSafeInteger(awaitedHeads) && awaitedHeads >= 1)) {
    throw configError(`max_awaited_heads must be a whole number of at least 1, got ${awaitedHeads}`);
  }
  return { fetch: fetch ?? undefined, config, keyInPage: (dangerouslyAllowBrowser ?? dangerously_allow_browser) === true, awaitedHeads };
}

function configError(message, cause) {
  return new ConfigError({ kind: "config", message, cause });
}
