// Chromium, headless, driven by playwright.

import { createRequire } from "node:module";
import { env } from "../report.mjs";

const { chromium } = createRequire(`${env("TOOLS")}/package.json`)("playwright-core");

const QUIET = ["--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-component-update", "--disable-sync", "--no-first-run"];

export async function launch() {
  const browser = await chromium.launch({ executablePath: env("CHROMIUM"), headless: true, args: QUIET });
  return {
    /** Opens a page of its own; `onLine` gets what it writes to its console. */
    async open(url, onLine = () => {}) {
      const page = await browser.newPage();
      page.on("console", (message) => onLine(message.text()));
      await page.goto(url);
      return page;
    },
    close: () => browser.close(),
  };
}
