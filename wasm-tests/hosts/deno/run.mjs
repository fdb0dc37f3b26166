// Tests of the package in Deno, with no permission but the network's: imported by name and by file, and the example.

import { fileURLToPath } from "node:url";
import { exampleEnv, expectAnswer } from "../examples.mjs";
import { Report, run, settings } from "../report.mjs";
import { args, command, options } from "./deno.mjs";

const report = new Report();
const json = JSON.stringify(await settings());
for (const way of ["bare", "file"]) {
  await report.suite(`deno ${way} import`, command, [...args, fileURLToPath(new URL(`${way}.mjs`, import.meta.url)), json], options);
}
await report.test("deno: examples/deno/chat.ts", async () => {
  const env = { ...options.env, ...exampleEnv };
  const { stdout, stderr } = await run(command, [...args, "--allow-env", "examples/deno/chat.ts"], { env });
  await expectAnswer(stdout || stderr);
});
report.finish();
