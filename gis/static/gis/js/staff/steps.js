/** Where an import stands: its four steps, what it waits for, what may be done with it now. Pure. */

export const STEPS = ['upload', 'check', 'compare', 'commit'];

/** Statuses in which a process works on it: the page looks again soon. */
export const WORKING = new Set(['received', 'reading', 'committing', 'rolling_back']);
/** Statuses in which nothing more will happen by itself or by an answer. */
export const ENDED = new Set(['refused', 'committed', 'rolled_back', 'failed', 'cancelled']);
/** Statuses in which an answer makes it be prepared again. */
export const ANSWERABLE = new Set(['asking', 'ready', 'refused']);

const AT = { uploading: 0, received: 1, reading: 1, asking: 1, refused: 1, ready: 2, committing: 3, committed: 4, rolling_back: 3, rolled_back: 4 };

/** @param {{status: string, diff?: object|null, progress?: {step?: string}|null}} one */
export function stepAt(one) {
  if (one.status === 'asking' && one.diff) return 2;
  if (one.status === 'failed') return one.progress?.step === 'committing' ? 3 : 1;
  if (one.status === 'cancelled') return one.diff ? 2 : one.report ? 1 : 0;
  return AT[one.status] ?? 0;
}

/** The four steps with their state. @returns {{id: string, state: 'done'|'now'|'todo'|'failed'|'stopped'}[]} */
export function stepsOf(one) {
  const at = stepAt(one);
  const broken = { failed: 'failed', refused: 'failed', cancelled: 'stopped' }[one.status];
  return STEPS.map((id, index) => ({ id, state: index < at ? 'done' : index > at ? 'todo' : broken ?? 'now' }));
}

/** The status in words, as a text of the page's dictionary. */
export const STATUS_WORDS = {
  uploading: 'Uploading', received: 'Waiting for its turn', reading: 'Being read', asking: 'Waits for an answer', refused: 'Refused',
  ready: 'Ready to commit', committing: 'Being committed', committed: 'Committed', rolling_back: 'Being rolled back', rolled_back: 'Rolled back',
  failed: 'Failed', cancelled: 'Discarded',
};

/** How loudly a status speaks: `ask` waits for a person, `bad` went wrong, `work` goes on by itself, `good` holds, `past` is over. */
export function toneOf(status) {
  if (['asking', 'ready', 'uploading'].includes(status)) return 'ask';
  if (['refused', 'failed'].includes(status)) return 'bad';
  if (WORKING.has(status)) return 'work';
  return status === 'committed' ? 'good' : 'past';
}

/** Share of the work that is done, 0 to 1, or null when nobody knows. */
export function shareOf(progress) {
  if (!progress || !progress.total || !Number.isFinite(progress.done)) return null;
  return Math.min(1, Math.max(0, progress.done / progress.total));
}

/**
 * How many milliseconds until the page asks again: soon while a process works, rarely while a person thinks.
 * @param {string} status @param {number} asked how often it was asked since it changed
 */
export function lookAgainMs(status, asked) {
  if (WORKING.has(status)) return Math.min(3000, 400 + asked * 200);
  return ENDED.has(status) ? 30_000 : 8000;
}
