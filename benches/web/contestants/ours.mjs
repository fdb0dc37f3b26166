// This project's client.

import { Client } from "llm-api-router";

export function connect(baseUrl, { model, apiKey, messages }) {
  const client = new Client({ providerType: "openai-compatible", apiKey, baseUrl, defaultModel: model });
  return {
    ask: async () => (await client.chat.completions.create({ messages })).choices[0].message.content,
    async stream(onChunk) {
      const stream = await client.chat.completions.create({ messages, stream: true });
      for await (const chunk of stream) onChunk(chunk.choices[0]?.delta.content ?? "");
    },
  };
}
