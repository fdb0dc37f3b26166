// Runs a built Worker in workerd itself, which then has gc(): miniflare passes no flags of V8 on.

import { spawn } from "node:child_process";
import { once } from "node:events";
import { readdirSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { env } from "../report.mjs";

/** The program itself: what is in `.bin` starts it in a process of its own, which would outlive it. */
const { default: PROGRAM } = createRequire(`${env("TOOLS")}/package.json`)("workerd");

/** Starts what `build` built in a folder; the answer has its address. */
export async function startCollectable(out, date) {
  const named = (end) => readdirSync(out).find((file) => file.endsWith(end));
  const [script, wasm] = [named(".js"), named(".wasm")];
  const config = join(out, "config.capnp");
  writeFileSync(config, `using Workerd = import "/workerd/workerd.capnp";
const config :Workerd.Config = (
  services = [
    (name = "main", worker = .worker),
    (name = "internet", network = (allow = ["private", "local"])),
  ],
  sockets = [(name = "http", address = "127.0.0.1:0", http = (), service = "main")],
  v8Flags = ["--expose-gc"],
);
const worker :Workerd.Worker = (
  modules = [
    (name = "${script}", esModule = embed "${script}"),
    (name = "./${wasm}", wasm = embed "${wasm}"),
  ],
  compatibilityDate = "${date}",
);
`);
  const child = spawn(PROGRAM, ["serve", config, "--control-fd=3"], { stdio: ["ignore", "inherit", "inherit", "pipe"] });
  const [line] = await Promise.race([once(createInterface({ input: child.stdio[3] }), "line"), once(child, "exit")]);
  return {
    url: `http://127.0.0.1:${JSON.parse(line).port}`,
    async close() {
      child.kill();
      if (child.exitCode === null) await once(child, "exit");
    },
  };
}
