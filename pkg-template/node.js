// The entry for Node: as the default one, but the wasm is read from its own file, which is faster than out of a text.

import { readFileSync } from "node:fs";
import { fromLetters } from "./letters.js";
import { setWasm } from "./main.js";

setWasm(() => {
  try {
    return readFileSync(new URL("./core_bg.wasm", import.meta.url)); // when the first client is made, not at import
  } catch {
    return inside(); // whoever copied the package left the file behind: the core starts with the first call
  }
});

async function inside() {
  const { default: text, meanings } = await import("./core_inline.js");
  return fromLetters(text, meanings);
}

export * from "./slim.js";
