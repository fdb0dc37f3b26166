// Cases against a server of other people's making, whose fixtures are in aimock-fixtures.json.

import { equal } from "./check.mjs";
import { readAll } from "./bench.mjs";

const TEXT = "Connections are kept: naïve café 東京 🙂, said the server that nobody here wrote.";
const messages = [{ role: "user", content: "connection pools, please" }];

export const aimock = {
  async "aimock: a unary answer"(bench) {
    const answer = await clientOf(bench).chat.completions.create({ messages });
    equal(answer.choices[0].message.content, TEXT, "text");
  },

  async "aimock: a streamed answer"(bench) {
    const stream = await clientOf(bench).chat.completions.create({ messages, stream: true });
    equal(await readAll(stream), TEXT, "text");
  },

  async "aimock: provider type openai with another base URL"(bench) {
    const client = new bench.pkg.Client({ providerType: "openai", apiKey: "test", baseUrl: `${bench.aimockUrl}/v1`, defaultModel: "gpt-test" });
    equal(await textOf(client), TEXT, "text");
  },
};

function clientOf(bench) {
  return new bench.pkg.Client({ providerType: "openai-compatible", apiKey: "test", baseUrl: `${bench.aimockUrl}/v1`, defaultModel: "gpt-test" });
}

async function textOf(client) {
  return readAll(await client.chat.completions.create({ messages, stream: true }));
}
