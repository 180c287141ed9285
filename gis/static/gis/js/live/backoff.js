/** How long to wait before trying again: anywhere up to a limit that doubles, so that a thousand screens come back spread out. Pure. */

/**
 * @param {{random: () => number, first?: number, most?: number, good?: number}} given milliseconds: the first limit,
 *   the greatest, and how long a connection must hold to count as good
 */
export function backoff({ random, first = 500, most = 30_000, good = 60_000 }) {
  let tries = 0;
  return {
    /** Milliseconds to wait now. */
    next() {
      const limit = Math.min(most, first * 2 ** tries);
      tries = Math.min(tries + 1, 30);
      return Math.floor(random() * limit);
    },
    /** A connection that held for so long ended: after a good one waiting starts anew. */
    held(milliseconds) {
      if (milliseconds >= good) tries = 0;
    },
  };
}
