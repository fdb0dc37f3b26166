// One contestant in a host that has a terminal; its name and the server's address come as the last arguments.

import { measure } from "./work.mjs";

const [name, server] = globalThis.Deno?.args ?? process.argv.slice(2);
const { connect } = await import(`./contestants/${name}.mjs`);
console.log(JSON.stringify(await measure(connect, server)));
process.exit(0); // some of them keep sockets that would hold the process
