// Cases of the metrics: what calls came to, as data and as text, and what the numbers say about the configuration.

import { equal, failure, ok, sleep, until } from "./check.mjs";
import { event, readAll } from "./bench.mjs";

export const metrics = {
  async "metrics() counts answers, tokens and times by model"(bench) {
    const client = bench.client();
    equal(client.metrics().models, [], "models before the first call");
    await bench.text(client, false);
    await bench.text(client, true);
    const { models, pool } = client.metrics();
    equal([models.length, pool.maxConnections, pool.peak], [1, 100, 1], "models, places, peak");
    const [model] = models;
    equal([model.provider, model.model], ["openai-compatible", "test-model"], "provider and model");
    equal([model.requests, model.successes, model.errors, model.cancellations, model.retries], [2, 2, {}, 0, 0], "counts");
    ok(model.promptTokens > 0 && model.completionTokens > 0, `${model.promptTokens} and ${model.completionTokens} tokens`);
    const connects = client.capabilities().knobs.connect.level === "enforced" ? 2 : 0; // else the host does not tell
    equal([model.latency.count, model.firstToken.count, model.poolWait.count, model.connect.count], [2, 1, 2, connects], "times counted");
    ok(model.latency.sum > 0 && model.latency.p50 <= model.latency.p99, JSON.stringify(model.latency));
    equal(client.diagnose(), [], "findings of a healthy client");
  },

  async "metrics() tells errors and cancellations apart"(bench) {
    const client = bench.client("status-429");
    await failure(bench.text(client, false), bench.pkg.RateLimitError, "unary");
    await failure(bench.text(client, true), bench.pkg.RateLimitError, "streamed");
    equal(client.metrics().models[0].errors, { rate_limit: 2 }, "errors");

    const truncated = bench.client("truncated");
    await failure(bench.text(truncated, true), bench.pkg.StreamError, "a truncated stream");
    equal(truncated.metrics().models[0].errors, { stream: 1 }, "errors of a truncated stream");

    const left = bench.client("endless");
    for await (const _ of await bench.stream(left)) break;
    const controller = new AbortController();
    const waiting = bench.stream(bench.client("stall-head"), { signal: controller.signal }).catch(() => {});
    controller.abort();
    await waiting;
    await until(() => left.metrics().models[0].cancellations === 1, "the stream that was left is counted");
    equal(left.metrics().models[0].errors, {}, "errors of a stream that was left");
  },

  async "metrics() counts retries"(bench) {
    let calls = 0;
    const answer = () => (calls++ === 0 ? new Response("busy", { status: 503 }) : new Response(event("a", "stop"), { headers: { "content-type": "text/event-stream" } }));
    const client = bench.client(undefined, { fetch: async () => answer(), retryConfig: { maxRetries: 2, initialDelay: 0.001 } });
    await bench.text(client, true);
    const [model] = client.metrics().models;
    equal([model.requests, model.successes, model.errors, model.retries], [1, 1, {}, 1], "counts");
  },

  async "metricsPrometheus() escapes what a label must not contain"(bench) {
    const client = bench.client(undefined, { defaultModel: 'a"b\\c\nd' });
    await bench.text(client, false);
    const text = client.metricsPrometheus();
    ok(text.includes('llm_router_requests_total{provider="openai-compatible",model="a\\"b\\\\c\\nd",status="success"} 1\n'), text);
    ok(text.includes("# TYPE llm_router_request_duration_seconds histogram\n"), "the histogram has no type");
  },

  async "diagnose() finds an exhausted pool"(bench) {
    const client = bench.client("endless", { connectionPoolConfig: { maxConnections: 1 }, timeoutConfig: { pool: 0 } });
    const stream = await bench.stream(client);
    await failure(bench.stream(client), bench.pkg.PoolTimeout, "the second call");
    await stream.return();
    const [finding] = client.diagnose();
    equal([finding.id, finding.severity, finding.setting, finding.current], ["pool_exhausted", "critical", "connection_pool_config.max_connections", 1], "finding");
    equal(finding.evidence.poolTimeouts, 1, "evidence");
  },

  async "diagnose() finds tight read and idle timeouts"(bench) {
    const reading = bench.client("stall-body", { timeoutConfig: { read: 0.2 } });
    await failure(bench.text(reading, true), bench.pkg.ReadTimeout, "a body that stalls");
    equal(reading.diagnose().map(({ id, suggested }) => [id, suggested]), [["read_timeout_tight", 0.4]], "findings");

    const idle = bench.client(undefined, { fetch: async () => paced([event("a"), event("b")], 10_000), timeoutConfig: { idle: 0.2 } });
    await failure(bench.text(idle, true), bench.pkg.IdleTimeout, "content that stops");
    equal(idle.diagnose().map(({ id }) => id), ["idle_timeout_tight"], "findings");
  },

  async "diagnose() finds slow consumers and a buffer that is always full"(bench) {
    const pieces = Array.from({ length: 40 }, (_, i) => event(`${i} `.padEnd(900, "."), i === 39 ? "stop" : null));
    const client = bench.client(undefined, { fetch: async () => paced(pieces, 0), connectionPoolConfig: { streamBufferSize: 4096 } });
    for (let i = 0; i < 3; i++) {
      for await (const _ of await bench.stream(client)) await sleep(10);
    }
    const found = Object.fromEntries(client.diagnose().map((finding) => [finding.id, finding]));
    equal(Object.keys(found).sort(), ["buffer_full", "slow_consumer"], "findings");
    equal([found.buffer_full.current, found.buffer_full.suggested], [4096, 8192], "the buffer, and the one to try");

    const quick = bench.client(undefined, { fetch: async () => paced(pieces, 0), connectionPoolConfig: { streamBufferSize: 65536 } });
    for (let i = 0; i < 3; i++) await readAll(await bench.stream(quick));
    equal(quick.diagnose(), [], "findings where the consumer is quick and the buffer large");
  },
};

/** An answer of these pieces, with a pause behind the last, else its end. */
function paced(pieces, milliseconds) {
  const encoder = new TextEncoder();
  const left = [...pieces];
  const body = new ReadableStream({
    async pull(controller) {
      const piece = left.shift();
      if (piece) controller.enqueue(encoder.encode(piece));
      else if (milliseconds > 0) await sleep(milliseconds);
      else controller.close();
    },
  }, { highWaterMark: 0 });
  return new Response(body, { headers: { "content-type": "text/event-stream" } });
}
