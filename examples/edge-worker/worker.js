// A Cloudflare Worker between browsers and a provider: it holds the key and passes a streamed chat on as it comes.
// `wrangler secret put OPENAI_API_KEY`, then `wrangler deploy`.

import { Client } from "llm-api-router";

export default {
  async fetch(request, env) {
    const { pathname } = new URL(request.url);
    if (request.method !== "POST" || pathname !== "/v1/chat/completions") return new Response(null, { status: 404 });
    const { messages } = await request.json();
    try {
      // One client per request: what a Worker opens belongs to the request that it answers.
      const client = new Client({
        providerType: "openai",
        apiKey: env.OPENAI_API_KEY,
        baseUrl: env.OPENAI_BASE_URL,
        defaultModel: "gpt-4o-mini",
      });
      const stream = await client.chat.completions.create({ messages, stream: true });
      return new Response(stream.toReadableStream(), { headers: { "content-type": "text/event-stream" } });
    } catch (error) {
      console.error(JSON.stringify(error));
      return Response.json({ error: { message: error.message, type: error.name } }, { status: error.status ?? 502 });
    }
  },
};
