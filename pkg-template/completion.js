// Puts the chunks of a streamed answer together into what the same request would have been answered unstreamed.

/** Texts of a delta that come whole, by some providers with every piece; all others come in pieces. */
const WHOLE = new Set(["role", "id", "type", "name", "finish_reason"]);

export function accumulate() {
  const completion = {};
  const choices = [];
  return {
    add(chunk) {
      if (addText(completion, choices, chunk)) return;
      const { choices: pieces, object, ...rest } = chunk;
      merge(completion, rest, overwrite);
      for (const { index, delta, ...more } of pieces ?? []) {
        const choice = numbered(choices, index);
        choice.message ??= { role: "assistant" };
        merge(choice.message, delta ?? {}, extend);
        merge(choice, more, extend);
      }
    },
    done() {
      const ordered = choices.flatMap((choice, index) => ({ index, logprobs: null, finish_reason: null, ...choice }));
      for (const { message } of ordered) {
        message.content ??= null;
        if (message.tool_calls) message.tool_calls = message.tool_calls.flatMap(({ index, ...call }) => call);
      }
      return { ...completion, object: "chat.completion", choices: ordered };
    },
  };
}

/** Most chunks only bring more text: nothing else of them is looked at. Tells whether it was such a chunk. */
function addText(completion, choices, { choices: pieces, object, ...rest }) {
  if (pieces?.length !== 1 || !isKnown(rest, completion)) return false;
  const [{ index, delta, ...more }] = pieces;
  const choice = choices[index];
  const message = choice?.message;
  if (typeof message?.content !== "string" || typeof delta?.content !== "string" || !isKnown(more, choice)) return false;
  for (const key in delta) if (key !== "content" && !(key === "role" && delta.role === message.role)) return false;
  message.content += delta.content;
  return true;
}

/** Whether a piece says nothing that is not there already. */
function isKnown(piece, known) {
  for (const key in piece) if (piece[key] !== null && piece[key] !== undefined && piece[key] !== known[key]) return false;
  return true;
}

/** Sets `known[key]` for each thing that the piece says. Keys come from outside, so only own ones are trusted. */
function merge(known, piece, combine) {
  for (const [key, value] of Object.entries(piece)) {
    if (value === null || value === undefined || key === "__proto__") continue;
    known[key] = combine(Object.hasOwn(known, key) ? known[key] : undefined, value, key);
  }
}

function overwrite(_, value) {
  return value;
}

function extend(known, value, key) {
  if (Array.isArray(value)) return extendList(Array.isArray(known) ? known : [], value);
  if (typeof value === "object") {
    const object = typeof known === "object" ? known : {};
    merge(object, value, extend);
    return object;
  }
  if (typeof value !== "string" || typeof known !== "string") return value;
  return WHOLE.has(key) ? value || known : known + value;
}

/** Items that carry a number are pieces of the item with that number. */
function extendList(list, items) {
  for (const item of items) {
    if (Number.isInteger(item?.index)) merge(numbered(list, item.index), item, extend);
    else list.push(item);
  }
  return list;
}

function numbered(list, index) {
  const place = Number.isInteger(index) && index >= 0 ? index : 0;
  return (list[place] ??= {});
}
