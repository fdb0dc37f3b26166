// The same by the entry that has its wasm as a file.

import { Client } from "llm-api-router/url";

globalThis.client = new Client({ providerType: "openai-compatible", baseUrl: "/v1", apiKey: "key" });
