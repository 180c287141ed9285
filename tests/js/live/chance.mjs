/** Seeded chance, so that a failing case comes again. */

/** @returns {{random: () => number, below: (n: number) => number, one: (list: any[]) => any}} */
export function chance(seed) {
  let a = seed >>> 0;
  function random() {
    a = (a + 0x6d2b79f5) | 0;
    let t = Math.imul(a ^ (a >>> 15), 1 | a);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
  }
  const below = (n) => Math.floor(random() * n);
  return { random, below, one: (list) => list[below(list.length)] };
}
