// Thousands of calls that are cancelled at random moments, and one after them that finds everything in order.

export async function storm({ client }, { calls, at_once, cancel_within }) {
  const random = randomFrom(1);
  let left = calls;
  const worker = async () => {
    while (left-- > 0) {
      const controller = new AbortController();
      const timer = random() < 0.05 ? undefined : setTimeout(() => controller.abort(), random() * cancel_within * 1000);
      try {
        await ask(client, controller.signal);
      } catch (error) {
        if (error !== controller.signal.reason) throw new Error(`a call failed: ${error?.stack ?? error}`);
      } finally {
        clearTimeout(timer);
      }
    }
  };
  await Promise.all(Array.from({ length: at_once }, worker));
  await ask(client);
}

async function ask(client, signal) {
  const stream = await client.chat.completions.create({ messages: [{ role: "user", content: "hi" }], stream: true }, { signal });
  for await (const _ of stream);
}

/** Small pseudo-random numbers from 0 to 1, the same in every run. */
function randomFrom(state) {
  return () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return state / 2 ** 32;
  };
}
