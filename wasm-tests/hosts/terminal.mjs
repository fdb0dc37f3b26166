// Runs the suite in a host that has a terminal, one line per case; the settings come as its last argument.

import { runAll, watchRejections } from "./suite.mjs";

export async function main(pkg, slim, settings) {
  const unhandled = watchRejections();
  await runAll({ pkg, slim, ...JSON.parse(settings) }, unhandled, (name, why) => {
    console.log(why === undefined ? `ok ${name}` : `not ok ${name}: ${why}`);
  });
  console.log("end of the suite");
}
