// What needs the package's own core beside its public face, in a host that has a terminal; the settings come as its
// last argument.

import * as core from "../../node_modules/llm-api-router/main.js";
import * as pkg from "../../node_modules/llm-api-router/index.js";
import { watchRejections } from "../suite.mjs";
import { coreCases } from "./core.mjs";

const [settings] = (globalThis.Deno?.args ?? process.argv).slice(-1);
const unhandled = watchRejections();
const heap = () => {
  globalThis.gc?.();
  globalThis.Bun?.gc(true);
  return (globalThis.Deno ?? process).memoryUsage().heapUsed;
};
console.error = () => {}; // the panics are meant
await coreCases({ pkg, core, ...JSON.parse(settings) }, unhandled, heap, async (name, run) => {
  const why = await run().then(() => undefined, (error) => String(error?.stack ?? error).replaceAll("\n", " "));
  console.log(why === undefined ? `ok ${name}` : `not ok ${name}: ${why}`);
});
console.log("end of the suite");
