// Workers: ends the calls of invocations that are gone.
//
// When an invocation ends, everything that it has begun stops without a word: no promise of it settles any more and no
// timer fires. In a client that invocations share, a stream that it left unread would keep its place for ever.

import { abortError, calls, onCall } from "./main.js";

const BEAT_MS = 500;
/** So many beats of its own a call grants another one to show one. */
const PATIENCE = 4;

/** How often the timer of each call has gone off. */
const beats = new WeakMap();

/** From now on every call watches the others: those of its own invocation are as alive as it is. */
export function watchInvocations() {
  onCall((call) => {
    const watched = new WeakMap();
    const timer = setInterval(() => {
      beats.set(call, (beats.get(call) ?? 0) + 1);
      for (const other of [...calls]) if (other !== call) look(other, watched);
    }, BEAT_MS);
    return () => clearInterval(timer);
  });
}

function look(other, watched) {
  const now = beats.get(other) ?? 0;
  const before = watched.get(other);
  const misses = before?.beats === now ? before.misses + 1 : 0;
  watched.set(other, { beats: now, misses });
  if (misses < PATIENCE) return;
  try {
    other.crash(abortError("the invocation that made this call has ended"));
  } catch {
    // What belongs to another invocation may be out of reach. The place is free by then.
  }
}
