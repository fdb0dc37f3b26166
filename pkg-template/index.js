// The default entry: the wasm is inside, as text, so that no bundler, permission or path can lose it.

import text, { meanings } from "./core_inline.js";
import { fromLetters } from "./letters.js";
import { setWasm } from "./main.js";

setWasm(() => fromLetters(text, meanings)); // decoded and compiled when the first client is made, not at import

export * from "./slim.js";
