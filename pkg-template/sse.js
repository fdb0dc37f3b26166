// Writes chunks as OpenAI writes them on the wire, as a stream that reads no faster than it is read.

export function sseStream(pump) {
  const encoder = new TextEncoder();
  let failure;
  return new ReadableStream(
    {
      async pull(controller) {
        if (failure) throw failure.error; // now that the reader has the event that describes it
        try {
          const chunks = await pump.rest();
          if (chunks) return controller.enqueue(encoder.encode(chunks.map(event).join("")));
          controller.enqueue(encoder.encode("data: [DONE]\n\n"));
          controller.close();
        } catch (error) {
          failure = { error };
          const { message, name: type, kind: code } = error ?? {};
          controller.enqueue(encoder.encode(event({ error: { message, type, code } })));
        }
      },
      cancel() {
        pump.cancel();
      },
    },
    { highWaterMark: 0 }, // take nothing from the call before someone asks
  );
}

function event(data) {
  return `data: ${JSON.stringify(data)}\n\n`;
}
