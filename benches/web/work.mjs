// What every contestant does in every host: streams of two lengths and single answers, each for a span of time, one
// after the other. Every text is compared with what the server says to the same question when it is asked plainly.

const OPTIONS = { model: "bench-model", apiKey: "bench-key", messages: [{ role: "user", content: "Tell me about connection pools." }] };

/** A stream that takes longer is left: how fast it was shows by then. */
const LONGEST_MS = 5000;
const LEFT = Symbol("left");

/** Milliseconds of each task, before the clock runs and while it does; and how often at least before it runs. */
const TASKS = {
  short: { path: "/_scenario/events-1000/v1", streamed: true, warm: 300, warmups: 50, measured: 600 },
  long: { path: "/_scenario/events-50000/v1", streamed: true, warm: 1, warmups: 1, measured: 500 },
  ask: { path: "/v1", streamed: false, warm: 200, warmups: 300, measured: 500 },
};
/** On a machine that is slow, so long at most: by then engines have compiled what they run most. */
const WARMEST_MS = 1500;

/** Tasks by name, each with how often it was done, the events of it, and the seconds that it took. */
export async function measure(connect, server) {
  const results = {};
  for (const [name, { path, streamed, warm, warmups, measured }] of Object.entries(TASKS)) {
    const expected = await plainly(server + path);
    const client = connect(server + path, OPTIONS);
    const once = streamed ? () => stream(client, expected) : () => ask(client, expected);
    const first = await repeat(once, warm, warmups);
    results[name] = first.seconds * 1000 < LONGEST_MS ? await repeat(once, measured) : first;
  }
  return results;
}

async function repeat(once, milliseconds, least = 1) {
  const from = performance.now();
  let [count, events, took] = [0, 0, 0];
  while (took < milliseconds || (count < least && took < WARMEST_MS)) {
    events += await once();
    count++;
    took = performance.now() - from;
  }
  return { count, events, seconds: took / 1000 };
}

async function stream(client, expected) {
  const until = performance.now() + LONGEST_MS;
  let [events, text] = [0, ""];
  try {
    await client.stream((piece) => {
      events++;
      text += piece;
      if (events % 1000 === 0 && performance.now() > until) throw LEFT;
    });
  } catch (error) {
    if (error !== LEFT) throw error;
    return check(text, expected.slice(0, text.length), events);
  }
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
