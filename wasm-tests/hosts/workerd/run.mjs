// Tests of the package in workerd: built by wrangler, run by miniflare, at an old and at a current compatibility date.

import { fileURLToPath } from "node:url";
import { Report, settings } from "../report.mjs";
import { build, DATES, start } from "./workers.mjs";

const report = new Report();
const config = fileURLToPath(new URL("wrangler.toml", import.meta.url));
const host = await settings();
for (const date of DATES) {
  await report.test(`workerd ${date}: wrangler deploy --dry-run`, async () => {
    await suite(date, await build(config, date));
  });
}
report.finish();

async function suite(date, out) {
  const worker = start(out, date);
  try {
    const names = await (await worker.dispatchFetch("http://suite/")).json();
    for (const name of names) {
      await report.test(`workerd ${date}: ${name}`, async () => {
        const body = JSON.stringify({ name, settings: host });
        const response = await worker.dispatchFetch("http://suite/", { method: "POST", body });
        const text = await response.text();
        if (!response.ok) throw new Error(text);
        const { why } = JSON.parse(text);
        if (why !== undefined) throw new Error(why);
      });
    }
  } finally {
    await worker.dispose();
  }
}
