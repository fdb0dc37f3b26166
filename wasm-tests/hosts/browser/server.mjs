// Serves a folder to a browser on loopback, and takes the lines that the suite in the page posts.

import { once } from "node:events";
import { readFile } from "node:fs/promises";
import { createServer } from "node:http";
import { extname, join, normalize } from "node:path";

const TYPES = {
  ".html": "text/html; charset=utf-8",
  ".js": "text/javascript; charset=utf-8",
  ".mjs": "text/javascript; charset=utf-8",
  ".json": "application/json",
  ".wasm": "application/wasm",
};

/** @param {string} folder @param {object} [settings] given as /settings.json @param {(line: string) => void} [onLine] */
export async function serve(folder, settings = {}, onLine = () => {}) {
  const server = createServer(async (request, response) => {
    const { pathname } = new URL(request.url, "http://localhost");
    if (request.method === "POST") {
      let line = "";
      for await (const data of request.setEncoding("utf8")) line += data;
      response.writeHead(204).end();
      return onLine(line);
    }
    const answer = (type, body) => response.writeHead(200, { "content-type": type, "cache-control": "no-store" }).end(body);
    if (pathname === "/settings.json") return answer(TYPES[".json"], JSON.stringify(settings));
    try {
      answer(TYPES[extname(pathname)] ?? "application/octet-stream", await readFile(join(folder, normalize(pathname))));
    } catch {
      response.writeHead(404).end();
    }
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  return {
    url: `http://127.0.0.1:${server.address().port}`,
    close() {
      server.close();
      server.closeAllConnections();
    },
  };
}
