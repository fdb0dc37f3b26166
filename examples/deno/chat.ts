// A streamed chat: `OPENAI_API_KEY=… deno run --allow-env --allow-net chat.ts`.
// OPENAI_BASE_URL points it to another OpenAI-compatible server, such as `llm-api-router mock`.

import { Client } from "npm:llm-api-router";

const client = new Client({
  providerType: "openai",
  apiKey: Deno.env.get("OPENAI_API_KEY"),
  baseUrl: Deno.env.get("OPENAI_BASE_URL"),
  defaultModel: "gpt-4o-mini",
});

const stream = await client.chat.completions.create({
  messages: [{ role: "user", content: "Hello!" }],
  stream: true,
});
const output = Deno.stdout.writable.getWriter();
const encoder = new TextEncoder();
for await (const chunk of stream) {
  await output.write(encoder.encode(chunk.choices[0]?.delta.content ?? ""));
}
console.log();
