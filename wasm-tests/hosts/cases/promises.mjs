// Cases of what a host promises, and of options that only JavaScript has.

import { capabilities as recorded } from "./capabilities.mjs";
import { KEY } from "./bench.mjs";
import { equal, ok, thrown } from "./check.mjs";

export const promises = {
  "capabilities() says what the README shows for this host"(bench) {
    const { host, knobs } = bench.client().capabilities();
    const recordedAs = host === "browser" ? (/ Firefox\//.test(navigator.userAgent) ? "firefox" : "chromium") : host;
    const plain = (knobs) => knobs.map(({ name, level, why }) => [name, level, why]);
    equal(plain(Object.values(knobs)), plain(recorded[recordedAs] ?? []), `the promises of ${recordedAs}; \`cargo xtask capabilities\` records them`);
    for (const { why } of Object.values(knobs)) ok(why.length > 10, `not a sentence: ${why}`);
  },

  "a replacement for fetch shows no phases"(bench) {
    const { knobs } = bench.client(undefined, { fetch: async () => new Response("") }).capabilities();
    equal([knobs.connect.level, knobs.write.level], ["merged", "merged"], "connect and write");
  },

  "a page that would show a provider's key is told so at construction"(bench) {
    const inPage = bench.client().capabilities().host === "browser";
    for (const [providerType, baseUrl] of [["openai"], ["openai-compatible", "https://api.openai.com/v1"]]) {
      const config = { providerType, apiKey: KEY, baseUrl };
      if (inPage) {
        const error = thrown(() => new bench.pkg.Client(config), bench.pkg.ConfigError, providerType);
        for (const word of ["dangerouslyAllowBrowser", "edge-worker"]) ok(error.message.includes(word), error.message);
        ok(!error.message.includes(KEY), "the key is shown");
      } else {
        new bench.pkg.Client(config).close();
      }
      for (const allow of ["dangerouslyAllowBrowser", "dangerously_allow_browser"]) new bench.pkg.Client({ ...config, [allow]: true }).close();
    }
  },

  async "maxAwaitedHeads: no more requests than that wait for their response heads"(bench) {
    const raised = await fetch(`${bench.mockUrl}/_scripts`, { method: "POST", body: JSON.stringify([[{ wait: 0.03 }, { completion: "Hello" }]]) });
    const { url } = await raised.json();
    const client = bench.client(undefined, { baseUrl: `${url}/v1`, maxAwaitedHeads: 2 });
    const answers = await Promise.all(Array.from({ length: 8 }, () => bench.unary(client)));
    equal(answers.map((answer) => answer.choices[0].message.content), Array(8).fill("Hello"), "answers");
    equal((await (await fetch(`${url}/_requests`)).json()).most_at_once, 2, "the most at once");
    equal(client.poolStats().inUse, 0, "places in use");
    for (const maxAwaitedHeads of [0, 1.5, "6"]) thrown(() => bench.client(undefined, { maxAwaitedHeads }), bench.pkg.ConfigError, `${maxAwaitedHeads}`);
  },
};
