// The suite in Deno, with the package imported by its name.

import * as pkg from "llm-api-router";
import * as slim from "llm-api-router/slim";
import { main } from "../terminal.mjs";

await main(pkg, slim, Deno.args[0]);
