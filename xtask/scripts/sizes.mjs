// Measures what a page has to load: the wasm module, and a streamed chat as esbuild bundles it.
// Usage: node sizes.mjs TOOLS PKG SCRATCH. Writes one line `name: raw gzip brotli` for each.

import { mkdirSync, readFileSync, rmSync, symlinkSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";
import { brotliCompressSync, constants, gzipSync } from "node:zlib";

const [tools, pkg, scratch] = process.argv.slice(2);
const esbuild = createRequire(join(tools, "package.json"))("esbuild");

rmSync(scratch, { recursive: true, force: true });
mkdirSync(join(scratch, "node_modules"), { recursive: true });
symlinkSync(pkg, join(scratch, "node_modules/llm-api-router"));

const wasm = readFileSync(join(pkg, "core_bg.wasm"));
report("wasm", [wasm]);
report("bundle, ./url", [wasm, await bundle("llm-api-router/url")]);
report("bundle, inline", [await bundle("llm-api-router")]);

/** Every file is compressed by itself, as a server does. */
function report(name, files) {
  const quality = { params: { [constants.BROTLI_PARAM_QUALITY]: 11 } };
  const sum = (size) => files.reduce((total, file) => total + size(file), 0);
  const sizes = [(file) => file.length, (file) => gzipSync(file, { level: 9 }).length, (file) => brotliCompressSync(file, quality).length];
  console.log(`${name}: ${sizes.map(sum).join(" ")}`);
}

async function bundle(entry) {
  const contents = `
    import { Client } from ${JSON.stringify(entry)};
    const client = new Client({ providerType: "openai", apiKey: prompt() });
    const stream = await client.chat.completions.create({
      model: "gpt", messages: [{ role: "user", content: "Hi" }], stream: true,
    });
    for await (const chunk of stream) document.body.append(chunk.choices[0]?.delta.content ?? "");
  `;
  const { outputFiles } = await esbuild.build({
    stdin: { contents, resolveDir: scratch },
    bundle: true,
    minify: true,
    format: "esm",
    platform: "browser",
    target: "es2022",
    write: false,
    logLevel: "error",
  });
  return outputFiles[0].contents;
}
