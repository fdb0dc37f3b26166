// Measures what this client promises and what others do, against the mock server, and prints a table in Markdown.
// `cargo xtask promises` runs it with everything in place.

import { execFileSync } from "node:child_process";
import { request } from "node:http";
import { fileURLToPath } from "node:url";

import { contestants } from "./contestants.mjs";

const url = process.env.MOCK_URL;
if (!url) throw new Error("set MOCK_URL to the address that `llm-api-router mock` prints");
const scenario = (name) => `${url}/_scenario/${name}/v1`;
const ask = (text) => [{ role: "user", content: text }];
const WAIT = 4000;

/** What became of a promise, within a bound of time. */
async function outcome(promise) {
  let timer;
  const late = new Promise((resolve) => {
    timer = setTimeout(() => resolve({ late: true }), WAIT);
  });
  const settled = promise.then(
    (text) => ({ text }),
    (error) => ({ error }),
  );
  const result = await Promise.race([settled, late]);
  clearTimeout(timer);
  return result;
}

/** In words for the table. */
function words({ text, error, late }) {
  if (late) return `still waits after ${WAIT / 1000} s`;
  if (error) return `error: \`${error.constructor?.name ?? typeof error}\``;
  return `taken for complete (${text.length} characters)`;
}

/** Asks the server itself, not through fetch, whose pool is what is being watched. */
function control(method, path) {
  return new Promise((resolve, reject) => {
    const call = request(url + path, { method, agent: false }, async (response) => {
      const parts = await response.toArray();
      resolve(parts.join(""));
    });
    call.on("error", reject).end();
  });
}

const stats = async () => JSON.parse(await control("GET", "/_stats"));
const reset = () => control("POST", "/_stats/reset");

const rows = [
  ["a stream that ends early, cleanly", async (make) => words(await outcome(make(scenario("truncated")).stream(ask("a"))))],
  ["a stream whose connection breaks", async (make) => words(await outcome(make(scenario("cut")).stream(ask("b"))))],
  ["an error inside a stream", async (make) => words(await outcome(make(scenario("error-in-stream")).stream(ask("c"))))],
  [
    "a stream that falls silent, limit 1 s",
    async (make) => {
      const from = performance.now();
      const result = words(await outcome(make(scenario("stall-body"), { seconds: 1 }).stream(ask("d"))));
      const took = (performance.now() - from) / 1000;
      return result.startsWith("error") ? `${result} after ${took.toFixed(1)} s` : result;
    },
  ],
  [
    "sockets for 40 calls at once, limit 4",
    async (make) => {
      const client = make(scenario("slow"), { places: 4 });
      await Promise.all(Array.from({ length: 40 }, (_, index) => client.whole(ask(`e${index}`))));
      return `${(await stats()).most_open}`;
    },
  ],
  [
    "sockets opened by 10 streams, one after the other",
    async (make) => {
      const client = make(`${url}/v1`);
      for (let index = 0; index < 10; index++) await client.stream(ask(`f${index}`));
      return `${(await stats()).total}`;
    },
  ],
];

const [, , row, contestant] = process.argv;
if (row) {
  await reset();
  console.log(await rows[row][1](contestants[contestant]));
  process.exit(0); // some of them keep sockets or timers that would hold the process
}

// Each in a process of its own, so that nobody finds a socket that another one opened.
const measure = (row, name) =>
  execFileSync(process.execPath, [fileURLToPath(import.meta.url), String(row), name], { encoding: "utf8" }).trim();
const names = Object.keys(contestants);
console.log(`| in Node ${process.versions.node} | ${names.join(" | ")} |`);
console.log(`|---|${names.map(() => "---|").join("")}`);
rows.forEach(([what], row) => {
  console.log(`| ${what} | ${names.map((name) => measure(row, name)).join(" | ")} |`);
});
