// The suite as a Worker: each case is run by a request of its own, because a Worker's work belongs to its request.

import * as pkg from "llm-api-router";
import * as slim from "llm-api-router/slim";
import { names, runCase, watchRejections } from "../suite.mjs";

const unhandled = watchRejections();

/** A client that all requests share, with a single place. */
let shared;

/** Another one, and a stream of it that its invocation does not end. */
let left;
let leftStream;

/** Made at global scope, where Workers forbid timers, randomness and I/O. Its fetch is the service binding of the day. */
let models;
const early = new pkg.Client({
  providerType: "openai-compatible",
  baseUrl: "http://models.example/v1",
  defaultModel: "m",
  fetch: (url, init) => models.fetch(url, init),
});

export default {
  async fetch(request, env) {
    const { pathname, searchParams } = new URL(request.url);
    if (pathname === "/shared") return Response.json(await waitInLine(searchParams.get("base_url")));
    if (pathname === "/left") return Response.json(await leave(searchParams.get("base_url")));
    if (pathname === "/early") {
      models = env.MODELS;
      const { choices } = await early.chat.completions.create({ messages: [{ role: "user", content: "Hi" }] });
      return Response.json(choices[0].message.content);
    }
    if (request.method === "GET") return Response.json(names);
    const { name, settings } = await request.json();
    const why = await runCase(name, { pkg, slim, ...settings }, unhandled);
    return Response.json({ why });
  },
};

function ask(client) {
  return client.chat.completions.create({ model: "test-model", messages: [{ role: "user", content: "Hi" }], stream: true });
}

/** A client with a single place. */
function narrow(baseUrl) {
  return new pkg.Client({
    providerType: "openai-compatible",
    baseUrl,
    apiKey: "test-key",
    connectionPoolConfig: { maxConnections: 1, maxKeepaliveConnections: 1 },
  });
}

/** The first invocation leaves its stream unread behind, and a call that has no head yet; the second one needs the place. */
async function leave(baseUrl) {
  if (!left) {
    left = narrow(baseUrl);
    leftStream = await ask(left);
    await leftStream.next();
    ask(left).catch(() => {});
    return left.poolStats();
  }
  const stream = await ask(left);
  const { done } = await stream.next();
  await stream.return();
  const { errors, cancellations } = left.metrics().models[0];
  return { done, ...left.poolStats(), errors, cancellations };
}

async function waitInLine(baseUrl) {
  shared ??= narrow(baseUrl);
  const stream = await ask(shared);
  let chunks = 0;
  for await (const _ of stream) chunks++;
  return { chunks };
}
