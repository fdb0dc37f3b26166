// The table of cases that all targets share (cases/README.md says how it is written), played by this host.

import { KEY } from "./bench.mjs";
import { sleep } from "./check.mjs";
import { judgeAfter, judgeCall } from "./judge.mjs";
import { storm } from "./storm.mjs";

/** What has not come by then does not come. */
const PATIENCE_MS = 10000;
const LOOK_MS = 5;

/** The cases of the table, as the suite wants them: one function for each name. */
export function tableOf(calls) {
  return Object.fromEntries(calls.map((row) => [row.name, (bench) => play(bench, row)]));
}

async function play(bench, row) {
  const world = await World.of(bench, row);
  if (row.storm) {
    await storm(world, row.storm);
  } else {
    const calls = row.calls.flatMap((call) => Array(call.times ?? 1).fill(call));
    const running = calls.map((call, number) => consume(world, call, number));
    running.forEach((call) => call.catch(() => {})); // they are awaited below, one after the other
    if (row.close) {
      await world.until(row.close, world.started);
      world.client.close();
    }
    for (const [number, call] of calls.entries()) judgeCall(world.host, call, number, await running[number]);
  }
  await judgeAfter(world, row.after ?? {});
}

/** What a case plays in: its server, its client, and what both show. */
class World {
  static async of(bench, row) {
    const world = new World();
    world.bench = bench;
    world.url = await raise(bench, row.server);
    world.hasServer = typeof row.server !== "string";
    world.client = new bench.pkg.Client({
      provider_type: "openai-compatible",
      api_key: KEY,
      default_model: "m",
      base_url: `${world.url}/v1`,
      retry_config: { max_retries: 0 },
      ...row.client,
    });
    world.host = world.client.capabilities().host;
    world.over = new Set();
    world.started = performance.now();
    return world;
  }

  /** What the server has seen; undefined where none listens. */
  async record() {
    if (!this.hasServer) return undefined;
    return (await fetch(`${this.url}/_requests`)).json();
  }

  /** Waits for a moment; `chunks` tells how many the call has given. */
  async until(moment, from, chunks = () => 0, isOver = () => false) {
    const [name, value] = Object.entries(moment)[0];
    if (name === "after") return sleep(value * 1000 - (performance.now() - from));
    const come = {
      requests: async () => (await this.record()).requests.length >= value,
      in_use: () => this.client.poolStats().inUse === value,
      waiting: () => this.client.poolStats().waiting === value,
      chunks: () => chunks() >= value,
      over: () => this.over.has(value),
    }[name];
    while (!(await come())) {
      if (isOver()) return;
      if (performance.now() - from > PATIENCE_MS) throw new Error(`${JSON.stringify(moment)} has not come: ${JSON.stringify([this.client.poolStats(), await this.record()])}`);
      await sleep(LOOK_MS);
    }
  }
}

async function raise({ mockUrl, refusedUrl }, server) {
  if (server === "nobody") return refusedUrl;
  const path = server === "black_hole" ? "_black_hole" : "_scripts";
  const response = await fetch(`${mockUrl}/${path}`, { method: "POST", body: server === "black_hole" ? "" : JSON.stringify(server) });
  const answer = await response.json();
  if (!answer.url) throw new Error(`the server is not raised: ${JSON.stringify(answer)}`);
  return answer.url;
}

/** One call, as its consumer makes it: `{ text, error, aborted, elapsed }`. */
async function consume(world, call, number) {
  if (call.start) await world.until(call.start, world.started);
  const started = performance.now();
  const controller = new AbortController();
  const outcome = { text: "", chunks: 0, aborted: false };
  let over = false;
  let aborting;
  if (call.abort) {
    aborting = world.until(call.abort, started, () => outcome.chunks, () => over).then(() => controller.abort());
    aborting.catch(() => {});
  }
  try {
    await read(world, call, number, controller.signal, outcome);
  } catch (error) {
    if (controller.signal.aborted && error === controller.signal.reason) outcome.aborted = true;
    else outcome.error = error;
  }
  over = true;
  outcome.elapsed = (performance.now() - started) / 1000;
  world.over.add(number);
  await aborting;
  return outcome;
}

async function read(world, call, number, signal, outcome) {
  const content = call.prompt_bytes ? "x".repeat(call.prompt_bytes) : String(number);
  const body = { messages: [{ role: "user", content }], stream: call.stream ?? true };
  const answer = await world.client.chat.completions.create(body, { ...call.options, signal });
  if (!body.stream) {
    outcome.text = answer.choices[0].message.content;
    return;
  }
  for await (const chunk of answer) {
    outcome.text += chunk.choices[0]?.delta.content ?? "";
    outcome.chunks++;
    if (outcome.chunks === call.stop?.chunks) return;
    if (outcome.chunks === call.pause?.chunks) await sleep(call.pause.seconds * 1000);
  }
}
