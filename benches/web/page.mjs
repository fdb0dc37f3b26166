// One contestant in a page; `run.mjs` puts the contestant's file in place of "contestant".

import { connect } from "contestant";
import { measure } from "./work.mjs";

const post = (line) => fetch("/lines", { method: "POST", body: JSON.stringify(line) });
try {
  const { server } = await (await fetch("/settings.json")).json();
  await post(await measure(connect, server));
} catch (error) {
  await post({ error: `${error}` });
}
