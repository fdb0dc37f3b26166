// How long the package takes in a fresh Node until its first call can be made, in milliseconds.

const from = performance.now();
const { Client } = await import("llm-api-router");
const imported = performance.now();
const client = new Client({ providerType: "openai", apiKey: "start-key" });
client.poolStats(); // the core runs
console.log(JSON.stringify({ import: imported - from, client: performance.now() - imported }));
