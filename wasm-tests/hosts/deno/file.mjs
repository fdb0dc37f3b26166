// The suite in Deno, with the package imported by the path of its file.

import * as pkg from "../../node_modules/llm-api-router/index.js";
import * as slim from "../../node_modules/llm-api-router/slim.js";
import { main } from "../terminal.mjs";

await main(pkg, slim, Deno.args[0]);
