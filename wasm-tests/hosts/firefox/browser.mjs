// Firefox, headless, driven through geckodriver's WebDriver protocol.

import { spawn } from "node:child_process";
import { once } from "node:events";
import { createInterface } from "node:readline";
import { env } from "../report.mjs";

export async function launch() {
  const driver = spawn(env("GECKODRIVER"), ["--host", "127.0.0.1", "--port", "0"], { stdio: ["ignore", "pipe", "inherit"] });
  const url = await address(driver);
  const options = { binary: env("FIREFOX"), args: ["-headless"] };
  const { sessionId } = await command(url, "POST", "session", {
    capabilities: { alwaysMatch: { browserName: "firefox", "moz:firefoxOptions": options } },
  }).catch((error) => {
    driver.kill();
    throw error;
  });
  return {
    open: (page) => command(url, "POST", `session/${sessionId}/url`, { url: page }),
    async close() {
      await command(url, "DELETE", `session/${sessionId}`);
      driver.kill();
      await once(driver, "close");
    },
  };
}

async function address(driver) {
  for await (const line of createInterface({ input: driver.stdout })) {
    const [, address] = /Listening on (\S+)/.exec(line) ?? [];
    if (address) {
      driver.stdout.resume();
      return `http://${address}`;
    }
  }
  throw new Error("geckodriver ended before it listened");
}

async function command(url, method, path, body) {
  const headers = { "content-type": "application/json" };
  const response = await fetch(`${url}/${path}`, { method, headers, body: body && JSON.stringify(body) });
  const { value } = await response.json();
  if (!response.ok) throw new Error(`geckodriver: ${value.error}: ${value.message}`);
  return value;
}
