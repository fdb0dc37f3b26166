// Lets one contestant work in one host, and prints what it measured as a line of JSON: `node run.mjs HOST CONTESTANT`.

import { mkdtempSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

import { serve } from "../hosts/browser/server.mjs";
import * as bun from "../hosts/bun/bun.mjs";
import { launch } from "../hosts/chromium/browser.mjs";
import * as deno from "../hosts/deno/deno.mjs";
import { env, run } from "../hosts/report.mjs";
import { DATES, start } from "../hosts/workerd/workers.mjs";

const { build } = createRequire(`${env("TOOLS")}/package.json`)("esbuild");
const HERE = fileURLToPath(new URL(".", import.meta.url));

const HOSTS = {
  node: (contestant) => terminal(contestant, { command: process.execPath, args: [] }),
  deno: (contestant) => terminal(contestant, { ...deno, args: [...deno.args, "--allow-env", "--allow-read"] }),
  bun: (contestant) => terminal(contestant, bun),
  workerd,
  chromium,
};

async function terminal(contestant, { command, args, options }) {
  const { code, stdout, stderr } = await run(command, [...args, join(HERE, "terminal.mjs"), contestant, env("MOCK_URL")], options);
  if (code !== 0) throw new Error(stderr);
  return JSON.parse(stdout);
}

async function workerd(contestant) {
  const worker = start(await bundle("worker.mjs", contestant, ["workerd"]), DATES.at(-1), { SERVER: env("MOCK_URL") });
  try {
    return await (await worker.dispatchFetch("http://bench/")).json();
  } finally {
    await worker.dispose();
  }
}

async function chromium(contestant) {
  const folder = await bundle("page.mjs", contestant, ["browser"]);
  writeFileSync(join(folder, "index.html"), '<!doctype html><meta charset="utf-8"><script type="module" src="page.js"></script>');
  let tell;
  const told = new Promise((resolve) => (tell = resolve));
  const server = await serve(folder, { server: env("MOCK_URL") }, tell);
  const browser = await launch();
  try {
    await browser.open(`${server.url}/index.html`);
    return JSON.parse(await told);
  } finally {
    await browser.close();
    server.close();
  }
}

/** Builds as such a program would be deployed; returns the folder. */
async function bundle(entry, contestant, conditions) {
  const outdir = mkdtempSync(join(HERE, ".built-"));
  await build({
    entryPoints: [join(HERE, entry)],
    outdir,
    alias: { contestant: join(HERE, "contestants", `${contestant}.mjs`) },
    bundle: true,
    minify: true,
    format: "esm",
    platform: "browser",
    target: "es2022",
    conditions,
    loader: { ".wasm": "copy" },
    logLevel: "error",
  });
  return outdir;
}

const [host, contestant] = process.argv.slice(2);
const result = await HOSTS[host](contestant);
if (result.error) throw new Error(result.error);
console.log(JSON.stringify(result));
