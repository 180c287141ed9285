/** Geometry of the small charts: numbers in, places and path data out. Pure. */

const round = (value) => Math.round(value * 100) / 100;

/** The end of a scale that begins at 0: a round number, never 0, never below the greatest value. */
export function scaleEnd(values) {
  const most = Math.max(0, ...values.filter(Number.isFinite));
  if (most <= 1) return 1;
  const power = 10 ** Math.floor(Math.log10(most));
  return [1, 1.5, 2, 2.5, 3, 4, 5, 6, 8, 10].map((step) => step * power).find((end) => end >= most);
}

/**
 * Upright bars from left to right; null has none. A value above 0 is never less than a pixel high.
 * @param {(number|null)[]} values @param {{width: number, height: number, end: number, gap?: number}} frame
 * @returns {({x: number, y: number, width: number, height: number, at: number})[]}
 */
export function bars(values, { width, height, end, gap = 0.24 }) {
  const step = width / values.length;
  return values.flatMap((value, at) => {
    if (!(value > 0)) return [];
    const high = Math.max(1, (Math.min(value, end) / end) * height);
    return [{ x: round(at * step + (step * gap) / 2), y: round(height - high), width: round(step * (1 - gap)), height: round(high), at }];
  });
}

/** A line through the middles of the same places; it breaks where a value is missing. */
export function line(values, { width, height, end }) {
  const step = width / values.length;
  let pen = 'M';
  let path = '';
  values.forEach((value, at) => {
    if (!Number.isFinite(value)) { pen = 'M'; return; }
    path += `${pen}${round((at + 0.5) * step)} ${round(height - (Math.min(value, end) / end) * height)}`;
    pen = 'L';
  });
  return path;
}

/** The hours of today as far as they have come: later ones are not 0 but not there. @param {number[]} hours @param {number} hour 0 to 23 */
export function untilNow(hours, hour) {
  return hours.map((value, at) => (at <= hour ? value : null));
}

/** How much of a whole, between 0 and 1; 0 of nothing. */
export function share(part, whole) {
  return whole > 0 ? Math.min(1, Math.max(0, part / whole)) : 0;
}

/** The hour of the day in the district. @param {number} time milliseconds */
export function hourOf(time) {
  return Number.isFinite(time) ? Math.floor(((time + 8 * 3_600_000) % 86_400_000) / 3_600_000) : 0;
}
