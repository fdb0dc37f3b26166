// Tests of the package in Bun, and the example that it shares with Node.

import { fileURLToPath } from "node:url";
import { exampleEnv, expectAnswer } from "../examples.mjs";
import { Report, run, settings } from "../report.mjs";
import { args, command, options } from "./bun.mjs";

const report = new Report();
const json = JSON.stringify(await settings());
const core = fileURLToPath(new URL("../cases/core-terminal.mjs", import.meta.url));
await report.suite("bun", command, [...args, fileURLToPath(new URL("main.mjs", import.meta.url)), json], options);
await report.suite("bun with its core", command, [...args, core, json], options);
await report.test("bun: examples/node/chat.mjs", async () => {
  const env = { ...options.env, ...exampleEnv };
  const { stdout, stderr } = await run(command, [...args, "examples/node/chat.mjs"], { env });
  await expectAnswer(stdout || stderr);
});
report.finish();
