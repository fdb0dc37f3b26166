// The demo in Bun.

import { spawnDemo } from "../demo/spawn.mjs";
import { args, command, options } from "./bun.mjs";

await spawnDemo(command, args, options);
