// How large a streamed chat in a page becomes with each client, as esbuild bundles and minifies it, in bytes.

import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { fileURLToPath } from "node:url";
import { brotliCompressSync, constants } from "node:zlib";

const { build } = createRequire(`${process.env.TOOLS}/package.json`)("esbuild");
const resolveDir = fileURLToPath(new URL(".", import.meta.url));

const ours = (entry) => `
  import { Client } from "${entry}";
  const client = new Client({ providerType: "openai", apiKey: prompt() });
  const stream = await client.chat.completions.create({ model: "m", messages: [{ role: "user", content: "Hi" }], stream: true });
  for await (const chunk of stream) document.body.append(chunk.choices[0]?.delta.content ?? "");`;

const PROGRAMS = {
  url: ours("llm-api-router/url"),
  inline: ours("llm-api-router"),
  openai: `
    import OpenAI from "openai";
    const client = new OpenAI({ apiKey: prompt(), dangerouslyAllowBrowser: true });
    const stream = await client.chat.completions.create({ model: "m", messages: [{ role: "user", content: "Hi" }], stream: true });
    for await (const chunk of stream) document.body.append(chunk.choices[0]?.delta.content ?? "");`,
  anthropic: `
    import Anthropic from "@anthropic-ai/sdk";
    const client = new Anthropic({ apiKey: prompt(), dangerouslyAllowBrowser: true });
    const stream = await client.messages.create({ model: "m", max_tokens: 9, messages: [{ role: "user", content: "Hi" }], stream: true });
    for await (const event of stream) document.body.append(event.delta?.text ?? "");`,
  ai: `
    import { createOpenAICompatible } from "@ai-sdk/openai-compatible";
    import { streamText } from "ai";
    const model = createOpenAICompatible({ name: "m", baseURL: "/v1", apiKey: prompt() })("m");
    for await (const text of streamText({ model, prompt: "Hi" }).textStream) document.body.append(text);`,
};

/** What the bundle loads besides itself. */
const FILES = { url: ["../node_modules/llm-api-router/core_bg.wasm"] };

const sizes = {};
for (const [name, contents] of Object.entries(PROGRAMS)) {
  const { outputFiles } = await build({
    stdin: { contents, resolveDir },
    bundle: true,
    minify: true,
    format: "esm",
    platform: "browser",
    target: "es2022",
    write: false,
    logLevel: "error",
  });
  const files = [outputFiles[0].contents, ...(FILES[name] ?? []).map((file) => readFileSync(new URL(file, import.meta.url)))];
  const brotli = (file) => brotliCompressSync(file, { params: { [constants.BROTLI_PARAM_QUALITY]: 11 } }).length;
  const sum = (size) => files.reduce((total, file) => total + size(file), 0);
  sizes[name] = { raw: sum((file) => file.length), brotli: sum(brotli) };
}
console.log(JSON.stringify(sizes));
