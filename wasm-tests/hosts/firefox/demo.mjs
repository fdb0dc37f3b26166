// The demo in a page in Firefox.

import { demoPage } from "../browser/pages.mjs";
import { launch } from "./browser.mjs";

await demoPage(await launch());
