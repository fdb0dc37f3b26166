// What every contestant does in every host: streams of two lengths and single answers, each for a span of time, one
// after the other. Every text is compared with what the server says to the same question when it is asked plainly.

const OPTIONS = { model: "bench-model", apiKey: "bench-key", messages: [{ role: "user", content: "Tell me about connection pools." }] };

/** Milliseconds of each task, before the clock runs and while it does. */
const TASKS = {
  short: { path: "/_scenario/events-1000/v1", streamed: true, warm: 300, measured: 600 },
  long: { path: "/_scenario/events-50000/v1", streamed: true, warm: 1, measured: 500 },
  ask: { path: "/v1", streamed: false, warm: 150, measured: 400 },
};

/** Tasks by name, each with how often it was done, the events of it, and the seconds that it took. */
export async function measure(connect, server) {
  const results = {};
  for (const [name, { path, streamed, warm, measured }] of Object.entries(TASKS)) {
    const expected = await plainly(server + path);
    const client = connect(server + path, OPTIONS);
    const once = streamed ? () => stream(client, expected) : () => ask(client, expected);
    await repeat(once, warm);
    results[name] = await repeat(once, measured);
  }
  return results;
}

async function repeat(once, milliseconds) {
  const from = performance.now();
  let [count, events, took] = [0, 0, 0];
  while (took < milliseconds) {
    events += await once();
    count++;
    took = performance.now() - from;
  }
  return { count, events, seconds: took / 1000 };
}

async function stream(client, expected) {
  let [events, text] = [0, ""];
  await client.stream((piece) => {
    events++;
    text += piece;
  });
  return check(text, expected, events);
}

async function ask(client, expected) {
  return check(await client.ask(), expected, 1);
}

function check(text, expected, events) {
  if (text === expected) return events;
  throw new Error(`after ${events} events the text is ${text.slice(0, 200)}…, not ${expected.slice(0, 200)}…`);
}

/** The text of the answer, by nobody's client. */
async function plainly(baseUrl) {
  const { model, messages } = OPTIONS;
  const headers = { "content-type": "application/json" };
  const response = await fetch(`${baseUrl}/chat/completions`, { method: "POST", headers, body: JSON.stringify({ model, messages }) });
  return (await response.json()).choices[0].message.content;
}
