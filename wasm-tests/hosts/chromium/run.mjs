// Tests of the package in Chromium: pages without a bundler and from a Vite build, a module Worker, and the example.

import { serve } from "../browser/server.mjs";
import { PROJECT, suitePage, viteBuild, viteDev } from "../browser/pages.mjs";
import { expectedText } from "../examples.mjs";
import { env, Report } from "../report.mjs";
import { launch } from "./browser.mjs";

const report = new Report();
const browser = await launch();
try {
  await suitePage(report, "chromium without a bundler", browser, "hosts/browser/plain.html", { withoutTable: false });
  await suitePage(report, "chromium module Worker", browser, "hosts/browser/worker.html");
  await suitePage(report, "chromium llm-api-router/url", browser, "hosts/browser/url.html");
  await suitePage(report, "chromium with its core", browser, "hosts/browser/core.html");
  await report.test("chromium Vite: vite build", async () => {
    await suitePage(report, "chromium Vite", browser, "index.html", { folder: await viteBuild() });
  });
  await report.test("chromium: examples/browser/index.html", async () => example(await serve(PROJECT)));
  await report.test("chromium Vite: the example in development", async () => example(await viteDev()));
} finally {
  await browser.close();
}
report.finish();

async function example(server) {
  try {
    const page = await browser.open(`${server.url}/examples/browser/index.html?base_url=${encodeURIComponent(`${env("MOCK_URL")}/v1`)}`);
    await page.click("button");
    const expected = await expectedText();
    await page.waitForFunction((text) => document.querySelector("p").textContent === text, expected, { timeout: 10000 });
  } finally {
    await server.close();
  }
}
