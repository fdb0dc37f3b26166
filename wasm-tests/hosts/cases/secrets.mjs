// Cases of what must stay secret: no error tells a key, a token that was made of one, or a header of the user's, whatever
// the provider echoes.

import { equal, failure, ok } from "./check.mjs";
import { KEY, MESSAGES } from "./bench.mjs";

const ZHIPU_KEY = "key-id-0123.key-secret-4567";
/** What must not be told. */
const SECRETS = [KEY, "key-secret", "gateway-secret", "cHJveHk6", "call-secret", "eyJhbGciOiJIUzI1NiIsInNpZ25fdHlwZSI6IlNJR04ifQ."];

export const secrets = {
  async "no error tells a secret that the provider echoes"(bench) {
    const { pkg } = bench;
    const answers = {
      BadRequestError: (told) => new Response(JSON.stringify({ error: { message: told, code: told } }), { status: 400, headers: { "x-request-id": told } }),
      ProviderError: (told) => new Response(told, { status: 500 }),
      RateLimitError: (told) => eventsOf(`data: ${JSON.stringify({ error: { message: told, code: 429 } })}\n\n`),
      StreamError: (told) => eventsOf(`data: ${told}\n\n`),
      NetworkError(told) {
        throw new Error(told);
      },
    };
    for (const [providerType, apiKey] of [["openai-compatible", KEY], ["anthropic", KEY], ["gemini", KEY], ["zhipu", ZHIPU_KEY]]) {
      for (const [name, answer] of Object.entries(answers)) {
        const error = await failure(callsOf(bench, providerType, apiKey, answer), pkg[name], `${providerType}, ${name}`);
        const shown = [String(error), error.stack, JSON.stringify(error), error.code, error.requestId, error.cause, error.cause?.stack].join(" ");
        for (const secret of SECRETS) ok(!shown.includes(secret), `${providerType}, ${name} tells ${secret}: ${shown}`);
        ok(shown.includes("echo"), `${providerType}, ${name} does not tell what was said: ${shown}`);
      }
    }
  },

  "a client does not show its configuration"(bench) {
    const shown = JSON.stringify(bench.client()) + String(bench.client());
    ok(!shown.includes(KEY), shown);
  },

  async "a host's own error that tells nothing stays the cause"(bench) {
    const cause = new Error("the echo of a host");
    const call = callsOf(bench, "openai-compatible", KEY, () => {
      throw cause;
    });
    const error = await failure(call, bench.pkg.NetworkError, "create()");
    equal([error.cause === cause, error.toJSON().cause], [true, cause.message], "cause");
  },
};

/** A call to a server that answers to what it was sent. */
function callsOf(bench, providerType, apiKey, answer) {
  const fetch = async (_, { headers }) => answer(`echo ${JSON.stringify([...new Headers(headers)]).replaceAll('"', "'")}`);
  const client = bench.client(undefined, {
    providerType,
    apiKey,
    fetch,
    extraHeaders: { "x-gateway": "Bearer gateway-secret-0123", "x-proxy-authorization": "Basic cHJveHk6c2VjcmV0" },
  });
  const body = { messages: MESSAGES, stream: true };
  const reading = async () => {
    for await (const _ of await client.chat.completions.create(body, { headers: { "x-call": "call-secret-0123" } }));
  };
  return reading();
}

function eventsOf(text) {
  return new Response(text, { headers: { "content-type": "text/event-stream" } });
}
