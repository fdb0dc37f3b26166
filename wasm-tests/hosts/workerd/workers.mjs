// Builds Workers as `wrangler deploy` would, without deploying, and runs what it built in workerd.

import { readdirSync, readFileSync, rmSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";
import { env, run, tool } from "../report.mjs";

const { Log, LogLevel, Miniflare, Response, supportedCompatibilityDate } = createRequire(`${env("TOOLS")}/package.json`)("miniflare");

/** Miniflare takes only its own class from a service binding. */
export const ServiceResponse = Response;

/** An old date, at which Workers have no FinalizationRegistry yet, and the newest that this workerd knows. */
export const DATES = ["2024-01-01", supportedCompatibilityDate];

/** The Worker that this wrangler.toml describes, or another file beside it, built into a folder there; returns the folder. */
export async function build(config, date, file) {
  const out = join(config, "..", `.built-${date}`);
  rmSync(out, { recursive: true, force: true });
  const args = ["deploy", ...(file ? [join(config, "..", file)] : []), "--dry-run", "--config", config, "--compatibility-date", date, "--outdir", out];
  const { code, stdout, stderr } = await run(tool("wrangler"), args, {
    env: {
      ...process.env,
      CI: "1",
      // Nothing may leave this machine: the banner looks for updates.
      WRANGLER_HIDE_BANNER: "true",
      WRANGLER_SEND_METRICS: "false",
      WRANGLER_SEND_ERROR_REPORTS: "false",
      WRANGLER_LOG_PATH: join(out, "..", ".wrangler-logs"),
    },
  });
  if (code !== 0) throw new Error(`wrangler deploy --dry-run ended with code ${code}: ${stdout} ${stderr}`);
  return out;
}

/** A built Worker, running. */
export function start(out, date, bindings = {}, serviceBindings = {}, kvNamespaces = []) {
  const types = { ".js": "ESModule", ".wasm": "CompiledWasm" };
  const files = readdirSync(out).filter((file) => Object.keys(types).some((end) => file.endsWith(end)));
  files.sort((a, b) => b.endsWith(".js") - a.endsWith(".js")); // the first module is the Worker itself
  return new Miniflare({
    modules: files.map((path) => ({ type: types[path.slice(path.lastIndexOf("."))], path, contents: readFileSync(join(out, path)) })),
    compatibilityDate: date,
    bindings,
    serviceBindings,
    kvNamespaces,
    cf: false, // else it asks Cloudflare where it is
    log: new Log(LogLevel.ERROR),
  });
}
