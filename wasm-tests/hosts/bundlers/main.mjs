// One streamed chat, as an application that a bundler takes in; tells its text. The address comes as the last argument.

import { Client } from "llm-api-router";

const client = new Client({ providerType: "openai-compatible", baseUrl: process.argv.at(-1), apiKey: "key", defaultModel: "gpt-4o-mini" });
const stream = await client.chat.completions.create({ messages: [{ role: "user", content: "Hello!" }], stream: true });
console.log(await stream.text());
