// A Cloudflare Worker that passes a streamed chat on and keeps a copy of it in the KV namespace ANSWERS, under the path
// of the request: all of it, also when the visitor leaves before its end.

import { Client } from "llm-api-router";

export default {
  async fetch(request, env, ctx) {
    const { pathname } = new URL(request.url);
    const { messages } = await request.json();
    const client = new Client({
      providerType: "openai",
      apiKey: env.OPENAI_API_KEY,
      baseUrl: env.OPENAI_BASE_URL,
      defaultModel: "gpt-4o-mini",
    });
    const stream = await client.chat.completions.create({ messages, stream: true });
    const [answer, copy] = stream.toReadableStream().tee();
    // Without waitUntil, the host would end the copy with the response.
    ctx.waitUntil(new Response(copy).text().then((events) => env.ANSWERS.put(pathname, events)));
    return new Response(answer, { headers: { "content-type": "text/event-stream" } });
  },
};
