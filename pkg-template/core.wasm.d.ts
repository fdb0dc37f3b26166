// What `import wasm from "llm-api-router/core.wasm"` gives where the bundler or the host compiles wasm imports.

declare const wasm: WebAssembly.Module;
export default wasm;
