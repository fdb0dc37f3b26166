// What llm-api-router/slim does before it has its wasm, and with it.

import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { Client, ConfigError, init } from "llm-api-router/slim";

const { mockUrl } = JSON.parse(process.argv[2]);
const config = { providerType: "openai-compatible", baseUrl: `${mockUrl}/v1`, defaultModel: "m" };
const messages = [{ role: "user", content: "Hello!" }];

async function check(name, run) {
  try {
    await run();
    console.log(`ok ${name}`);
  } catch (error) {
    console.log(`not ok ${name}: ${error.message}`);
  }
}

function must(condition, what) {
  if (!condition) throw new Error(what);
}

await check("without wasm, the first call and poolStats() say what to do", async () => {
  const client = new Client(config);
  const error = await client.chat.completions.create({ messages }).catch((error) => error);
  must(error instanceof ConfigError && error.message.includes("setWasm"), `got ${error}`);
  try {
    client.poolStats();
  } catch (error) {
    return must(error instanceof ConfigError && error.message.includes("init()"), `got ${error}`);
  }
  throw new Error("poolStats() worked");
});

await check("with wasm that is none, init() rejects with the cause, and may be tried again", async () => {
  const error = await init(Promise.resolve(new Response("no wasm"))).catch((error) => error);
  must(error instanceof ConfigError && error.cause, `got ${error}`);
});

await check("a client from before the start works after it, and a wrong one throws at once", async () => {
  const client = new Client(config);
  await init(readFileSync(fileURLToPath(import.meta.resolve("llm-api-router/core.wasm"))));
  must(client.poolStats().maxConnections === 100, "poolStats() is not there");
  const answer = await client.chat.completions.create({ messages });
  must(answer.choices[0].message.content !== "", "no answer");
  try {
    new Client({ ...config, baseUrl: "nonsense" });
  } catch (error) {
    return must(error instanceof ConfigError && error.message.includes("base_url"), `got ${error}`);
  }
  throw new Error("the constructor took a wrong configuration");
});

console.log("end of the suite");
