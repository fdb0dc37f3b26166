// Tests of the package in Firefox: pages without a bundler and from a Vite build.

import { Report } from "../report.mjs";
import { suitePage, viteBuild } from "../browser/pages.mjs";
import { launch } from "./browser.mjs";

const report = new Report();
const browser = await launch();
try {
  await suitePage(report, "firefox without a bundler", browser, "hosts/browser/plain.html", { withoutTable: false });
  await suitePage(report, "firefox with its core", browser, "hosts/browser/core.html");
  await report.test("firefox Vite: vite build", async () => {
    await suitePage(report, "firefox Vite", browser, "index.html", { folder: await viteBuild() });
  });
} finally {
  await browser.close();
}
report.finish();
