// Reads the core's batches of chunks, in which a text stands for a chunk that is like one before it but for its text.

import { accumulate } from "./completion.js";

export class Chunks {
  /** The chunk that texts stand for. Nobody else has it. */
  #like;
  /** Texts that the answer does not have yet: many that are added at once cost what one does. */
  #texts = "";
  #answer = accumulate();

  /** The chunks of a batch, which comes as JSON: those that texts may stand for are in arrays of their own. */
  read(json) {
    return JSON.parse(json).map((item) => (typeof item === "string" ? this.#liken(item) : this.#take(item)));
  }

  /** All chunks so far, put together. */
  completion() {
    this.#addTexts();
    return this.#answer.done();
  }

  #liken(text) {
    this.#texts += text;
    return withText(this.#like, text);
  }

  #take(item) {
    this.#addTexts();
    if (!Array.isArray(item)) {
      this.#answer.add(item);
      return item;
    }
    [this.#like] = item;
    this.#answer.add(this.#like);
    return withText(this.#like, this.#like.choices[0].delta.content);
  }

  #addTexts() {
    if (this.#texts === "") return;
    this.#answer.add(withText(this.#like, this.#texts));
    this.#texts = "";
  }
}

/** A copy with another text. It shares nothing with the original: nothing else is nested in such a chunk. */
function withText(chunk, content) {
  const [choice] = chunk.choices;
  return { ...chunk, choices: [{ ...choice, delta: { ...choice.delta, content } }] };
}
