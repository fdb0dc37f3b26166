// The suite on the main thread of a page. The same file is served as it is and built by Vite.

import * as pkg from "llm-api-router";
import * as slim from "llm-api-router/slim";
import { suite } from "./post.mjs";

await suite(pkg, slim);
