// The entry for Cloudflare Workers, which compile wasm when they are deployed and never at run time.

import wasm from "./core_bg.wasm";
import { watchInvocations } from "./invocations.js";
import { setWasm } from "./main.js";

setWasm(wasm);
watchInvocations();

export * from "./slim.js";
