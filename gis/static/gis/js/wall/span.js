/** Spans of time as people read them: every figure with its unit, rounded down, never up. Pure. */

const UNITS = [['d', 86_400], ['h', 3_600], ['min', 60], ['s', 1]];

/**
 * `4 260 000` -> `[{count: 1, unit: 'h'}, {count: 11, unit: 'min'}]`: the two greatest units that matter; seconds only
 * below a minute, or below an hour when `fine`. Nothing for an unknown span.
 * @param {number} milliseconds @param {{fine?: boolean}} [how]
 * @returns {{count: number, unit: 'd'|'h'|'min'|'s'}[]}
 */
export function spanParts(milliseconds, { fine = false } = {}) {
  if (!Number.isFinite(milliseconds)) return [];
  let left = Math.max(0, Math.floor(milliseconds / 1000));
  const least = left < 60 || (fine && left < 3_600) ? 1 : left < 86_400 ? 60 : 3_600;
  const parts = [];
  for (const [unit, seconds] of UNITS) {
    const count = Math.floor(left / seconds);
    left -= count * seconds;
    if (seconds >= least && (count || parts.length)) parts.push({ count, unit });
  }
  if (!parts.length) return [{ count: 0, unit: 's' }];
  return parts.slice(0, 2).filter(({ count }, at) => at === 0 || count);
}

const WORDS = { d: '{count} d', h: '{count} h', min: '{count} min', s: '{count} s' };

/** The same in one string. @param {(text: string, values: object) => string} say */
export function spanText(milliseconds, say, how) {
  return spanParts(milliseconds, how).map(({ count, unit }) => say(WORDS[unit], { count })).join(' ');
}

/** `4182907` -> `['4', '182', '907']`. */
export function threes(number) {
  return String(number).replace(/\B(?=(\d{3})+$)/g, ' ').split(' ');
}
