// The pages that the browsers open: as they are, and built by Vite.

import { rmSync } from "node:fs";
import { createRequire } from "node:module";
import { fileURLToPath, pathToFileURL } from "node:url";
import { env, run, settings, tool } from "../report.mjs";
import { serve } from "./server.mjs";

const LIMIT_SECONDS = 120;

const HERE = fileURLToPath(new URL(".", import.meta.url));
/** Where the package is installed. */
export const PROJECT = fileURLToPath(new URL("../../", import.meta.url));

/** The folder with the built page. */
export async function viteBuild() {
  const out = `${HERE}.built`;
  rmSync(out, { recursive: true, force: true });
  const { code, stdout, stderr } = await run(tool("vite"), ["build", HERE, "--base", "./", "--outDir", out]);
  if (code !== 0) throw new Error(`vite build ended with code ${code}: ${stdout} ${stderr}`);
  return out;
}

/** Vite's server for development over the whole project. It bundles what pages import when they first ask for it. */
export async function viteDev() {
  const { createServer } = await import(pathToFileURL(createRequire(`${env("TOOLS")}/package.json`).resolve("vite")));
  const options = { host: "127.0.0.1", port: 0, ws: false };
  const server = await createServer({ root: PROJECT, configFile: false, logLevel: "error", server: options, optimizeDeps: { entries: ["examples/browser/*.html"] } });
  await server.listen();
  return { url: `http://127.0.0.1:${server.httpServer.address().port}`, close: () => server.close() };
}

/** Opens a page of the suite and counts its lines. */
export async function suitePage(report, name, browser, path, { folder = PROJECT, withoutTable = true } = {}) {
  await report.test(`${name}: the suite runs to its end`, async () => {
    const onLine = (line) => {
      if (line === "end of the suite") return true;
      report.line(name, line);
    };
    await linesOf(browser, path, folder, onLine, { withoutTable });
  });
}

/** Prints the lines of the demo as a page writes them, and closes the browser. */
export async function demoPage(browser) {
  try {
    await linesOf(browser, "hosts/browser/demo.html", PROJECT, (line) => {
      if (line.startsWith("not ok")) throw new Error(line);
      console.log(line);
      return JSON.parse(line).done;
    });
  } finally {
    await browser.close();
  }
}

/** Opens a page and hands over the lines that it posts, until `onLine` returns true. */
export async function linesOf(browser, path, folder, onLine, more = {}) {
  let end;
  const ended = new Promise((resolve) => (end = resolve));
  const server = await serve(folder, { ...(await settings()), ...more }, (line) => {
    if (onLine(line)) end();
  });
  let timer;
  const limit = new Promise((_, reject) => {
    timer = setTimeout(() => reject(new Error(`${path} did not end within ${LIMIT_SECONDS} s`)), LIMIT_SECONDS * 1000);
  });
  try {
    await browser.open(`${server.url}/${path}`);
    await Promise.race([ended, limit]);
  } finally {
    clearTimeout(timer);
    server.close();
  }
}
