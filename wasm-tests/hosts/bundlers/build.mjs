// How bundlers other than Vite build an application that has the package. Each returns the built file.

import { readdirSync, readFileSync, rmSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { env } from "../report.mjs";

const tools = createRequire(`${env("TOOLS")}/package.json`);
const here = (file) => fileURLToPath(new URL(file, import.meta.url));

export async function webpack(entry = "main.mjs") {
  const out = here(".built-webpack");
  rmSync(out, { recursive: true, force: true });
  const config = {
    mode: "production",
    context: here("."),
    entry: here(entry),
    target: ["web", "es2022"],
    experiments: { outputModule: true },
    performance: false, // its advice about sizes
    output: { path: out, filename: "main.mjs", module: true, publicPath: "./" },
  };
  const stats = await new Promise((resolve, reject) => tools("webpack")(config, (error, stats) => (error ? reject(error) : resolve(stats))));
  if (stats.hasErrors() || stats.hasWarnings()) throw new Error(stats.toString({ all: false, errors: true, warnings: true }));
  return join(out, "main.mjs");
}

export async function rollup() {
  const { rollup } = tools("rollup");
  const { nodeResolve } = tools("@rollup/plugin-node-resolve");
  const onLog = (level, { message }) => {
    if (level !== "debug" && level !== "info") throw new Error(message);
  };
  const bundle = await rollup({ input: here("main.mjs"), plugins: [nodeResolve()], onLog });
  const file = here(".built-rollup.mjs");
  await bundle.write({ file, format: "es" });
  await bundle.close();
  return file;
}

/** As Vercel's edge runtime is built for: its own condition, and `?module` gives a compiled module. */
export async function edgeLight() {
  const compiled = {
    name: "compiled modules",
    setup({ onLoad, onResolve }) {
      onResolve({ filter: /\.wasm\?module$/ }, ({ path, resolveDir }) => ({ path: join(resolveDir, path.replace("?module", "")), namespace: "compiled" }));
      onLoad({ filter: /.*/, namespace: "compiled" }, ({ path }) => {
        const text = readFileSync(path, "base64");
        return { contents: `export default new WebAssembly.Module(Uint8Array.from(atob("${text}"), (letter) => letter.charCodeAt(0)));` };
      });
    },
  };
  const outfile = here(".built-edge-light.mjs");
  const { metafile } = await tools("esbuild").build({
    entryPoints: [here("main.mjs")],
    outfile,
    bundle: true,
    format: "esm",
    conditions: ["edge-light"],
    plugins: [compiled],
    metafile: true,
    logLevel: "error",
  });
  const inputs = Object.keys(metafile.inputs).join(" ");
  if (!inputs.includes("edge-light.js") || inputs.includes("core_inline.js")) throw new Error(`it took in ${inputs}`);
  return outfile;
}

/** Whether the folder of a built file has this very file of the package, under whatever name. */
export function emits(built, file) {
  const wanted = readFileSync(here(`../../node_modules/llm-api-router/${file}`));
  const folder = join(built, "..");
  return readdirSync(folder).some((name) => readFileSync(join(folder, name)).equals(wanted));
}
