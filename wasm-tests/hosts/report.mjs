// What every host's run.mjs is made of: settings from the environment, children whose lines are counted, the last line.

import { spawn } from "node:child_process";
import { readFileSync } from "node:fs";
import { createServer } from "node:net";
import { createInterface } from "node:readline";
import { names } from "./suite.mjs";

/** A program that has not ended by then is ended: one that cannot end by itself has left something running. */
const LIMIT_SECONDS = 150;

export function env(name) {
  const value = process.env[name];
  if (!value) throw new Error(`${name} is not set: run the host tests with \`cargo xtask test\``);
  return value;
}

/** A program among the pinned tools. */
export function tool(name) {
  return `${env("TOOLS")}/node_modules/.bin/${name}`;
}

/** What the suite and the demo want to know, apart from the package. */
export async function settings() {
  return {
    mockUrl: env("MOCK_URL"),
    aimockUrl: process.env.AIMOCK_URL, // the demo does without it
    refusedUrl: `http://127.0.0.1:${await closedPort()}`,
    constructionErrors: JSON.parse(readFileSync(new URL("../construction-errors.json", import.meta.url), "utf8")),
  };
}

/** A port on which nobody listens. */
async function closedPort() {
  const server = createServer();
  await new Promise((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address();
  await new Promise((resolve) => server.close(resolve));
  return port;
}

export class Report {
  #passed = 0;
  #failed = 0;

  add(name, why) {
    if (why === undefined) {
      this.#passed++;
      console.log(`ok ${name}`);
    } else {
      this.#failed++;
      console.log(`not ok ${name}: ${why}`);
    }
  }

  /** Counts a line that the suite wrote in its host; others are passed on. */
  line(prefix, line) {
    const [, not, rest] = /^(not )?ok (.*)$/s.exec(line) ?? [];
    if (rest === undefined) return console.log(line);
    const name = names.find((name) => rest.startsWith(`${name}: `)) ?? rest.split(": ")[0];
    if (not) this.add(`${prefix}: ${name}`, rest.slice(name.length + 2));
    else this.add(`${prefix}: ${rest}`);
  }

  /** Runs something that is one test as a whole. */
  async test(name, run) {
    try {
      await run();
      this.add(name);
    } catch (error) {
      this.add(name, String(error?.message ?? error).replaceAll("\n", " "));
    }
  }

  /** Runs a program that prints the suite's lines, and counts them. */
  async suite(prefix, command, args, options = {}) {
    let complete = false;
    let last = "none";
    const { code, overdue, stderr } = await run(command, args, options, (line) => {
      last = line;
      if (line === "end of the suite") complete = true;
      else this.line(prefix, line);
    });
    const ending = overdue ? `was ended after ${LIMIT_SECONDS} s` : `ended with ${code === null ? "a signal" : `code ${code}`}`;
    const why = complete && code === 0 ? undefined : `it ${ending}, its last line was "${last}": ${stderr.trim().slice(-2000).replaceAll("\n", " ")}`;
    this.add(`${prefix}: the suite runs to its end, and its process ends`, why);
  }

  /** Prints the line that is counted on, and sets the exit code. */
  finish() {
    console.log(`${this.#passed} passed, ${this.#failed} failed`);
    process.exitCode = this.#failed === 0 && this.#passed > 0 ? 0 : 1;
  }
}

/** Runs a program to its end, or for as long as it may take, handing over each line of its output. */
export async function run(command, args, options = {}, onLine = () => {}) {
  const child = spawn(command, args, { stdio: ["ignore", "pipe", "pipe"], ...options });
  let overdue = false;
  const timer = setTimeout(() => {
    overdue = true;
    child.kill();
    // Some tools are a script around the program, which lives on and would hold these open.
    child.stdout.destroy();
    child.stderr.destroy();
  }, LIMIT_SECONDS * 1000);
  let stderr = "";
  child.stderr.on("data", (data) => (stderr += data));
  const lines = createInterface({ input: child.stdout });
  const stdout = [];
  lines.on("line", (line) => {
    stdout.push(line);
    onLine(line);
  });
  const code = await new Promise((resolve, reject) => {
    child.on("error", reject);
    child.on("close", resolve);
  }).finally(() => clearTimeout(timer));
  return { code, overdue, stdout: stdout.join("\n"), stderr };
}
