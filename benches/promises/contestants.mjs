// The clients that are compared, each with the same three verbs: whole answer, streamed answer, both with a limit on
// silence of `seconds`, at most `places` requests at once where the client has such a setting.

import { createOpenAICompatible } from "@ai-sdk/openai-compatible";
import { generateText, streamText } from "ai";
import { Client } from "llm-api-router";
import OpenAI from "openai";

const model = "promises";
const apiKey = "any";

function ours(baseUrl, { seconds = 60, places = 100 } = {}) {
  const client = new Client({
    providerType: "openai-compatible",
    apiKey,
    baseUrl,
    defaultModel: model,
    timeoutConfig: { read: seconds },
    connectionPoolConfig: { maxConnections: places },
  });
  return {
    whole: async (messages) => (await client.chat.completions.create({ messages })).choices[0].message.content,
    async stream(messages) {
      let text = "";
      const stream = await client.chat.completions.create({ messages, stream: true });
      for await (const chunk of stream) text += chunk.choices[0]?.delta.content ?? "";
      return text;
    },
  };
}

function openai(baseURL, { seconds = 60 } = {}) {
  const client = new OpenAI({ baseURL, apiKey, timeout: seconds * 1000, maxRetries: 0 });
  return {
    whole: async (messages) => (await client.chat.completions.create({ model, messages })).choices[0].message.content,
    async stream(messages) {
      let text = "";
      const stream = await client.chat.completions.create({ model, messages, stream: true });
      for await (const chunk of stream) text += chunk.choices[0]?.delta.content ?? "";
      return text;
    },
  };
}

function vercel(baseURL) {
  const provider = createOpenAICompatible({ name: "mock", baseURL, apiKey })(model);
  return {
    whole: async (messages) => (await generateText({ model: provider, messages, maxRetries: 0 })).text,
    async stream(messages) {
      let text = "";
      const { fullStream } = streamText({ model: provider, messages, maxRetries: 0, onError() {} });
      for await (const part of fullStream) {
        if (part.type === "error") throw part.error;
        if (part.type === "text-delta") text += part.text;
      }
      return text;
    },
  };
}

export const contestants = { "llm-api-router": ours, openai, "ai (Vercel)": vercel };
