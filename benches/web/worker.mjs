// One contestant in a Worker; `run.mjs` puts the contestant's file in place of "contestant".

import { connect } from "contestant";
import { measure } from "./work.mjs";

export default {
  async fetch(request, { SERVER }) {
    try {
      return Response.json(await measure(connect, SERVER));
    } catch (error) {
      return Response.json({ error: `${error?.stack ?? error}` });
    }
  },
};
