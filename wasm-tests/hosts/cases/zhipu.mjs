// Cases of Zhipu's keys: each request carries a token that is signed with the key's secret half. The signature is made
// again here, with the host's own WebCrypto.

import { equal, ok } from "./check.mjs";
import { fetchOf, MESSAGES } from "./bench.mjs";

const [ID, SECRET] = ["key-id", "key-secret"];
const ANSWER = JSON.stringify({ choices: [{ index: 0, message: { role: "assistant", content: "Hi" }, finish_reason: "stop" }] });

export const zhipu = {
  async "zhipu: a request carries a token that the key's secret signs, for an hour"(bench) {
    const before = Date.now();
    const { tokenOf } = clientOf(bench);
    const [header, payload, signature] = (await tokenOf()).split(".");
    const after = Date.now();
    equal(JSON.parse(text(header)), { alg: "HS256", sign_type: "SIGN" }, "header");
    const { api_key, exp, timestamp, ...rest } = JSON.parse(text(payload));
    equal([api_key, exp - timestamp, rest], [ID, 3_600_000, {}], "payload");
    // A time in seconds loses a fraction of a millisecond.
    ok(timestamp >= Math.floor(before) - 1 && timestamp <= after, `timestamp ${timestamp}, between ${before} and ${after}`);
    const bytes = new TextEncoder();
    const key = await crypto.subtle.importKey("raw", bytes.encode(SECRET), { name: "HMAC", hash: "SHA-256" }, false, ["verify"]);
    const signed = Uint8Array.from(text(signature), (letter) => letter.charCodeAt(0));
    ok(await crypto.subtle.verify("HMAC", key, signed, bytes.encode(`${header}.${payload}`)), "the signature is not that of the secret");
    ok(!/[=+/]/.test(header + payload + signature), "base64 for addresses has no = + /");
  },

  async "zhipu: a token is kept until a minute before its end"(bench) {
    const { now } = Date;
    const start = now();
    const { tokenOf } = clientOf(bench);
    const at = (seconds) => {
      Date.now = () => start + seconds * 1000;
      return tokenOf();
    };
    try {
      const first = await at(0);
      equal([(await at(1)) === first, (await at(3539)) === first], [true, true], "the same token");
      ok((await at(3541)) !== first, "the token is kept for too long");
    } finally {
      Date.now = now;
    }
  },
};

/** A client, and how to get the token of its next request. */
function clientOf(bench) {
  const { fetch, calls } = fetchOf(ANSWER, { "content-type": "application/json" });
  const client = bench.client(undefined, { providerType: "zhipu", apiKey: `${ID}.${SECRET}`, fetch });
  const tokenOf = async () => {
    await client.chat.completions.create({ messages: MESSAGES });
    const [scheme, token] = new Headers(calls.at(-1).init.headers).get("authorization").split(" ");
    equal(scheme, "Bearer", "scheme");
    return token;
  };
  return { tokenOf };
}

/** What base64 for addresses stands for. */
function text(base64) {
  return atob(base64.replaceAll("-", "+").replaceAll("_", "/"));
}
