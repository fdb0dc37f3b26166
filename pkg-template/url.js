// The entry that fetches the wasm as a file of its own: the smallest transfer, and the browser can cache it.

import { offerWasm } from "./main.js";

offerWasm(new URL("./core_bg.wasm", import.meta.url)); // fetched by init() or by the first call, not at import

export * from "./slim.js";
