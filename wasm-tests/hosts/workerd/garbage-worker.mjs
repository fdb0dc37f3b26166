// Streams that become garbage, in a Worker whose host lets it collect them.

import * as pkg from "llm-api-router";
import { Bench } from "../cases/bench.mjs";
import { garbage } from "../cases/core.mjs";

export default {
  async fetch(request) {
    try {
      await garbage(new Bench({ pkg, ...(await request.json()) }), () => globalThis.gc(), false);
      return new Response("ok");
    } catch (error) {
      return new Response(String(error?.stack ?? error), { status: 500 });
    }
  },
};
