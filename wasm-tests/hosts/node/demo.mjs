// The demo in Node.

import { spawnDemo } from "../demo/spawn.mjs";

await spawnDemo(process.execPath);
