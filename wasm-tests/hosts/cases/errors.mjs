// Cases of bad input and bad answers: a typed error each, never a hang.

import { equal, failure, ok, thrown } from "./check.mjs";
import { bareAnswer, bodyReadBy, event, KEY } from "./bench.mjs";

export const errors = {
  "construction errors have the words that all targets share"(bench) {
    const { constructionErrors, pkg } = bench;
    ok(constructionErrors.length > 0, "construction-errors.json is empty");
    const wrong = [];
    for (const { config, message } of constructionErrors) {
      const error = thrown(() => new pkg.Client(config), pkg.ConfigError, JSON.stringify(config));
      if (error.message !== message) wrong.push(`${JSON.stringify(config)} says ${JSON.stringify(error.message)} instead of ${JSON.stringify(message)}`);
    }
    equal(wrong, [], "differing words");
  },

  "numbers that JSON cannot hold are refused too"(bench) {
    for (const read of [NaN, Infinity, -Infinity]) {
      const error = thrown(() => bench.client(undefined, { timeoutConfig: { read } }), bench.pkg.ConfigError, `read: ${read}`);
      ok(error.message.includes("read"), `the field is not named: ${error.message}`);
    }
  },

  "what only JavaScript can get wrong"(bench) {
    for (const config of [undefined, null, "openai"]) {
      thrown(() => new bench.pkg.Client(config), bench.pkg.ConfigError, `config ${config}`);
    }
    const error = thrown(() => bench.client(undefined, { fetch: "fetch" }), bench.pkg.ConfigError, "fetch: a string");
    ok(error.message.includes("fetch"), `the field is not named: ${error.message}`);
  },

  async "a request without messages, or one that is no JSON"(bench) {
    const client = bench.client();
    for (const body of [undefined, null, {}, { messages: "hello" }, { messages: [1n] }]) {
      await failure(client.chat.completions.create(body), bench.pkg.LLMRouterError, `body ${typeof body}`);
    }
    equal(client.poolStats().inUse, 0, "places in use");
  },

  async "a refused connection"(bench) {
    for (const streamed of [false, true]) {
      const error = await failure(bench.text(bench.client(undefined, { baseUrl: `${bench.refusedUrl}/v1` }), streamed), bench.pkg.NetworkError, "create()");
      equal(error.kind, "network", "kind");
      ok(error.cause !== undefined, "the host's own error is not its cause");
    }
  },

  async "an HTML page, an empty body, malformed JSON"(bench) {
    for (const scenario of ["html", "empty", "malformed"]) {
      for (const streamed of [false, true]) {
        const client = bench.client(scenario);
        const error = await failure(bench.text(client, streamed), bench.pkg.StreamError, `${scenario}, ${streamed ? "streamed" : "unary"}`);
        equal([error.kind, client.poolStats().inUse], ["stream", 0], "kind, and places in use");
      }
    }
  },

  async "error statuses become their classes"(bench) {
    const { pkg } = bench;
    const names = { 400: "BadRequestError", 401: "AuthenticationError", 403: "PermissionError", 404: "NotFoundError", 429: "RateLimitError", 500: "ProviderError", 503: "ProviderError" };
    for (const [status, name] of Object.entries(names)) {
      for (const streamed of [false, true]) {
        const client = bench.client(`status-${status}`);
        const error = await failure(bench.text(client, streamed), pkg[name], `status ${status}`);
        equal([error.name, error.status, typeof error.requestId], [name, Number(status), "string"], "name, status, request id");
        equal(client.poolStats().inUse, 0, "places in use");
        if (status === "429") equal(error.retryAfter, 1, "retryAfter");
      }
    }
  },

  async "a stream that ends cleanly half-way is truncated, after what had arrived"(bench) {
    const full = await bench.text(bench.client(), true);
    const { text, error } = await readUntilError(bench, "truncated");
    ok(error instanceof bench.pkg.StreamError, `got ${error}`);
    ok(text !== "" && full.startsWith(text) && text.length < full.length, `text: ${text}`);
  },

  async "a stream that is cut off is a network error"(bench) {
    const full = await bench.text(bench.client(), true);
    const { text, error } = await readUntilError(bench, "cut");
    ok(error instanceof bench.pkg.NetworkError, `got ${error}`);
    // How much of it came before depends on the host: an error empties the queue of its stream.
    ok(full.startsWith(text) && text.length < full.length, `text: ${text}`);
  },

  async "an error inside a stream is the provider's"(bench) {
    const { error } = await readUntilError(bench, "error-in-stream");
    ok(error instanceof bench.pkg.ProviderError && error.message !== "", `got ${error}`);
  },

  async "a body of strings is refused with the remedy"(bench) {
    const body = new ReadableStream({
      start(controller) {
        controller.enqueue("data: {}\n\n");
        controller.close();
      },
    });
    const fetch = async () => bareAnswer(body);
    const error = await failure(bench.text(bench.client(undefined, { fetch }), true), bench.pkg.LLMRouterError, "strings");
    ok(error.message.includes("Uint8Array"), error.message);
  },

  async "whatever a replacement's reader does, its call ends"(bench) {
    const fail = (words) => {
      throw new Error(words);
    };
    const bytes = () => new TextEncoder().encode(event("a"));
    const broken = Object.defineProperty(bytes(), "byteLength", { get: () => fail("no length") });
    const ways = [
      [() => undefined, "undefined"],
      [() => ({ done: false, value: broken }), "no length"],
      [() => fail("no more"), "no more"],
    ];
    for (const [way, words] of ways) {
      let reads = 0;
      const body = bodyReadBy(async () => (reads++ === 0 ? { done: false, value: bytes() } : way()));
      let signal;
      const fetch = async (_, init) => {
        signal = init.signal;
        return bareAnswer(body);
      };
      const client = bench.client(undefined, { fetch });
      const error = await failure(bench.text(client, true), bench.pkg.LLMRouterError, words);
      ok(String(error.message + error.cause?.message).includes(words), error.message);
      equal(client.poolStats().inUse, 0, "in use");
      ok(signal.aborted, "the request goes on");
    }
  },

  async "no error shows the key, and all can be logged as JSON"(bench) {
    const failures = [];
    for (const scenario of ["status-401", "html", "malformed", "cut", "error-in-stream"]) {
      failures.push(await failure(bench.text(bench.client(scenario), true), bench.pkg.LLMRouterError, scenario));
    }
    failures.push(await failure(bench.unary(bench.client(undefined, { baseUrl: `${bench.refusedUrl}/v1` })), bench.pkg.LLMRouterError, "refused"));
    for (const error of failures) {
      const json = JSON.stringify(error);
      ok(![json, error.message, error.stack, String(error.cause)].join().includes(KEY), `the key is in ${json}`);
      const logged = JSON.parse(json);
      equal([logged.name, logged.message, logged.kind], [error.name, error.message, error.kind], "JSON");
    }
  },

  "instanceof knows the errors of other copies of the package"({ pkg }) {
    // What another entry point's or version's class looks like.
    const copy = (Base, copied) =>
      class extends Base {
        get name() {
          return copied;
        }
      };
    const Base = copy(Error, "LLMRouterError");
    Object.defineProperty(Base.prototype, Symbol.for("llm-api-router.error"), { value: true });
    const PoolTimeout = copy(copy(Base, "TimeoutError"), "PoolTimeout");
    const error = new PoolTimeout("of another copy");
    for (const Class of [pkg.LLMRouterError, pkg.TimeoutError, pkg.PoolTimeout]) ok(error instanceof Class, `it is no ${Class.name}`);
    for (const Class of [pkg.ReadTimeout, pkg.RateLimitError]) ok(!(error instanceof Class), `it is a ${Class.name}`);
    class Own extends pkg.TimeoutError {}
    ok(!(error instanceof Own), "it is an instance of a program's own class");
    for (const other of [new Error("of the host"), { name: "PoolTimeout" }, null, undefined, "PoolTimeout"]) {
      ok(!(other instanceof pkg.LLMRouterError), `${other} is an instance`);
    }
  },

  async "a call that was tried again in vain wraps its last error"(bench) {
    const client = bench.client("status-503", { retryConfig: { maxRetries: 1, initialDelay: 0.02 } });
    for (const streamed of [false, true]) {
      const error = await failure(bench.text(client, streamed), bench.pkg.RetryExhaustedError, "create()");
      equal([error.kind, error.name, error.status, error.attempts], ["retry_exhausted", "RetryExhaustedError", 503, 2], "kind, name, status, attempts");
      ok(error.cause instanceof bench.pkg.ProviderError, `its cause is ${error.cause}`);
      equal(JSON.parse(JSON.stringify(error)).cause, error.cause.message, "the cause in JSON");
    }
    const { retryBudget, inUse } = client.poolStats();
    equal([retryBudget.retries, retryBudget.refused, inUse], [2, 0, 0], "retries, refused, and places in use");
  },

  async "what had arrived of a stream is in its error, and not in logs"(bench) {
    const { text, error } = await readUntilError(bench, "truncated");
    equal(error.partial.choices[0].message, { role: "assistant", content: text }, "partial");
    ok(!JSON.stringify(error).includes(text), "the text is in the JSON");
    ok(error.bytesReceived > text.length, "bytesReceived");
  },

  async "a broken replacement for fetch is a network error with its cause"(bench) {
    const own = new TypeError("of the replacement");
    const fetch = async () => {
      throw own;
    };
    const error = await failure(bench.unary(bench.client(undefined, { fetch })), bench.pkg.NetworkError, "create()");
    ok(error.cause === own, "not its cause");
  },
};

async function readUntilError(bench, scenario) {
  const client = bench.client(scenario);
  let text = "";
  try {
    for await (const chunk of await bench.stream(client)) text += chunk.choices[0]?.delta.content ?? "";
  } catch (error) {
    equal(client.poolStats().inUse, 0, "places in use");
    return { text, error };
  }
  throw new Error(`${scenario}: the stream ended as if it were whole, with ${JSON.stringify(text)}`);
}
