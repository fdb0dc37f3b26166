// The suite as a Worker: each case is run by a request of its own, because a Worker's work belongs to its request.

import * as pkg from "llm-api-router";
import * as slim from "llm-api-router/slim";
import { names, runCase, watchRejections } from "../suite.mjs";

const unhandled = watchRejections();

export default {
  async fetch(request) {
    if (request.method === "GET") return Response.json(names);
    const { name, settings } = await request.json();
    const why = await runCase(name, { pkg, slim, ...settings }, unhandled);
    return Response.json({ why });
  },
};
