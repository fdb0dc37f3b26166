// How Bun is started: without fetching packages, and quiet.

import { tool } from "../report.mjs";

export const command = tool("bun");
export const args = ["--no-install"];
export const options = { env: { ...process.env, DO_NOT_TRACK: "1" } };
