// Compares what came with what the table expects on this host.

import { sleep, until } from "./check.mjs";

/** The server knows of an end by then. */
const KNOWN_MS = 100;

export function judgeCall(host, call, number, outcome) {
  try {
    judge(expected(host, call), outcome);
  } catch (error) {
    throw new Error(`call ${number}: ${error.message}`);
  }
}

/** The table's words about this call on this host. */
function expected(host, call) {
  const expect = structuredClone(call.expect);
  for (const { on, why, ...changes } of call.differs ?? []) {
    if (!why) throw new Error("a difference does not say why");
    if (on.includes("web") || on.includes(host)) merge(expect, changes);
  }
  return expect;
}

function merge(into, changes) {
  for (const [name, change] of Object.entries(changes)) {
    if (change === null) delete into[name];
    else if (isObject(change) && isObject(into[name])) merge(into[name], change);
    else into[name] = change;
  }
}

function isObject(value) {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function judge({ text, error, aborted = false, elapsed, ...rest }, outcome) {
  if (Object.keys(rest).length > 0) throw new Error(`nobody looks at ${JSON.stringify(rest)}`);
  if (outcome.error && !error) throw new Error(`it failed: ${outcome.error.stack ?? outcome.error}`);
  if (error && !outcome.error) throw new Error(`no error came, but ${JSON.stringify(outcome)}`);
  if (error) compare(fields(outcome.error), error, outcome.error);
  if (outcome.aborted !== aborted) throw new Error(`aborted: ${outcome.aborted}, which should be ${aborted}`);
  if (text !== undefined && text !== outcome.text) throw new Error(`the text is ${JSON.stringify(outcome.text)}, which should be ${JSON.stringify(text)}`);
  if (elapsed && !(outcome.elapsed >= elapsed[0] - 0.002 && outcome.elapsed <= elapsed[1])) {
    throw new Error(`it took ${outcome.elapsed} s, which should be from ${elapsed[0]} to ${elapsed[1]}`);
  }
}

function compare(got, wanted, error) {
  for (const [name, value] of Object.entries(wanted)) {
    if (!(name in got)) throw new Error(`an error has no ${name}`);
    if (JSON.stringify(got[name]) !== JSON.stringify(value)) {
      throw new Error(`${name} is ${JSON.stringify(got[name])}, which should be ${JSON.stringify(value)}: ${error.name}: ${error.message}`);
    }
  }
}

function fields(error) {
  const timeout = error.kind === "timeout" ? error.name.replace("Timeout", "").replace(/(?<=.)[A-Z]/g, "_$&").toLowerCase() : undefined;
  return {
    kind: error.name === "AbortError" ? "aborted" : error.kind,
    timeout,
    phase: error.phase,
    merged_phases: error.mergedPhases ?? [],
    replay: error.replay,
    status: error.status,
    code: error.code,
    request_id: error.requestId,
    attempts: error.attempts,
    retry_after: error.retryAfter,
    last: error.cause?.kind,
    partial: error.partial?.choices[0]?.message.content,
  };
}

/** What is left when all calls are over. */
export async function judgeAfter(world, { said, requests, most_at_once, ends }) {
  // The end of a stream is told before that of its body on a busy machine.
  const free = () => {
    const stats = world.client.poolStats();
    return stats.inUse + stats.waiting === 0 || stats;
  };
  await until(free, "places are free again", 1);
  await sleep(KNOWN_MS);
  const record = await world.record();
  if (!record) return;
  const seen = {
    said: record.requests.map((request) => request.said),
    requests: record.requests.length,
    most_at_once: record.most_at_once,
    ends: record.requests.map((request) => request.end),
  };
  if (seen.ends.includes(null)) throw new Error(`the server does not know of an end: ${JSON.stringify(record)}`);
  for (const [name, wanted] of Object.entries({ said, requests, most_at_once, ends })) {
    if (wanted !== undefined && JSON.stringify(wanted) !== JSON.stringify(seen[name])) {
      throw new Error(`${name} is ${JSON.stringify(seen[name])}, which should be ${JSON.stringify(wanted)}`);
    }
  }
}
