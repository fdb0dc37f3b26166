// What the examples have to write: the answer that the mock server derives from their request.

import { env } from "./report.mjs";

export const MESSAGES = [{ role: "user", content: "Hello!" }];

/** The environment that points an example to the mock server. */
export const exampleEnv = { OPENAI_API_KEY: "example-key", OPENAI_BASE_URL: `${env("MOCK_URL")}/v1` };

export async function expectedText() {
  const response = await fetch(`${env("MOCK_URL")}/v1/chat/completions`, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify({ model: "gpt-4o-mini", messages: MESSAGES }),
  });
  return (await response.json()).choices[0].message.content;
}

/** Fails unless an example wrote the answer. */
export async function expectAnswer(written) {
  const expected = await expectedText();
  if (written.trim() !== expected) throw new Error(`expected ${JSON.stringify(expected)}, got ${JSON.stringify(written)}`);
}
