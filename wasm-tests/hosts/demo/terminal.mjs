// The demo in a host that has a terminal; the mock server's address comes as its last argument.

import * as pkg from "llm-api-router";
import { demo } from "./demo.mjs";

const [mockUrl] = globalThis.Deno?.args ?? process.argv.slice(2);
await demo(pkg, mockUrl, (line) => console.log(JSON.stringify(line)));
