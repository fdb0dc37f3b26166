// Chromium, headless, driven by playwright.

import { createRequire } from "node:module";
import { env } from "../report.mjs";

const { chromium } = createRequire(`${env("TOOLS")}/package.json`)("playwright-core");

const QUIET = ["--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-component-update", "--disable-sync", "--no-first-run"];
/** For the case of streams that become garbage. */
const COLLECTABLE = "--js-flags=--expose-gc";

export async function launch() {
  const browser = await chromium.launch({ executablePath: env("CHROMIUM"), headless: true, args: [...QUIET, COLLECTABLE] });
  return {
    async open(url) {
      const page = await browser.newPage();
      await page.goto(url);
      return page;
    },
    close: () => browser.close(),
  };
}
