/** The heartbeats of the last minutes and the server's clock, read from them. Pure. */

const EVERY_MS = 5_000;
const KEPT = 48;

/** @param {{now: () => number}} given `now`: milliseconds of a clock that never steps back */
export function beatsOf({ now }) {
  let ticks = [];
  let last = null;
  let skews = [];

  /** How far the server's clock is ahead of ours: the least delayed of the last messages tells it best. */
  function heard(at) {
    const time = Date.parse(at);
    if (Number.isFinite(time)) skews = [...skews, time - now()].slice(-24);
    return time;
  }

  function mark(time) {
    if (!Number.isFinite(time)) return;
    const apart = last === null ? EVERY_MS : time - last;
    if (last !== null && apart <= 0) return;
    last = time;
    const missed = Math.max(0, Math.round(apart / EVERY_MS) - 1);
    if (apart < EVERY_MS / 2 && ticks.length) return;
    ticks = [...ticks, ...Array(Math.min(missed, KEPT)).fill(false), true].slice(-KEPT);
  }

  return {
    heard,
    beat: (at) => mark(heard(at)),
    /** The server's time now in milliseconds since 1970, or NaN before it said any. */
    serverNow: () => (skews.length ? now() + Math.max(...skews) : NaN),
    /** Milliseconds since a time of the server, never less than 0; NaN while unknown. */
    age(at) {
      const gone = (skews.length ? now() + Math.max(...skews) : NaN) - (typeof at === 'number' ? at : Date.parse(at));
      return Number.isNaN(gone) ? NaN : Math.max(0, gone);
    },
    /** Server time of the newest beat in milliseconds, or null. */
    get last() { return last; },
    /** One entry a beat that was due, oldest first: did it come? */
    get ticks() { return [...ticks]; },
    get gaps() { return ticks.filter((came) => !came).length; },
  };
}
