// A streamed chat: `OPENAI_API_KEY=… node chat.mjs`, or the same with bun.
// OPENAI_BASE_URL points it to another OpenAI-compatible server, such as `llm-api-router mock`.

import { Client } from "llm-api-router";

const client = new Client({
  providerType: "openai",
  apiKey: process.env.OPENAI_API_KEY,
  baseUrl: process.env.OPENAI_BASE_URL,
  defaultModel: "gpt-4o-mini",
  connectionPoolConfig: { maxConnections: 50 },
  timeoutConfig: { read: 120, idle: 15 },
});

const stream = await client.chat.completions.create({
  messages: [{ role: "user", content: "Hello!" }],
  stream: true,
});
for await (const chunk of stream) {
  process.stdout.write(chunk.choices[0]?.delta.content ?? "");
}
console.log();
