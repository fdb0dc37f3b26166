// Tests of the package in Bun.

import { fileURLToPath } from "node:url";
import { Report, settings, tool } from "../report.mjs";

const report = new Report();
const json = JSON.stringify(await settings());
const env = { ...process.env, DO_NOT_TRACK: "1" };
await report.suite("bun", tool("bun"), ["--no-install", fileURLToPath(new URL("main.mjs", import.meta.url)), json], { env });
report.finish();
