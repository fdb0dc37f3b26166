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

/** What each scenario of connection_pool_optimization.mjs has to show: an exact value, or a judgement of it. */
const FIGURES = {
  1: { calls: 10, "sockets opened": (opened) => opened >= 1 && opened <= 2 },
  2: {
    "calls that wait while 4 streams run": 8,
    "calls that failed": 0,
    "sockets at once, as the server saw them": (sockets) => sockets >= 4 && sockets <= 5,
    "longest wait": (seconds) => seconds > 0,
    "maxConnections is": "enforced",
    "maxKeepaliveConnections is": "delegated",
  },
  3: {
    "silent server": (words) => /read/.test(words),
    "no free place": (words) => /timeout_config\.pool/.test(words),
    "pool timeouts": 1,
    "all of it took": (seconds) => seconds >= 0.1 && seconds < 10,
  },
  4: {
    "streams at once": 120,
    "sockets at once, as the server saw them": (sockets) => sockets >= 120 && sockets <= 125,
  },
  5: { calls: 10, "sockets opened by these calls": (opened) => opened <= 2 },
  6: { "calls in flight": 20, "calls that failed": 0, calls: 100, "pool timeouts": 0 },
  7: {
    "streams read slowly to their end": 3,
    "requests that ended with a stream that was left": 1,
    "places still in use": 0,
    "silent stream": (words) => /idle/.test(words),
    "noticed after": (seconds) => seconds >= 0.5 && seconds < 10,
  },
};

/** Fails unless connection_pool_optimization.mjs shows what it is about. */
export function expectFigures(stdout, stderr) {
  const shown = {};
  let scenario;
  for (const line of stdout.split("\n")) {
    const figure = /^  (.*?): (.*)$/.exec(line);
    if (figure) scenario[figure[1]] = figure[2];
    else if (line) shown[line[0]] = scenario = {};
  }
  for (const [number, figures] of Object.entries(FIGURES)) {
    for (const [name, expected] of Object.entries(figures)) {
      const value = shown[number]?.[name];
      const right = typeof expected === "function" ? expected(Number.parseFloat(value) || value) : value === String(expected);
      if (value === undefined || !right) throw new Error(`scenario ${number} shows ${name}: ${value} ${stderr}`);
    }
  }
}
