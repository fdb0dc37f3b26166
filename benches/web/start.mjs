// How long the package takes in a fresh Node until its first call can be made, in milliseconds.

const from = performance.now();
const { Client } = await import("llm-api-router");
const imported = performance.now();
const client = new Client({ providerType: "openai", apiKey: "start-key" });
const made = performance.now();
if (client.poolStats().maxConnections !== 100) throw new Error("the core does not run");
console.log(JSON.stringify({ import: imported - from, client: made - imported }));
