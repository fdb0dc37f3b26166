// What the cases are written with: assertions that run on every host, and bounded waiting.

export function ok(condition, what) {
  if (!condition) throw new Error(what);
}

export function equal(actual, expected, what) {
  const [a, e] = [JSON.stringify(actual), JSON.stringify(expected)];
  if (a !== e) throw new Error(`${what}: expected ${e}, got ${a}`);
}

/** The error that the promise rejects with, which must be of this class. */
export async function failure(promise, Class, what) {
  let value;
  try {
    value = await promise;
  } catch (error) {
    isA(error, Class, what);
    return error;
  }
  throw new Error(`${what}: expected ${Class.name}, but it gave ${JSON.stringify(value)}`);
}

/** The error that the function throws, which must be of this class. */
export function thrown(run, Class, what) {
  try {
    run();
  } catch (error) {
    isA(error, Class, what);
    return error;
  }
  throw new Error(`${what}: expected ${Class.name}, but nothing was thrown`);
}

function isA(error, Class, what) {
  if (error instanceof Class) return;
  throw new Error(`${what}: expected ${Class.name}, got ${error?.name}: ${error?.message ?? error}`);
}

export function sleep(ms) {
  return new Promise((resolve) => setTimeout(resolve, ms));
}

/** Waits until the condition holds; fails after a bounded time, with what was seen last. */
export async function until(condition, what, seconds = 5) {
  const end = performance.now() + seconds * 1000;
  for (;;) {
    const seen = await condition();
    if (seen === true) return;
    if (performance.now() > end) throw new Error(`${what}: not within ${seconds} s${seen === false ? "" : ` (seen: ${JSON.stringify(seen)})`}`);
    await sleep(10);
  }
}
