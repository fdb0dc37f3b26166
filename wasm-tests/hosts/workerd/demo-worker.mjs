// The demo as a Worker: answers with its lines as they come.

import * as pkg from "llm-api-router";
import { demo } from "../demo/demo.mjs";

export default {
  fetch(request, env, context) {
    const { readable, writable } = new TransformStream();
    const writer = writable.getWriter();
    const encoder = new TextEncoder();
    const print = (line) => writer.write(encoder.encode(`${JSON.stringify(line)}\n`));
    context.waitUntil(
      demo(pkg, env.MOCK_URL, print).then(
        () => writer.close(),
        (error) => writer.abort(error),
      ),
    );
    return new Response(readable);
  },
};
