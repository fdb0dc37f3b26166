// Tests of the package in Chromium: pages without a bundler and from a Vite build, and a module Worker.

import { Report } from "../report.mjs";
import { suitePage, viteBuild } from "../browser/pages.mjs";
import { launch } from "./browser.mjs";

const report = new Report();
const browser = await launch();
try {
  await suitePage(report, "chromium without a bundler", browser, "hosts/browser/plain.html");
  await suitePage(report, "chromium module Worker", browser, "hosts/browser/worker.html");
  await suitePage(report, "chromium llm-api-router/url", browser, "hosts/browser/url.html");
  await report.test("chromium Vite: vite build", async () => {
    await suitePage(report, "chromium Vite", browser, "index.html", await viteBuild());
  });
} finally {
  await browser.close();
}
report.finish();
