// After a panic: what is in flight is rejected, and the core starts anew with the next call.
//
// A panic is a defect, and the memory that it leaves behind cannot be trusted. So nothing of that instance is used
// again: neither its objects nor, because core.js ignores them, its callbacks.

import { __wbg_reset_state as startAnew, onPanic } from "./core.js";
import { internalError, onDefect } from "./errors.js";

/** Calls in flight, of all clients. */
const calls = new Set();
/** Counts the core's instances. */
let instance = 0;
let broken = false;

/** Has the core tell of its panics; for a core that has just started. */
export function listenToCore() {
  onPanic(crash);
}

/** The number of the instance to use; objects of another one are not to be touched. */
export function currentInstance() {
  if (broken) {
    startAnew();
    listenToCore();
    broken = false;
    instance++;
  }
  return instance;
}

/** Whether an object of this instance may still be used. */
export function isAlive(ofInstance) {
  return !broken && ofInstance === instance;
}

/** Rejects this call if the core panics; `calls.delete(call)` when it is over. */
export { calls };

// The panic itself, from within the core, or what it threw at whoever called it.
onDefect(crash);

function crash(cause) {
  if (broken) return;
  broken = true;
  for (const call of [...calls]) call.crash(internalError(cause));
  calls.clear();
}
