// The suite in a module Worker, which knows no import maps.

import * as pkg from "../../node_modules/llm-api-router/index.js";
import * as slim from "../../node_modules/llm-api-router/slim.js";
import { suite } from "./post.mjs";

await suite(pkg, slim);
