// The demo in workerd.

import { createInterface } from "node:readline";
import { Readable } from "node:stream";
import { fileURLToPath } from "node:url";
import { env } from "../report.mjs";
import { build, DATES, start } from "./workers.mjs";

const date = DATES.at(-1);
const worker = start(await build(fileURLToPath(new URL("demo.toml", import.meta.url)), date), date, { MOCK_URL: env("MOCK_URL") });
try {
  const response = await worker.dispatchFetch("http://demo/");
  for await (const line of createInterface({ input: Readable.fromWeb(response.body) })) console.log(line);
} finally {
  await worker.dispose();
}
