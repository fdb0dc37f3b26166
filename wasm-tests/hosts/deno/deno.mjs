// How Deno is started: with no permission but the network's, and quiet.

import { tool } from "../report.mjs";

export const command = tool("deno");
export const args = ["run", "--no-prompt", "--node-modules-dir=manual", "--allow-net"];
export const options = { env: { ...process.env, DENO_NO_UPDATE_CHECK: "1", NO_COLOR: "1" } };
