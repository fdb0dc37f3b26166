// Cases of what is not chat: lists of models that come in pages, and vectors.

import { equal, failure, ok } from "./check.mjs";

export const endpoints = {
  async "models: every page of a list is asked for, and one after a hundred is an error"(bench) {
    const pages = [
      { models: [{ name: "models/a" }], nextPageToken: "t/2" },
      { models: [{ name: "models/b" }], nextPageToken: "t/3" },
      { models: [{ name: "models/c" }] },
    ];
    const asked = [];
    const clientOf = (answer) => {
      const fetch = async (url) => {
        asked.push(new URL(url).searchParams.get("pageToken"));
        return Response.json(answer());
      };
      return bench.client(undefined, { providerType: "gemini", fetch });
    };
    const client = clientOf(() => pages[asked.length - 1]);
    const { data, ...rest } = await client.models.list();
    equal([data.map((model) => model.id), rest], [["a", "b", "c"], { object: "list" }], "the list");
    equal(asked, [null, "t/2", "t/3"], "pages");
    // They are asked of no model.
    ok(client.metricsPrometheus().includes('llm_router_requests_total{provider="gemini",status="success"} 3\n'), "they are not counted");
    const error = await failure(clientOf(() => pages[1]).models.list(), bench.pkg.StreamError, "a list without an end");
    ok(error.message.includes("100 pages"), error.message);
    equal(asked.length, 103, "requests");
  },

  async "embeddings: the mock server's vectors are the same as numbers and as base64"(bench) {
    const { embeddings } = bench.client();
    const ask = { input: ["one", "another"], dimensions: 8 };
    const numbers = await embeddings.create(ask);
    const base64 = await embeddings.create({ ...ask, encoding_format: "base64" });
    equal(base64.data, numbers.data, "vectors");
    equal([numbers.data.map((one) => one.embedding.length), numbers.model], [[8, 8], "test-model"], "lengths and model");
  },
};
