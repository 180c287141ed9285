/** Classes of the choropleths: fixed breaks, five at most, on the one ramp of debt; zero is the first of them. Pure. */

/**
 * Upper ends of the classes after the one of zero; the last class is open. Cases; cases per km²; minutes of the oldest.
 * @type {Record<string, number[]>}
 */
export const BREAKS = { open_now: [2, 4, 7], per_km2: [5, 15, 30], oldest: [240, 1440, 4320] };

/** Tokens of the classes. */
export const RAMP = ['d0', 'd1', 'd2', 'd3', 'd4'];
/** Class of an area that has no value at all. */
export const NO_DATA = -1;

/** The class of one value: 0 for nothing, else 1 to 4. For `oldest` null means that nothing is open. */
export function classOf(kind, value) {
  if (value === undefined || Number.isNaN(value)) return NO_DATA;
  if (value === null) return kind === 'oldest' ? 0 : NO_DATA;
  if (value <= 0 && kind !== 'oldest') return 0;
  const at = BREAKS[kind].findIndex((end) => value < end);
  return at < 0 ? BREAKS[kind].length + 1 : at + 1;
}

/**
 * @param {string} kind of BREAKS @param {Map<string, number|null>} values by area code
 * @returns {Map<string, number>} class by area code
 */
export function classesOf(kind, values) {
  return new Map([...values].map(([code, value]) => [code, classOf(kind, value)]));
}

/**
 * What the legend prints: each class with its ends and how many areas it has.
 * @returns {{kind: string, classes: {token: string, from: number, to: number|null, count: number}[], none: number}}
 *   `from` 0 with `to` 0 is the class of nothing; `to` null is open; `none`: areas without a value
 */
export function legendOf(kind, classes) {
  const counts = RAMP.map((_, at) => [...classes.values()].filter((one) => one === at).length);
  const ends = [0, ...BREAKS[kind], null];
  return {
    kind,
    classes: RAMP.map((token, at) => ({ token, from: at === 0 ? 0 : at === 1 ? (kind === 'open_now' ? 1 : 0) : ends[at - 1], to: ends[at], count: counts[at] })),
    none: [...classes.values()].filter((one) => one === NO_DATA).length,
  };
}

/** The breaks as people read them: `0`, `1`, `2–3`, `7+`; of ages in hours and days. @param {(text: string, values?: object) => string} say */
export function classText(kind, { from, to }, say) {
  if (to === 0) return kind === 'oldest' ? say('none open') : '0';
  if (kind === 'open_now') return to === null ? `${from}+` : to - from === 1 ? String(from) : `${from}–${to - 1}`;
  const word = (value) => (kind === 'oldest' ? span(value, say) : String(value));
  if (to === null) return `≥ ${word(from)}`;
  return from === 0 ? `< ${word(to)}` : `${word(from)}–${word(to)}`;
}

function span(minutes, say) {
  return minutes >= 1440 ? say('{count} d', { count: minutes / 1440 }) : say('{count} h', { count: minutes / 60 });
}
