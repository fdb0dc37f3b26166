// The suite in Node, with the package imported.

import * as pkg from "llm-api-router";
import * as slim from "llm-api-router/slim";
import { main } from "../terminal.mjs";

await main(pkg, slim, process.argv[2]);
