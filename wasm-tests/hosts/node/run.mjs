// Tests of the package in Node: imported and required.

import { fileURLToPath } from "node:url";
import { Report, settings } from "../report.mjs";

const report = new Report();
const json = JSON.stringify(await settings());
for (const [way, file] of [["import", "import.mjs"], ["require", "require.cjs"]]) {
  await report.suite(`node ${way}`, process.execPath, [fileURLToPath(new URL(file, import.meta.url)), json]);
}
report.finish();
