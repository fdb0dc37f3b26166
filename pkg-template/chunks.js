// Reads the core's batches of chunks, in which a text stands for a chunk that is like one before it but for its text.

import { accumulate } from "./completion.js";
import { ConfigError } from "./errors.js";

/** How much text is kept of what is taken chunk by chunk, in characters: the memory of an endless stream stays flat. */
const KEPT = 16 << 20;

export class Chunks {
  /** Makes the chunk that a text stands for. */
  #like;
  /** Texts that the answer does not have yet: many that are added at once cost what one does. */
  #texts = "";
  #answer = accumulate();
  /** Characters of text that the answer has. */
  #held = 0;
  /** Somebody wants all of the answer. */
  #whole = false;

  /** The chunks of a batch, which comes as JSON: those that texts may stand for are in arrays of their own. */
  read(json) {
    return JSON.parse(json).map((item) => (typeof item === "string" ? this.#liken(item) : this.#take(item)));
  }

  /** From now on everything is kept, however much it is. */
  keepAll() {
    if (!this.#keeps()) {
      throw new ConfigError({
        kind: "config",
        message: `the answer cannot be put together: more than ${KEPT} characters of its text were already taken, which are not kept; call finalCompletion() or text() instead of iterating`,
      });
    }
    this.#whole = true;
  }

  /** All chunks so far that are kept, put together. */
  completion() {
    this.#addTexts();
    return this.#answer.done();
  }

  #keeps() {
    return this.#whole || this.#held < KEPT;
  }

  #liken(text) {
    if (this.#keeps()) {
      this.#texts += text;
      this.#held += text.length;
    }
    return this.#like(text);
  }

  #take(item) {
    this.#addTexts();
    const chunk = Array.isArray(item) ? item[0] : item;
    if (this.#keeps()) {
      this.#answer.add(chunk);
      this.#held += length(chunk);
    }
    if (chunk === item) return item;
    this.#like = likeness(chunk);
    return this.#like(chunk.choices[0].delta.content);
  }

  #addTexts() {
    if (this.#texts === "") return;
    this.#answer.add(this.#like(this.#texts));
    this.#texts = "";
  }
}

/**
 * Makes copies of a chunk with another text each. They share nothing with it: nothing else is nested in such a chunk,
 * which nobody else has. What nearly all providers send is written out, because copying by `...` takes several times
 * as long.
 */
function likeness(chunk) {
  const [choice] = chunk.choices;
  const deltaOf = keys(choice.delta) === "content" ? (content) => ({ content }) : (content) => ({ ...choice.delta, content });
  const choiceOf = CHOICES[keys(choice)] ?? ((choice, delta) => ({ ...choice, delta }));
  return (content) => ({ ...chunk, choices: [choiceOf(choice, deltaOf(content))] });
}

const CHOICES = {
  "index,delta,finish_reason": ({ index, finish_reason }, delta) => ({ index, delta, finish_reason }),
  "index,delta,logprobs,finish_reason": ({ index, logprobs, finish_reason }, delta) => ({ index, delta, logprobs, finish_reason }),
};

function keys(object) {
  return Object.keys(object).join();
}

/** Characters of text that a chunk brings. */
function length({ choices }) {
  return choices?.reduce((sum, { delta }) => sum + (delta?.content?.length ?? 0) + (delta?.reasoning_content?.length ?? 0), 0) ?? 0;
}
