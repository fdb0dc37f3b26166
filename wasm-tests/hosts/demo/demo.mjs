// The demo's part in every host: what the host promises, one streamed chat, each piece handed over as it arrives, and at the end the figures.

export async function demo({ Client }, mockUrl, print) {
  const client = new Client({ providerType: "openai-compatible", baseUrl: `${mockUrl}/v1`, apiKey: "demo-key" });
  const { host, knobs } = client.capabilities();
  await print({ capabilities: { host, knobs: Object.values(knobs) } });
  const started = performance.now();
  let firstToken;
  let chunks = 0;
  let text = "";
  const stream = await client.chat.completions.create({
    model: "demo-model",
    messages: [{ role: "user", content: "Tell me about connection pools." }],
    stream: true,
  });
  for await (const chunk of stream) {
    chunks++;
    const piece = chunk.choices[0]?.delta.content;
    if (!piece) continue;
    firstToken ??= performance.now() - started;
    text += piece;
    await print({ text: piece });
  }
  await print({ done: true, chunks, first_token_ms: firstToken, characters: text.length, text });
}
