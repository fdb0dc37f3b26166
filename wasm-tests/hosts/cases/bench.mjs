// The workbench that every case gets: clients for the mock server's scenarios, and what is done with them again and again.

export const KEY = "sk-test-3f9a71c2";
export const MESSAGES = [{ role: "user", content: "Say something with café and 東京 in it." }];

export class Bench {
  /** @param {{pkg: object, slim: object, mockUrl: string, aimockUrl: string, refusedUrl: string, constructionErrors: object[]}} host */
  constructor(host) {
    Object.assign(this, host);
  }

  /**
   * The configuration for one of the mock server's scenarios, or for its normal answers. Each attempt is looked at by
   * itself: retries are off.
   */
  config(scenario, more) {
    const path = scenario ? `/_scenario/${scenario}/v1` : "/v1";
    return { providerType: "openai-compatible", apiKey: KEY, defaultModel: "test-model", baseUrl: this.mockUrl + path, retryConfig: { maxRetries: 0 }, ...more };
  }

  client(scenario, more) {
    return new this.pkg.Client(this.config(scenario, more));
  }

  unary(client, options) {
    return client.chat.completions.create({ messages: MESSAGES }, options);
  }

  stream(client, options) {
    return client.chat.completions.create({ messages: MESSAGES, stream: true }, options);
  }

  /** Unary or streamed; reads to the end and returns the text. */
  async text(client, streamed, options) {
    if (streamed) return readAll(await this.stream(client, options));
    return (await this.unary(client, options)).choices[0].message.content;
  }

  async stats() {
    const response = await fetch(`${this.mockUrl}/_stats`);
    return response.json();
  }
}

export async function readAll(stream) {
  let text = "";
  for await (const chunk of stream) text += delta(chunk);
  return text;
}

export function delta(chunk) {
  return chunk.choices[0]?.delta.content ?? "";
}

/** A fetch that answers with this body, and what it was called with. */
export function fetchOf(body, headers = { "content-type": "text/event-stream" }) {
  const calls = [];
  const fetch = async (url, init) => {
    calls.push({ url: String(url), init });
    return new Response(typeof body === "function" ? body() : body, { headers });
  };
  return { fetch, calls };
}

/** A streamed answer, as much of one as is needed: a Response would refuse some bodies itself on some hosts. */
export function bareAnswer(body) {
  return { ok: true, status: 200, headers: new Headers({ "content-type": "text/event-stream" }), body };
}

/** A body that is no stream of the host's: this function reads it. */
export function bodyReadBy(read) {
  const cancel = async () => {};
  return { getReader: () => ({ read, cancel }), cancel };
}

/** One event of a streamed answer, as bytes on the wire. */
export function event(content, finish_reason = null) {
  const chunk = { id: "c", object: "chat.completion.chunk", created: 1, model: "m", choices: [{ index: 0, delta: { content }, finish_reason }] };
  return `data: ${JSON.stringify(chunk)}\n\n`;
}
