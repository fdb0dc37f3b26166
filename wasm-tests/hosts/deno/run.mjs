// Tests of the package in Deno, with no permission but the network's: imported by name and by file.

import { fileURLToPath } from "node:url";
import { Report, settings, tool } from "../report.mjs";

const report = new Report();
const json = JSON.stringify(await settings());
const env = { ...process.env, DENO_NO_UPDATE_CHECK: "1", NO_COLOR: "1" };
for (const way of ["bare", "file"]) {
  const file = fileURLToPath(new URL(`${way}.mjs`, import.meta.url));
  await report.suite(`deno ${way} import`, tool("deno"), ["run", "--no-prompt", "--node-modules-dir=manual", "--allow-net", file, json], { env });
}
report.finish();
