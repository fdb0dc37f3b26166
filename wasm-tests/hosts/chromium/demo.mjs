// The demo in a page in Chromium.

import { linesOf, PROJECT } from "../browser/pages.mjs";
import { launch } from "./browser.mjs";

const browser = await launch();
try {
  await linesOf(browser, "hosts/browser/demo.html", PROJECT, (line) => {
    if (line.startsWith("not ok")) throw new Error(line);
    console.log(line);
    return JSON.parse(line).done;
  });
} finally {
  await browser.close();
}
