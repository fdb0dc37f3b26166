// Cases against a server of other people's making, whose fixtures are in aimock-fixtures.json.

import { equal, failure, ok } from "./check.mjs";
import { delta, readAll } from "./bench.mjs";

const TEXT = "Connections are kept: naïve café 東京 🙂, said the server that nobody here wrote.";
const messages = [{ role: "user", content: "connection pools, please" }];

export const aimock = {
  async "aimock: a unary answer"(bench) {
    const answer = await clientOf(bench).chat.completions.create({ messages });
    equal(answer.choices[0].message.content, TEXT, "text");
  },

  async "aimock: a streamed answer"(bench) {
    const stream = await clientOf(bench).chat.completions.create({ messages, stream: true });
    equal(await readAll(stream), TEXT, "text");
  },

  async "aimock: provider type openai with another base URL"(bench) {
    const client = new bench.pkg.Client({ providerType: "openai", apiKey: "test", baseUrl: `${bench.aimockUrl}/v1`, defaultModel: "gpt-test" });
    equal(await textOf(client), TEXT, "text");
  },

  async "aimock: every dialect gives its text at once and streamed"(bench) {
    for (const [providerType, path] of DIALECTS) {
      const { completions } = dialectOf(bench, providerType, path).chat;
      // Not all are asked for counts by themselves.
      const streamed = { messages, stream: true, stream_options: { include_usage: true } };
      for (const answer of [await completions.create({ messages }), await (await completions.create(streamed)).finalCompletion()]) {
        const [{ message, finish_reason }] = answer.choices;
        equal([message.content, finish_reason, answer.object], [TEXT, "stop", "chat.completion"], providerType);
        equal(typeof answer.usage.total_tokens, "number", `${providerType}: counts`);
      }
    }
  },

  async "aimock: every dialect calls tools at once and streamed, and takes their results"(bench) {
    const tools = [{ type: "function", function: { name: "get_weather", parameters: { type: "object", properties: { city: { type: "string" } } } } }];
    const request = { ...saying("the weather, please"), tools };
    for (const [providerType, path] of DIALECTS) {
      const { completions } = dialectOf(bench, providerType, path).chat;
      for (const answer of [await completions.create(request), await (await completions.create({ ...request, stream: true })).finalCompletion()]) {
        const [{ message, finish_reason }] = answer.choices;
        const [{ id, function: called }] = message.tool_calls;
        equal([called.name, JSON.parse(called.arguments).city, finish_reason], ["get_weather", "Paris", "tool_calls"], providerType);
        const after = [...request.messages, message, { role: "tool", tool_call_id: id, content: "21" }, ...messages];
        equal((await completions.create({ messages: after })).choices[0].message.content, TEXT, `${providerType}: after the tool`);
      }
    }
  },

  async "aimock: embeddings and models"(bench) {
    for (const [providerType, path] of [["openai", "/v1"], ["ollama", ""], ["zhipu", "/v1"], ["openai-compatible", "/v1"]]) {
      const client = dialectOf(bench, providerType, path);
      const { data } = await client.embeddings.create({ input: "a vector, please" });
      equal(data[0].embedding, [0.5, -1.25, 2], providerType);
      const models = await client.models.list();
      ok(models.data.some((model) => model.id === "gpt-4o"), `${providerType}: ${JSON.stringify(models)}`);
    }
  },

  async "aimock: a vector that travels as base64 is numbers again, in the order of the texts"(bench) {
    const list = { object: "list", model: "m", data: [{ index: 1, embedding: "AAAAQA==" }, { index: 0, embedding: "AAAAPwAAoL8=" }] };
    const fetch = async () => new Response(JSON.stringify(list), { headers: { "content-type": "application/json" } });
    const client = new bench.pkg.Client({ providerType: "openai-compatible", baseUrl: `${bench.aimockUrl}/v1`, fetch });
    const { data } = await client.embeddings.create({ model: "m", input: ["a", "b"], encoding_format: "base64" });
    equal(data.map((one) => one.embedding), [[0.5, -1.25], [2]], "vectors");
  },

  async "aimock: a stream that breaks after some chunks, or some time, is a network error with what had come"(bench) {
    for (const say of ["cut off, please", "hang up, please"]) {
      const client = clientOf(bench, { retryConfig: { initialDelay: 0.05 } });
      let text = "";
      const reading = async () => {
        for await (const chunk of await client.chat.completions.create({ ...saying(say), stream: true })) text += delta(chunk);
      };
      const error = await failure(reading(), bench.pkg.NetworkError, say);
      ok(text !== "" && "One two three four five six seven".startsWith(text), `${say}: text ${text}`);
      ok(error.partial.choices[0].message.content.startsWith(text), `${say}: partial ${JSON.stringify(error.partial)}`);
      equal([error.attempts, error.replay, client.poolStats().inUse], [1, "processed", 0], say);
    }
  },

  async "aimock: a slow first token runs into its limit, and is waited for without one"(bench) {
    const stream = { ...saying("think first, please"), stream: true };
    const hasty = clientOf(bench, { timeoutConfig: { firstToken: 0.3 }, retryConfig: { maxRetries: 1, initialDelay: 0.05 } });
    const error = await failure(hasty.chat.completions.create(stream), bench.pkg.RetryExhaustedError, "a limit of 0.3 s");
    ok(error.cause instanceof bench.pkg.FirstTokenTimeout, `the last one is ${error.cause}`);
    equal([error.attempts, hasty.poolStats().inUse], [2, 0], "attempts, and places in use");
    equal(await (await clientOf(bench).chat.completions.create(stream)).text(), "At last.", "text");
  },

  async "aimock: 429 is tried again"(bench) {
    const client = clientOf(bench, { retryConfig: { initialDelay: 0.05 } });
    const answer = await client.chat.completions.create(saying("too fast, please"));
    equal(answer.choices[0].message.content, "Now it is your turn.", "text");
    const error = await failure(client.chat.completions.create(saying("never, please"), { maxRetries: 2 }), bench.pkg.RetryExhaustedError, "never");
    ok(error.cause instanceof bench.pkg.RateLimitError, `the last one is ${error.cause}`);
    equal([error.status, error.code, error.attempts], [429, "rate_limited", 3], "status, code, attempts");
  },
};

/** The dialects that aimock speaks, each with the path of its base URL; all that are like OpenAI's it answers as OpenAI. */
const DIALECTS = [
  ["openai", "/v1"],
  ["anthropic", "/v1"],
  ["gemini", "/v1beta"],
  ["ollama", ""],
  ["openrouter", "/api/v1"],
  ["deepseek", "/v1"],
  ["xai", "/v1"],
  ["zhipu", "/v1"],
  ["openai-compatible", "/v1"],
];

function dialectOf(bench, providerType, path) {
  return new bench.pkg.Client({ providerType, apiKey: "test.secret", baseUrl: bench.aimockUrl + path, defaultModel: "m" });
}

function clientOf(bench, more) {
  return new bench.pkg.Client({ providerType: "openai-compatible", apiKey: "test", baseUrl: `${bench.aimockUrl}/v1`, defaultModel: "gpt-test", ...more });
}

function saying(content) {
  return { messages: [{ role: "user", content }] };
}

async function textOf(client) {
  return readAll(await client.chat.completions.create({ messages, stream: true }));
}
