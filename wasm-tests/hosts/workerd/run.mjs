// Tests of the package in workerd: built by wrangler, run by miniflare, at an old and at a
// current compatibility date; and the example.

import { fileURLToPath } from "node:url";
import { until } from "../cases/check.mjs";
import { exampleEnv, expectAnswer, MESSAGES } from "../examples.mjs";
import { Report, settings } from "../report.mjs";
import { startCollectable } from "./collectable.mjs";
import { build, DATES, ServiceResponse, start } from "./workers.mjs";

const report = new Report();
const config = fileURLToPath(new URL("wrangler.toml", import.meta.url));
const host = await settings();
for (const date of DATES) {
  await report.test(`workerd ${date}: wrangler deploy --dry-run`, async () => {
    await suite(date, await build(config, date));
  });
}
await report.test("workerd: a stream that becomes garbage frees its place, and its fetch ends with the invocation at the latest", collected);
await report.test("workerd: examples/edge-worker/worker.js", example);
await report.test("workerd: examples/edge-worker/keep.js keeps all of an answer whose visitor has left", keep);
report.finish();

async function suite(date, out) {
  const answer = { id: "c", object: "chat.completion", created: 1, model: "m", choices: [{ index: 0, message: { role: "assistant", content: "Hello" }, finish_reason: "stop" }] };
  const worker = start(out, date, {}, { MODELS: () => ServiceResponse.json(answer) });
  try {
    const names = await (await worker.dispatchFetch("http://suite/")).json();
    for (const name of names) {
      await report.test(`workerd ${date}: ${name}`, async () => {
        const body = JSON.stringify({ name, settings: host });
        const response = await worker.dispatchFetch("http://suite/", { method: "POST", body });
        const text = await response.text();
        if (!response.ok) throw new Error(text);
        const { why } = JSON.parse(text);
        if (why !== undefined) throw new Error(why);
      });
    }
    await report.test(`workerd ${date}: a client of the global scope works, over a service binding`, async () => {
      const text = await (await worker.dispatchFetch("http://suite/early")).text();
      if (text !== '"Hello"') throw new Error(text);
    });
    await report.test(`workerd ${date}: requests that share a client wait for its places in line`, () => shared(worker));
    await report.test(`workerd ${date}: what an ended invocation has left behind keeps no place`, () => left(worker));
  } finally {
    await worker.dispose();
  }
}

/** The host cancels a request whose work is done on behalf of another one. */
async function shared(worker) {
  const url = new URL("http://suite/shared");
  url.searchParams.set("base_url", `${host.mockUrl}/_scenario/bytes/v1`);
  const ask = async () => {
    const response = await worker.dispatchFetch(url);
    if (!response.ok) throw new Error(await response.text());
    return response.json();
  };
  const answers = await Promise.all(Array.from({ length: 5 }, ask));
  if (answers.some(({ chunks }) => !(chunks > 1))) throw new Error(`chunks: ${JSON.stringify(answers)}`);
}

async function left(worker) {
  const url = new URL("http://suite/left");
  url.searchParams.set("base_url", `${host.mockUrl}/_scenario/endless/v1`);
  const ask = async () => (await worker.dispatchFetch(url)).json();
  const before = await ask();
  if (before.inUse !== 1) throw new Error(`the first invocation left ${JSON.stringify(before)}`);
  const { done, inUse, waiting, errors, cancellations } = await ask();
  const seen = JSON.stringify({ done, inUse, waiting, errors, cancellations });
  // Of the first invocation a stream and a call in line, and the stream of the second one.
  if (seen !== '{"done":false,"inUse":0,"waiting":0,"errors":{},"cancellations":3}') throw new Error(seen);
}

async function collected() {
  const date = DATES.at(-1);
  const worker = await startCollectable(await build(config, date, "garbage-worker.mjs"), date);
  const aborted = async () => (await (await fetch(`${host.mockUrl}/_stats`)).json()).aborted;
  try {
    const before = await aborted();
    const answer = await (await fetch(worker.url, { method: "POST", body: JSON.stringify(host) })).text();
    if (answer !== "ok") throw new Error(answer);
    await until(async () => (await aborted()) >= before + 2, "the server sees the end of both streams");
  } finally {
    await worker.close();
  }
}

async function keep() {
  const date = DATES.at(-1);
  const config = fileURLToPath(new URL("../../examples/edge-worker/wrangler.toml", import.meta.url));
  const bindings = { ...exampleEnv, OPENAI_BASE_URL: `${host.mockUrl}/_scenario/slow/v1` };
  const worker = start(await build(config, date, "keep.js"), date, bindings, {}, ["ANSWERS"]);
  try {
    const body = JSON.stringify({ messages: MESSAGES });
    const response = await worker.dispatchFetch("http://example/1", { method: "POST", body });
    const reader = response.body.getReader();
    await reader.read();
    await reader.cancel();
    const answers = await worker.getKVNamespace("ANSWERS");
    await until(async () => (await answers.get("/1"))?.endsWith("data: [DONE]\n\n") ?? false, "the whole answer is kept");
  } finally {
    await worker.dispose();
  }
}

async function example() {
  const date = DATES.at(-1);
  const out = await build(fileURLToPath(new URL("../../examples/edge-worker/wrangler.toml", import.meta.url)), date);
  await expectAnswer(await askExample(out, date, exampleEnv));
  const refusing = { ...exampleEnv, OPENAI_BASE_URL: `${host.mockUrl}/_scenario/status-429/v1` };
  const refused = await askExample(out, date, refusing).catch((error) => error);
  // It was asked four times.
  if (refused.message !== "429 RetryExhaustedError") throw new Error(`with a provider that says 429 it answered ${refused}`);
}

/** Asks the example's Worker as a browser would; returns the text. */
async function askExample(out, date, bindings) {
  const worker = start(out, date, bindings);
  try {
    const response = await worker.dispatchFetch("http://example/v1/chat/completions", {
      method: "POST",
      body: JSON.stringify({ messages: MESSAGES, stream: true }),
    });
    if (!response.ok) throw new Error(`${response.status} ${(await response.json()).error.type}`);
    const events = (await response.text()).trimEnd().split("\n\n").map((event) => event.slice("data: ".length));
    if (events.pop() !== "[DONE]") throw new Error("the last event is not [DONE]");
    return events.map((json) => JSON.parse(json).choices[0]?.delta.content ?? "").join("");
  } finally {
    await worker.dispose();
  }
}
