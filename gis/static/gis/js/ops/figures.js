/** How the operators' figures read: ages with their units, rounded down; levels as words. Pure. */

/** A screen of a wall speaks every 30 s; after two that did not come it is silent. */
const SILENT_S = 90;

const STEPS = [[60, 1, '{value} s'], [3600, 60, '{value} min'], [172800, 3600, '{value} h'], [Infinity, 86400, '{value} d']];

/** `46 s`, `12 min`, `5 h`, `3 d`: one unit, never rounded up. @param {number} seconds */
export function ageText(seconds, say) {
  const whole = Math.max(0, Math.floor(seconds));
  const [, unit, pattern] = STEPS.find(([limit]) => whole < limit);
  return words(say, pattern, { value: Math.floor(whole / unit) });
}

function words(say, pattern, values) {
  if (pattern === '{value} s') return say('{value} s', values);
  if (pattern === '{value} min') return say('{value} min', values);
  return pattern === '{value} h' ? say('{value} h', values) : say('{value} d', values);
}

/** The state of a process as one word. */
export function processWord(level, say) {
  return { ok: say('running'), warn: say('late'), alarm: say('silent') }[level] ?? say('Not known');
}

/** What a screen of a wall shows. @param {{age_s: number, level: string, phase: string, hash_ok: boolean|null}} screen */
export function screenWord({ age_s: age, phase, hash_ok: agrees }, say) {
  if (age > SILENT_S) return say('silent screen');
  return agrees === false ? say('not that of the store') : say({ live: 'live', stale: 'stale' }[phase] ?? 'dark');
}

/** The state of everything as one word: the worst of the warnings. */
export function verdictOf(warnings) {
  if (warnings.some((one) => one.level === 'alarm')) return 'alarm';
  return warnings.length ? 'warn' : 'ok';
}

/** That word. */
export function verdictWord(level, say) {
  return { ok: say('Normal'), warn: say('Warning'), alarm: say('Alarm') }[level] ?? say('Not known');
}

/** `1.2 GB`, `640 MB`; powers of ten. */
export function bytesText(bytes) {
  if (bytes >= 1e9) return `${(Math.floor(bytes / 1e8) / 10).toFixed(1)} GB`;
  return `${Math.floor(bytes / 1e6)} MB`;
}

/** `4 182 907`: thin grouping. */
export function grouped(number) {
  return String(Math.floor(number)).replace(/\B(?=(\d{3})+$)/g, '\u2009');
}

/** How much of a limit is used up, 0 to 1. */
export function share(age, limit) {
  return Math.max(0, Math.min(1, age / limit));
}
