// The host's fetch, TextDecoder, split and JSON.parse, written by hand for this one purpose: no limits, no errors.

export function connect(baseUrl, { model, apiKey, messages }) {
  const headers = { authorization: `Bearer ${apiKey}`, "content-type": "application/json" };
  const send = async (more) => {
    const body = JSON.stringify({ model, messages, ...more });
    const response = await fetch(`${baseUrl}/chat/completions`, { method: "POST", headers, body });
    if (!response.ok) throw new Error(`status ${response.status}`);
    return response;
  };
  return {
    ask: async () => (await (await send()).json()).choices[0].message.content,
    async stream(onChunk) {
      const reader = (await send({ stream: true })).body.getReader();
      const decoder = new TextDecoder();
      let rest = "";
      for (;;) {
        const { done, value } = await reader.read();
        if (done) return;
        const lines = (rest + decoder.decode(value, { stream: true })).split("\n");
        rest = lines.pop();
        for (const line of lines) {
          if (!line.startsWith("data: ") || line === "data: [DONE]") continue;
          onChunk(JSON.parse(line.slice(6)).choices[0]?.delta.content ?? "");
        }
      }
    },
  };
}
