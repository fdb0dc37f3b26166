// Everything but what an entry point adds: the package has it all in this one file, because every file takes a host
// about a millisecond of its start.

export { onCall } from "./call.js";
export { Client } from "./client.js";
export { initSync, panicInTests } from "./core.js"; // for tests
export { calls } from "./crash.js";
export * from "./errors.js";
export { init, offerWasm, setWasm } from "./start.js";
export { ChatStream } from "./stream.js";
