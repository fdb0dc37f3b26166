// The default entry: the wasm is inside, as text, so that no bundler, permission or path can lose it.

import { fromBase64 } from "./base64.js";
import text from "./core_inline.js";
import { setWasm } from "./slim.js";

setWasm(() => fromBase64(text)); // decoded and compiled when the first client is made, not at import

export * from "./slim.js";
