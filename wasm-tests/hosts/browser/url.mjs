// The entry point that fetches its wasm: what it does before the core runs, and the suite afterwards.

import * as pkg from "../../node_modules/llm-api-router/url.js";
import * as slim from "../../node_modules/llm-api-router/slim.js";
import { check, suite } from "./post.mjs";

const wasmLoads = () => performance.getEntriesByType("resource").filter((entry) => entry.name.endsWith(".wasm")).length;

await check("importing and constructing load nothing; the first call rejects with the error of the configuration", async () => {
  const client = new pkg.Client({ providerType: "nonsense" });
  if (wasmLoads() !== 0) throw new Error("the wasm was loaded too early");
  const error = await client.chat.completions.create({ messages: [] }).catch((error) => error);
  if (!(error instanceof pkg.ConfigError)) throw new Error(`got ${error}`);
  if (wasmLoads() !== 1) throw new Error(`the wasm was loaded ${wasmLoads()} times`);
});
await pkg.init();
await suite(pkg, slim);
