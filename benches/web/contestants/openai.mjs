// The client that OpenAI publishes on npm.

import OpenAI from "openai";

export function connect(baseURL, { model, apiKey, messages }) {
  const client = new OpenAI({ baseURL, apiKey, maxRetries: 0, dangerouslyAllowBrowser: true });
  return {
    ask: async () => (await client.chat.completions.create({ model, messages })).choices[0].message.content,
    async stream(onChunk) {
      const stream = await client.chat.completions.create({ model, messages, stream: true });
      for await (const chunk of stream) onChunk(chunk.choices[0]?.delta.content ?? "");
    },
  };
}
