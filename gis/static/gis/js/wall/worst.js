/** Where it is worst and why: cases by severity and age, places by what lies open in them. Pure. */

/** One critical case outweighs twenty urgent ones, one urgent case a usual day of ordinary ones: the worst place is where the worst case is. */
export const WEIGHTS = { 1: 1000, 2: 50, 3: 2, 4: 1 };

/** Severity as the wall draws it: anything unknown is the least. */
export function severityOf({ properties }) {
  return WEIGHTS[properties.severity] ? properties.severity : 4;
}

/** When a case was reported, in milliseconds; an unreadable time counts as the newest. */
export function reportedAt({ properties }) {
  const time = Date.parse(properties.reported_at);
  return Number.isNaN(time) ? Infinity : time;
}

/** The order of the feed: the most severe first, among equals the one that waits longest, then by id. */
export function byWeight(a, b) {
  return severityOf(a) - severityOf(b) || compare(reportedAt(a), reportedAt(b)) || compare(String(a.id), String(b.id));
}

/** The newest first. */
export function byTime(a, b) {
  return compare(reportedAt(b), reportedAt(a)) || compare(String(a.id), String(b.id));
}

function compare(a, b) {
  return a === b ? 0 : a < b ? -1 : 1;
}

/** Nobody has taken it in hand: it takes the wall over. */
export function unanswered(feature) {
  return severityOf(feature) === 1 && feature.properties.state === 'reported';
}

/**
 * Every place with open cases, the worst first: by the weighted load, then by the worst case in it, then by code.
 * @param {Iterable<object>} features open cases @param {'community'|'subdistrict'|'grid'} level
 * @returns {{code: string, load: number, total: number, counts: Record<1|2|3|4, number>, worst: object}[]}
 */
export function placesByLoad(features, level = 'community') {
  const places = new Map();
  for (const feature of features) {
    const code = feature.properties[level];
    if (!code) continue;
    const place = places.get(code) ?? { code, load: 0, total: 0, counts: { 1: 0, 2: 0, 3: 0, 4: 0 }, worst: feature };
    const severity = severityOf(feature);
    place.load += WEIGHTS[severity];
    place.total += 1;
    place.counts[severity] += 1;
    if (byWeight(feature, place.worst) < 0) place.worst = feature;
    places.set(code, place);
  }
  return [...places.values()].sort((a, b) => b.load - a.load || byWeight(a.worst, b.worst) || compare(a.code, b.code));
}
