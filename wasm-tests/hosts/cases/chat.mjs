// Cases of answers that arrive: unary and streamed, in every way of reading a stream.

import { equal, failure, ok, until } from "./check.mjs";
import { bareAnswer, bodyReadBy, delta, event, fetchOf, KEY, MESSAGES, readAll } from "./bench.mjs";

export const chat = {
  async "streamed text equals unary text"(bench) {
    const client = bench.client();
    const unary = await bench.text(client, false);
    ok(unary.length > 20 && /[^\x00-\x7f]/.test(unary), `the text is no text to test with: ${unary}`);
    equal(await bench.text(client, true), unary, "streamed text");
    await until(() => client.poolStats().inUse === 0, "the place is free afterwards");
  },

  async "chunks have OpenAI's shape"(bench) {
    const stream = await bench.client().chat.completions.create({ messages: MESSAGES, stream: true, stream_options: { include_usage: true } });
    const chunks = [];
    for await (const chunk of stream) chunks.push(chunk);
    ok(chunks.length > 4, `only ${chunks.length} chunks`);
    equal(chunks[0].object, "chat.completion.chunk", "object");
    equal(chunks[0].choices[0].delta.role, "assistant", "role in the first chunk");
    ok(chunks.some((chunk) => chunk.choices[0]?.finish_reason === "stop"), "no finish_reason");
    ok(chunks.at(-1).usage?.total_tokens > 0, "no usage in the last chunk");
  },

  async "chunks share nothing: what is done to one changes no other"(bench) {
    const expected = await bench.text(bench.client(), false);
    let text = "";
    const seen = new Set();
    for await (const chunk of await bench.stream(bench.client())) {
      for (const part of [chunk, chunk.choices, chunk.choices[0], chunk.choices[0].delta]) {
        ok(!seen.has(part), "a part of a chunk came twice");
        seen.add(part);
      }
      text += delta(chunk);
      chunk.choices[0].delta.content = "changed";
      chunk.choices.length = 0;
      chunk.model = "changed";
    }
    equal(text, expected, "the text");
  },

  async "an answer is OpenAI's object"(bench) {
    const answer = await bench.unary(bench.client());
    equal([answer.object, answer.choices[0].finish_reason, answer.choices[0].message.role], ["chat.completion", "stop", "assistant"], "answer");
    ok(answer.usage.total_tokens > 0, "no usage");
  },

  async "line ends, split reads, comments and closed connections change nothing"(bench) {
    const expected = await bench.text(bench.client(), true);
    for (const scenario of ["crlf", "bytes", "comments", "close"]) {
      equal(await bench.text(bench.client(scenario), true), expected, scenario);
    }
  },

  async "camelCase and snake_case keys mean the same"(bench) {
    const camel = bench.client(undefined, {
      connectionPoolConfig: { maxConnections: 3, streamBufferSize: 4096 },
      timeoutConfig: { firstToken: 5, read: 5 },
      extraHeaders: { "x-test": "1" },
    });
    const snake = new bench.pkg.Client({
      provider_type: "openai-compatible",
      api_key: KEY,
      default_model: "test-model",
      base_url: `${bench.mockUrl}/v1`,
      connection_pool_config: { max_connections: 3, stream_buffer_size: 4096 },
      timeout_config: { first_token: 5, read: 5 },
      extra_headers: { "x-test": "1" },
    });
    equal([camel.poolStats().maxConnections, snake.poolStats().maxConnections], [3, 3], "maxConnections");
    equal(await bench.text(snake, true), await bench.text(camel, true), "text");
  },

  async "a replacement fetch gets the request: URL, key and headers"(bench) {
    const { fetch, calls } = fetchOf(event("Hi", "stop") + "data: [DONE]\n\n");
    const client = bench.client(undefined, { fetch, extraHeaders: { "x-of-client": "a" } });
    equal(await bench.text(client, true, { headers: new Headers({ "x-of-call": "b" }) }), "Hi", "text");
    equal(calls.length, 1, "calls of fetch");
    const { url, init } = calls[0];
    const headers = new Headers(init.headers);
    equal(url, `${bench.mockUrl}/v1/chat/completions`, "URL");
    equal([init.method, headers.get("authorization"), headers.get("x-of-client"), headers.get("x-of-call")], ["POST", `Bearer ${KEY}`, "a", "b"], "request");
    const sent = typeof init.body === "string" ? init.body : new TextDecoder().decode(init.body);
    const { messages, stream, model } = JSON.parse(sent);
    equal({ messages, stream, model }, { messages: MESSAGES, stream: true, model: "test-model" }, "body");
  },

  async "a replacement's body need not take memory to read into, and its own memory is left alone"(bench) {
    const pool = new Uint8Array(65536).fill(7);
    const pooled = (text, at) => pool.subarray(at, at + new TextEncoder().encodeInto(text, pool.subarray(at)).written);
    const pieces = () => [new TextEncoder().encode(event("Hel")), pooled(event("lo", "stop"), 0), pooled("data: [DONE]\n\n", 1000)];
    const body = () => {
      const left = pieces();
      return bodyReadBy(async () => (left.length > 0 ? { done: false, value: left.shift() } : { done: true, value: undefined }));
    };
    const client = bench.client(undefined, { fetch: async () => bareAnswer(body()) });
    for (let time = 0; time < 2; time++) equal(await bench.text(client, true), "Hello", "text");
    // What is kept to read the host's own answers into is not the replacement's.
    equal(await bench.text(bench.client(), true), await bench.text(bench.client()), "text of the host's own");
    equal(pool.at(-1), 7, "the end of the replacement's memory");
    equal(new TextDecoder().decode(pool.subarray(0, 5)), "data:", "the beginning of the replacement's memory");
  },

  async "finalCompletion() is what the unary answer is"(bench) {
    const client = bench.client();
    const { message, finish_reason } = (await bench.unary(client)).choices[0];
    const final = await (await bench.stream(client)).finalCompletion();
    equal(final.object, "chat.completion", "object");
    equal(final.choices[0], { index: 0, logprobs: null, finish_reason, message: { role: "assistant", content: message.content } }, "choice");
  },

  async "finalCompletion() joins the pieces of tool calls"(bench) {
    const pieces = [
      { role: "assistant", content: null },
      { tool_calls: [{ index: 0, id: "a", type: "function", function: { name: "f", arguments: '{"x"' } }] },
      { tool_calls: [{ index: 1, id: "b", type: "function", function: { name: "g", arguments: "{}" } }] },
      { tool_calls: [{ index: 0, function: { arguments: ":1}" } }] },
    ];
    const chunks = pieces.map((piece) => ({ id: "c", choices: [{ index: 0, delta: piece, finish_reason: null }] }));
    chunks.push({ id: "c", choices: [{ index: 0, delta: {}, finish_reason: "tool_calls" }] });
    const { fetch } = fetchOf(chunks.map((chunk) => `data: ${JSON.stringify(chunk)}\n\n`).join("") + "data: [DONE]\n\n");
    const { choices } = await (await bench.stream(bench.client(undefined, { fetch }))).finalCompletion();
    equal(choices[0].message.tool_calls, [
      { id: "a", type: "function", function: { name: "f", arguments: '{"x":1}' } },
      { id: "b", type: "function", function: { name: "g", arguments: "{}" } },
    ], "tool calls");
    equal([choices[0].finish_reason, choices[0].message.content], ["tool_calls", null], "the rest of the choice");
  },

  async "finalCompletion() has what changes beside the text"(bench) {
    const chunk = (content, more, ofChoice) => ({ id: "c", model: "a", choices: [{ index: 0, delta: { content }, ...ofChoice }], ...more });
    const chunks = [chunk("x"), chunk("y", { model: "b", tier: 1 }), chunk("z", { model: "b" }, { filtered: { by: "f" } }), "[DONE]"];
    const { fetch } = fetchOf(chunks.map((data) => `data: ${typeof data === "string" ? data : JSON.stringify(data)}\n\n`).join(""));
    const { model, tier, choices } = await (await bench.stream(bench.client(undefined, { fetch }))).finalCompletion();
    equal([model, tier, choices[0].filtered, choices[0].message.content], ["b", 1, { by: "f" }, "xyz"], "all of it");
  },

  async "what was used is in the error of a stream whose chunks would have told it at the end"(bench) {
    const start = { type: "message_start", message: { id: "1", model: "m", usage: { input_tokens: 9, output_tokens: 1 } } };
    const { fetch } = fetchOf(`data: ${JSON.stringify(start)}\n\ndata: {"type":"content_block_delta","delta":{"type":"text_delta","text":"a"}}\n\n`);
    const client = bench.client(undefined, { fetch, providerType: "anthropic" });
    const error = await failure((async () => (await bench.stream(client)).text())(), bench.pkg.StreamError, "text()");
    equal([error.partial.choices[0].message.content, error.partial.usage.total_tokens], ["a", 10], "text and tokens");
    ok(!JSON.stringify(error).includes("tokens"), "logs have more than they had");
  },

  async "finalCompletion() and text() have what was already taken"(bench) {
    const whole = await bench.text(bench.client(), false);
    for (const read of [async (stream) => (await stream.finalCompletion()).choices[0].message.content, (stream) => stream.text()]) {
      const stream = await bench.stream(bench.client());
      await stream.next();
      await stream.next();
      equal(await read(stream), whole, "text");
    }
  },

  async "toReadableStream() writes OpenAI's events"(bench) {
    const client = bench.client();
    const sse = await new Response((await bench.stream(client)).toReadableStream()).text();
    const events = sse.trimEnd().split("\n\n").map((line) => line.replace(/^data: /, ""));
    equal(events.pop(), "[DONE]", "last event");
    equal(events.map((json) => delta(JSON.parse(json))).join(""), await bench.text(client, false), "text");
  },

  async "toReadableStream() passes an error on and does not end cleanly"(bench) {
    const stream = await bench.stream(bench.client("error-in-stream"));
    const reader = stream.toReadableStream().getReader();
    let sse = "";
    const readOn = async () => {
      for (;;) {
        const { done, value } = await reader.read();
        if (done) return "a clean end";
        sse += new TextDecoder().decode(value);
      }
    };
    const error = await failure(readOn(), bench.pkg.ProviderError, "reading");
    const last = JSON.parse(sse.trimEnd().split("\n\n").at(-1).replace(/^data: /, ""));
    equal(last.error, { message: error.message, type: "ProviderError", code: "provider" }, "last event");
  },

  async "several next() calls at once get the chunks in order"(bench) {
    const client = bench.client();
    const expected = await bench.text(client, true);
    const stream = await bench.stream(client);
    let text = "";
    for (let done = false; !done; ) {
      const results = await Promise.all([stream.next(), stream.next(), stream.next()]);
      for (const result of results) if (!result.done) text += delta(result.value);
      done = results.at(-1).done;
    }
    equal(text, expected, "text");
  },

  async "classes are the same from every entry point"(bench) {
    const { pkg, slim } = bench;
    ok(pkg.AsyncClient === pkg.Client && slim.Client === pkg.Client, "Client differs");
    ok(slim.LLMRouterError === pkg.LLMRouterError && slim.ReadTimeout === pkg.ReadTimeout, "error classes differ");
    ok((await bench.stream(bench.client())) instanceof pkg.ChatStream, "a stream is no ChatStream");
  },

  async "capabilities() tells the host and a level for each knob"(bench) {
    const { host, knobs } = bench.client().capabilities();
    ok(typeof host === "string" && host !== "", "no host");
    for (const [knob, { level, why }] of Object.entries(knobs)) {
      ok(["enforced", "merged", "delegated"].includes(level) && why, `${knob}: ${level}, ${why}`);
    }
    equal(knobs.maxConnections.level, "enforced", "maxConnections");
  },

  async "a stream that is read late is whole"(bench) {
    const client = bench.client();
    const expected = await bench.text(client, false);
    const stream = await bench.stream(client);
    const other = await bench.text(client, true);
    equal([await readAll(stream), other], [expected, expected], "texts");
    equal(await stream.next(), { done: true }, "next() after the end");
  },
};
