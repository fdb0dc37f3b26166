// The core's figures, with their keys as JavaScript writes them.

/** Fields whose own keys are names of their kind, not of fields. */
const NAMES = new Set(["errors"]);

export function camelKeys(value) {
  if (Array.isArray(value)) return value.map(camelKeys);
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, inner]) => [camel(key), NAMES.has(key) ? inner : camelKeys(inner)]));
}

function camel(key) {
  return key.replace(/_(.)/g, (_, letter) => letter.toUpperCase());
}
