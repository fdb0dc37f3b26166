// The suite in Node, with the package imported by all its entry points: the one that has the wasm with it counts.

import * as pkg from "llm-api-router";
import * as slim from "llm-api-router/slim";
import "llm-api-router/url";
import { main } from "../terminal.mjs";

await main(pkg, slim, process.argv[2]);
