// What the types must allow, and what they must not: a line under @ts-expect-error that compiles is an error.

import { AsyncClient, type ChatCompletion, type ChatCompletionChunk, ChatStream, Client, init, LLMRouterError, type ProviderConfig, RateLimitError, ReadTimeout, setWasm, TimeoutError } from "llm-api-router";
import { Client as SlimClient } from "llm-api-router/slim";
import { Client as UrlClient } from "llm-api-router/url";

const messages = [{ role: "user", content: "Hello!" }];

export async function configurations(): Promise<void> {
  const camel: ProviderConfig = {
    providerType: "openai",
    apiKey: "k",
    timeout: 30,
    preset: "low_latency",
    timeoutConfig: { read: 30, total: null, firstToken: 5 },
    connectionPoolConfig: { maxConnections: 4, streamBufferSize: 32768 },
    extraHeaders: { "x-a": "b" },
  };
  new Client(camel);
  new Client({ provider_type: "openai", api_key: "k", timeout_config: { first_token: 5 }, connection_pool_config: { max_connections: 4, keepalive_expiry: 3 } });
  new Client({ providerType: "openai-compatible", baseUrl: "http://localhost:8000/v1", fetch });
  new Client({ providerType: "openai", fetch: async (url, init) => new Response(`${url} ${init.method}`) });
  const same: UrlClient = new SlimClient(camel);
  same.close();
  using disposed = new AsyncClient(camel);
  const inUse: number = disposed.poolStats().inUse;
  const level: "enforced" | "merged" | "delegated" = disposed.capabilities().knobs.maxConnections.level;
  const p95: number | undefined = disposed.metrics().models[0]?.firstToken.p95;
  const advice: [string, number] | undefined = disposed.diagnose().map(({ setting, suggested }): [string, number] => [setting, suggested])[0];
  const text: string = disposed.metricsPrometheus();
  console.log(inUse, level, p95, advice, text);
  setWasm(new Uint8Array());
  await init(new URL("https://example.com/core_bg.wasm"));

  // @ts-expect-error a configuration is needed
  new Client();
  // @ts-expect-error the provider's type is needed
  new Client({ apiKey: "k" });
  // @ts-expect-error no such setting
  new Client({ providerType: "openai", maxConnections: 4 });
  // @ts-expect-error durations are numbers
  new Client({ providerType: "openai", timeoutConfig: { read: "30s" } });
  // @ts-expect-error no such limit
  new Client({ providerType: "openai", timeoutConfig: { reed: 30 } });
  // @ts-expect-error no such preset
  new Client({ providerType: "openai", preset: "fast" });
  // @ts-expect-error streams come from create()
  new ChatStream();
}

export async function calls(client: Client, streamed: boolean): Promise<void> {
  const answer: ChatCompletion = await client.chat.completions.create({ messages, model: "m", temperature: 0, provider_specific: { a: 1 } });
  const text: string | null | undefined = answer.choices[0]?.message.content;
  const stream: ChatStream = await client.chat.completions.create({ messages, stream: true, stream_options: { include_usage: true } }, { signal: AbortSignal.timeout(1000), timeoutConfig: { read: 1 }, headers: { "x-a": "b" } });
  for await (const chunk of stream) {
    const delta: string | null | undefined = chunk.choices[0]?.delta.content;
    console.log(delta, text, chunk.usage?.total_tokens);
  }
  const next: IteratorResult<ChatCompletionChunk, undefined> = await stream.next();
  console.log(next.done);
  new Response(stream.toReadableStream());
  const either: ChatCompletion | ChatStream = await client.chat.completions.create({ messages, stream: streamed });
  if (either instanceof ChatStream) either.abort();
  else console.log((await stream.finalCompletion()).usage);
  const whole = await client.chat.completions.create({ messages, stream: false }, { headers: new Headers() });
  console.log(whole.choices.length);

  // @ts-expect-error messages are needed
  await client.chat.completions.create({ model: "m" });
  // @ts-expect-error a message has a role
  await client.chat.completions.create({ messages: [{ content: "Hello!" }] });
  // @ts-expect-error a streamed answer has no choices
  console.log((await client.chat.completions.create({ messages, stream: true })).choices);
  // @ts-expect-error an unstreamed answer cannot be iterated
  for await (const _ of await client.chat.completions.create({ messages })) break;
  // @ts-expect-error no such option
  await client.chat.completions.create({ messages }, { abortSignal: AbortSignal.timeout(1) });
}

export function failures(error: unknown): void {
  if (error instanceof RateLimitError) console.log(error.retryAfter, error.status, error.requestId);
  if (error instanceof ReadTimeout) {
    const parent: TimeoutError = error;
    const replay: "never_sent" | "maybe_processed" | "processed" | undefined = parent.replay;
    console.log(parent.mergedPhases, replay, parent.limit, parent.toJSON());
  }
  // @ts-expect-error errors are made here, not by you
  new LLMRouterError("message");
  // @ts-expect-error what happened does not change
  if (error instanceof LLMRouterError) error.kind = "network";
}
