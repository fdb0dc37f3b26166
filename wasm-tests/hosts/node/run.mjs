// Tests of the package in Node: imported and required, and the example.

import { fileURLToPath } from "node:url";
import { edgeLight, emits, rollup, webpack } from "../bundlers/build.mjs";
import { exampleEnv, expectAnswer, expectFigures, expectProvider, PROVIDERS } from "../examples.mjs";
import { Report, run, settings } from "../report.mjs";

const report = new Report();
const all = await settings();
const others = JSON.stringify({ ...all, withoutTable: true });
for (const [way, file, json] of [["import", "import.mjs", JSON.stringify(all)], ["require", "require.cjs", others]]) {
  await report.suite(`node ${way}`, process.execPath, [fileURLToPath(new URL(file, import.meta.url)), json]);
}
await report.suite("node llm-api-router/slim", process.execPath, [fileURLToPath(new URL("slim.mjs", import.meta.url)), others]);
await report.suite("node without the wasm file", process.execPath, [fileURLToPath(new URL("copied.mjs", import.meta.url)), others]);
await report.suite("node with its core", process.execPath, ["--expose-gc", fileURLToPath(new URL("../cases/core-terminal.mjs", import.meta.url)), others]);
await report.test("node: examples/node/chat.mjs", async () => {
  const { stdout, stderr } = await run(process.execPath, ["examples/node/chat.mjs"], { env: { ...process.env, ...exampleEnv } });
  await expectAnswer(stdout || stderr);
});
await report.test("node: examples/node/connection_pool_optimization.mjs", async () => {
  const { stdout, stderr } = await run(process.execPath, ["examples/node/connection_pool_optimization.mjs"]);
  expectFigures(stdout, stderr);
});
for (const provider of Object.keys(PROVIDERS)) {
  await report.test(`node: examples/node/providers.mjs ${provider}`, () => expectProvider(provider));
}
for (const build of [webpack, rollup, edgeLight]) {
  await report.test(`node: an application built by ${build.name}`, async () => {
    const { stdout, stderr } = await run(process.execPath, [await build(), exampleEnv.OPENAI_BASE_URL]);
    await expectAnswer(stdout || stderr);
  });
}
await report.test("webpack puts the wasm of llm-api-router/url beside what it builds", async () => {
  if (!emits(await webpack("url.mjs"), "core_bg.wasm")) throw new Error("there is no such file");
});
report.finish();
