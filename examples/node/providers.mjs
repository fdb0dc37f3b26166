// A streamed answer from any of the ten providers: `ANTHROPIC_API_KEY=… node providers.mjs anthropic`.
// BASE_URL points it to another server that speaks the provider's language.

import { Client } from "llm-api-router";

const { env } = process;

// What each provider needs: a key and a model. All else is the same.
const providers = {
  openai: { apiKey: env.OPENAI_API_KEY, defaultModel: "gpt-4o-mini" },
  anthropic: { apiKey: env.ANTHROPIC_API_KEY, defaultModel: "claude-sonnet-4-5" },
  gemini: { apiKey: env.GEMINI_API_KEY, defaultModel: "gemini-2.5-flash" },
  deepseek: { apiKey: env.DEEPSEEK_API_KEY }, // its default is deepseek-chat
  openrouter: { apiKey: env.OPENROUTER_API_KEY, defaultModel: "openai/gpt-4o-mini" },
  xai: { apiKey: env.XAI_API_KEY, defaultModel: "grok-4" },
  zhipu: { apiKey: env.ZHIPUAI_API_KEY, defaultModel: "glm-4-flash" },
  aliyun: { apiKey: env.DASHSCOPE_API_KEY, defaultModel: "qwen-plus" },
  ollama: { defaultModel: "llama3.2" },
  // vLLM, llama.cpp, LiteLLM, Groq, Mistral, Together and others.
  "openai-compatible": { apiKey: env.OPENAI_COMPATIBLE_API_KEY, baseUrl: "http://localhost:8000/v1", defaultModel: "llama-3" },
};

const providerType = process.argv[2] ?? "openai";
const config = { providerType, ...providers[providerType] };
if (env.BASE_URL) config.baseUrl = env.BASE_URL;
const client = new Client(config);

const stream = await client.chat.completions.create({
  messages: [{ role: "user", content: "Hello!" }],
  stream: true,
});
for await (const chunk of stream) {
  process.stdout.write(chunk.choices[0]?.delta.content ?? "");
}
console.log();
