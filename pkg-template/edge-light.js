// The entry for Vercel's edge runtime: the wasm as a compiled module, which `?module` asks its bundler for.

import wasm from "./core_bg.wasm?module";
import { setWasm } from "./main.js";

setWasm(wasm);

export * from "./slim.js";
