// The demo in Deno.

import { spawnDemo } from "../demo/spawn.mjs";
import { args, command, options } from "./deno.mjs";

await spawnDemo(command, args, options);
