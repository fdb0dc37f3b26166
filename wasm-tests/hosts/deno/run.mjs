// Tests of the package in Deno, with no permission but the network's: imported by name and by file, and the example.

import { fileURLToPath } from "node:url";
import { exampleEnv, expectAnswer } from "../examples.mjs";
import { Report, run, settings } from "../report.mjs";
import { args, command, options } from "./deno.mjs";

const report = new Report();
const all = await settings();
for (const way of ["bare", "file"]) {
  const json = JSON.stringify({ ...all, withoutTable: way === "file" });
  await report.suite(`deno ${way} import`, command, [...args, fileURLToPath(new URL(`${way}.mjs`, import.meta.url)), json], options);
}
const core = fileURLToPath(new URL("../cases/core-terminal.mjs", import.meta.url));
await report.suite("deno with its core", command, [...args, "--v8-flags=--expose-gc", core, JSON.stringify(all)], options);
await report.test("deno: examples/deno/chat.ts", async () => {
  const env = { ...options.env, ...exampleEnv };
  const { stdout, stderr } = await run(command, [...args, "--allow-env", "examples/deno/chat.ts"], { env });
  await expectAnswer(stdout || stderr);
});
report.finish();
