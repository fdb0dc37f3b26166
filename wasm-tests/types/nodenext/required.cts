// What CommonJS sees.

import router = require("llm-api-router");

export const client: router.Client = new router.Client({ providerType: "openai", apiKey: "k" });
