// Reads the wasm module from the text that the package has it as: see xtask/src/package/letters.rs.

/**
 * The bytes of a text. A letter stands for a byte; `}` and `~` begin a pair, for a rarer one. A byte's meaning is at
 * its letter's place, counted from the space; those of the two kinds of pairs follow, 96 places each.
 */
export function fromLetters(text, meanings) {
  const letters = new TextEncoder().encode(text); // a loop over bytes is faster than one over a string
  const end = letters.length;
  let length = 0;
  for (let i = 0; i < end; i++) {
    let place = letters[i] - 32;
    if (place > 92) place = (place - 92) * 96 + letters[++i] - 32;
    letters[length++] = meanings[place]; // never before the place that is read next
  }
  return letters.subarray(0, length);
}
