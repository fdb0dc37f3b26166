// The demo in a page in Chromium.

import { demoPage } from "../browser/pages.mjs";
import { launch } from "./browser.mjs";

await demoPage(await launch());
