// The entry for Cloudflare Workers, which compile wasm when they are deployed and never at run time.

import wasm from "./core_bg.wasm";
import { setWasm } from "./slim.js";

setWasm(wasm);

export * from "./slim.js";
