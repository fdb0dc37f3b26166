// The suite in Node, with the package required.

const pkg = require("llm-api-router");
const slim = require("llm-api-router/slim");

import("../terminal.mjs").then(({ main }) => main(pkg, slim, process.argv[2]));
