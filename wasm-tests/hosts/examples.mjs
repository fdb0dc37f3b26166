// What the examples have to write: the answer that the mock server derives from their request.

import { createServer } from "node:http";
import { env, run } from "./report.mjs";

export const MESSAGES = [{ role: "user", content: "Hello!" }];

/** The environment that points an example to the mock server. */
export const exampleEnv = { OPENAI_API_KEY: "example-key", OPENAI_BASE_URL: `${env("MOCK_URL")}/v1` };

export async function expectedText() {
  const response = await fetch(`${env("MOCK_URL")}/v1/chat/completions`, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify({ model: "gpt-4o-mini", messages: MESSAGES }),
  });
  return (await response.json()).choices[0].message.content;
}

/** Fails unless an example wrote the answer. */
export async function expectAnswer(written) {
  const expected = await expectedText();
  if (written.trim() !== expected) throw new Error(`expected ${JSON.stringify(expected)}, got ${JSON.stringify(written)}`);
}

/** What each scenario of connection_pool_optimization.mjs has to show: an exact value, or a judgement of it. */
const FIGURES = {
  1: { calls: 10, "sockets opened": (opened) => opened >= 1 && opened <= 2 },
  2: {
    "calls that wait while 4 streams run": 8,
    "calls that failed": 0,
    "requests in flight, as the server sees them": 4,
    "longest wait": (seconds) => seconds > 0,
    "maxConnections is": "enforced",
    "maxKeepaliveConnections is": "delegated",
  },
  3: {
    "silent server": (words) => /read/.test(words),
    "no free place": (words) => /timeout_config\.pool/.test(words),
    "pool timeouts": 1,
    "all of it took": (seconds) => seconds >= 0.1 && seconds < 10,
  },
  4: {
    "streams at once": 120,
    "sockets at once, as the server saw them": (sockets) => sockets >= 120 && sockets <= 130,
  },
  5: { calls: 10, "sockets opened by these calls": (opened) => opened <= 2 },
  6: { "calls in flight": 20, "calls that failed": 0, calls: 100, "pool timeouts": 0 },
  7: {
    "streams read slowly to their end": 3,
    "requests that ended with a stream that was left": 1,
    "places still in use": 0,
    "silent stream": (words) => /idle/.test(words),
    "noticed after": (seconds) => seconds >= 0.5 && seconds < 10,
  },
};

/** Fails unless connection_pool_optimization.mjs shows what it is about. */
export function expectFigures(stdout, stderr) {
  const shown = {};
  let scenario;
  for (const line of stdout.split("\n")) {
    const figure = /^  (.*?): (.*)$/.exec(line);
    if (figure) scenario[figure[1]] = figure[2];
    else if (line) shown[line[0]] = scenario = {};
  }
  for (const [number, figures] of Object.entries(FIGURES)) {
    for (const [name, expected] of Object.entries(figures)) {
      const value = shown[number]?.[name];
      const right = typeof expected === "function" ? expected(Number.parseFloat(value) || value) : value === String(expected);
      if (value === undefined || !right) throw new Error(`scenario ${number} shows ${name}: ${value} ${stderr}`);
    }
  }
}

const sse = (...events) => events.map((event) => `event: ${event.type}\ndata: ${JSON.stringify(event)}\n\n`).join("");

/** By provider: the path that is asked, the type of an answer that says "Hi!", and its body. Null: as OpenAI does. */
export const PROVIDERS = {
  openai: null,
  anthropic: [
    "/messages",
    "text/event-stream",
    sse(
      { type: "message_start", message: { id: "msg_1", type: "message", role: "assistant", model: "m", content: [], usage: { input_tokens: 1, output_tokens: 1 } } },
      { type: "content_block_start", index: 0, content_block: { type: "text", text: "" } },
      { type: "content_block_delta", index: 0, delta: { type: "text_delta", text: "Hi!" } },
      { type: "content_block_stop", index: 0 },
      { type: "message_delta", delta: { stop_reason: "end_turn" }, usage: { output_tokens: 2 } },
      { type: "message_stop" },
    ),
  ],
  gemini: [
    "/models/gemini-2.5-flash:streamGenerateContent?alt=sse",
    "text/event-stream",
    `data: ${JSON.stringify({ candidates: [{ content: { role: "model", parts: [{ text: "Hi!" }] }, finishReason: "STOP", index: 0 }] })}\n\n`,
  ],
  deepseek: null,
  openrouter: null,
  xai: null,
  zhipu: null,
  aliyun: [
    "/services/aigc/text-generation/generation",
    "text/event-stream",
    `id:1\nevent:result\n:HTTP_STATUS/200\ndata:${JSON.stringify({ output: { choices: [{ message: { role: "assistant", content: "Hi!" }, finish_reason: "stop" }] }, request_id: "r" })}\n\n`,
  ],
  ollama: [
    "/api/chat",
    "application/x-ndjson",
    [
      { model: "llama3.2", created_at: "2024-07-22T20:33:28Z", message: { role: "assistant", content: "Hi!" }, done: false },
      { model: "llama3.2", created_at: "2024-07-22T20:33:29Z", message: { role: "assistant", content: "" }, done: true, done_reason: "stop" },
    ].map((line) => `${JSON.stringify(line)}\n`).join(""),
  ],
  "openai-compatible": null,
};

/** Fails unless providers.mjs writes the provider's answer; its key has the form that the choosiest wants. */
export async function expectProvider(provider) {
  const [path, type, body] = PROVIDERS[provider] ?? [];
  let asked;
  const server = createServer((request, response) => {
    asked = request.url;
    request.resume().on("end", () => response.writeHead(200, { "content-type": type }).end(body));
  });
  await new Promise((resolve) => server.listen(0, "127.0.0.1", resolve));
  const names = ["OPENAI", "ANTHROPIC", "GEMINI", "DEEPSEEK", "OPENROUTER", "XAI", "ZHIPUAI", "DASHSCOPE"];
  const keys = Object.fromEntries(names.map((name) => [`${name}_API_KEY`, "id.secret"]));
  const BASE_URL = path ? `http://127.0.0.1:${server.address().port}` : `${env("MOCK_URL")}/v1`;
  const options = { env: { ...process.env, ...keys, BASE_URL } };
  const { stdout, stderr } = await run(process.execPath, ["examples/node/providers.mjs", provider], options);
  server.close();
  const right = path ? stdout === "Hi!" && asked === path : stdout.startsWith("You said “Hello!”");
  if (!right) throw new Error(`it asked ${asked} and wrote ${stdout} ${stderr}`);
}
