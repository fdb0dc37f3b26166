// Runs the suite in a browser and posts its lines to the server that the page came from.

import { runAll, watchRejections } from "../suite.mjs";

addEventListener("error", (event) => post(`not ok the script loads: ${event.message}`));

export async function suite(pkg, slim) {
  const unhandled = watchRejections();
  const settings = await (await fetch("/settings.json")).json();
  await runAll({ pkg, slim, ...settings }, unhandled, result);
  await post("end of the suite");
}

/** A test of its own beside the suite. */
export async function check(name, run) {
  let why;
  try {
    await run();
  } catch (error) {
    why = error.message;
  }
  await result(name, why);
}

export function post(line) {
  return fetch("/lines", { method: "POST", body: line });
}

function result(name, why) {
  return post(why === undefined ? `ok ${name}` : `not ok ${name}: ${why}`);
}
