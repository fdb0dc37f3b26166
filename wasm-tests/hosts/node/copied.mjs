// The package in Node without the file of its wasm, as whoever copies only what is imported leaves it.

import { cpSync, mkdtempSync, rmSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";

const { mockUrl } = JSON.parse(process.argv[2]);
const here = fileURLToPath(new URL(".", import.meta.url));
const copy = mkdtempSync(join(here, ".copied-"));
try {
  cpSync(dirname(fileURLToPath(import.meta.resolve("llm-api-router"))), copy, { recursive: true, filter: (file) => !file.endsWith(".wasm") });
  const { Client, ConfigError } = await import(pathToFileURL(join(copy, "node.js")));
  const config = { providerType: "openai-compatible", baseUrl: `${mockUrl}/v1`, defaultModel: "m" };
  const create = (config) => new Client(config).chat.completions.create({ messages: [{ role: "user", content: "Hello!" }] });
  const error = await create({ ...config, baseUrl: "nonsense" }).catch((error) => error);
  if (!(error instanceof ConfigError)) throw new Error(`a wrong configuration came to ${error}`);
  const { choices } = await create(config);
  if (choices[0].message.content === "") throw new Error("no answer");
  console.log("ok without its wasm file, the package has it from its text");
} catch (error) {
  console.log(`not ok without its wasm file, the package has it from its text: ${error.message}`);
} finally {
  rmSync(copy, { recursive: true });
}
console.log("end of the suite");
