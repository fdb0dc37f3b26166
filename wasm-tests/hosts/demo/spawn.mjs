// Runs the demo in a program with a terminal.

import { fileURLToPath } from "node:url";
import { env, run } from "../report.mjs";

export async function spawnDemo(command, args = [], options = {}) {
  const file = fileURLToPath(new URL("terminal.mjs", import.meta.url));
  const { code, stderr } = await run(command, [...args, file, env("MOCK_URL")], options, console.log);
  if (code !== 0) throw new Error(`${command} ended with code ${code}: ${stderr}`);
}
