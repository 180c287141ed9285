/**
 * What the wall knows this second: the live layers by reference, answers of the polls with their times, and every number
 * made from them. The clock is given. Pure.
 */

import { feedAges } from './ages.js';
import { byTime, byWeight, placesByLoad, reportedAt, severityOf, unanswered } from './worst.js';

const HOUR_MS = 3_600_000;
const NONE = new Map();

/** What a list or the feed is narrowed to; empty means any. @typedef {{severities: number[], categories: string[], area: string}} Filter */
export const ALL = Object.freeze({ severities: [], categories: [], area: '' });

/** Whether a case is of a filter. A case without a grid (its place is guarded) is of no grid. */
export function passes({ properties }, { severities = [], categories = [], area = '' }) {
  if (severities.length && !severities.includes(severityOf({ properties }))) return false;
  if (categories.length && !categories.includes(properties.category)) return false;
  return !area || [properties.grid, properties.community, properties.subdistrict, properties.district].some((code) => code === area);
}

/** @param {{now: () => number}} given the server's time in milliseconds since 1970, NaN before it is known */
export function wallStore({ now }) {
  let layers = NONE;
  const answers = new Map();

  const table = (layer) => layers.get(layer) ?? NONE;
  const open = () => [...table('incidents').values()];
  const since = (at) => (at === undefined || at === null ? NaN : Math.max(0, now() - (typeof at === 'number' ? at : Date.parse(at))));

  function unitsOnDuty() {
    return [...table('units').values()].filter(({ properties }) => properties.status !== 'off_duty');
  }

  function countBy(key) {
    const sums = new Map();
    for (const feature of open()) sums.set(key(feature), (sums.get(key(feature)) ?? 0) + 1);
    return sums;
  }

  return {
    /** Takes the live state in; its maps change under the hands of the live client. @param {Map<string, Map<string, object>>|null} next */
    layers(next) { layers = next ?? NONE; },
    table,
    now,
    /** Milliseconds since a time of the server. */
    since,
    /** An answer of a poll, with the time the server gave it. */
    answered(feed, answer) { answers.set(feed, answer); },
    /** The last answer of a poll, or null. */
    answer: (feed) => answers.get(feed) ?? null,
    /** Milliseconds since the server made the last answer. */
    answerAge: (feed) => since(answers.get(feed)?.at),
    /** Open cases of a filter, the worst first, or the newest first. @param {Filter} [filter] @param {'weight'|'time'} [order] */
    cases: (filter = ALL, order = 'weight') => open().filter((one) => passes(one, filter)).sort(order === 'time' ? byTime : byWeight),
    get openCount() { return table('incidents').size; },
    /** Severity -> open cases; every severity has a number. */
    bySeverity() {
      const sums = countBy(severityOf);
      return { 1: sums.get(1) ?? 0, 2: sums.get(2) ?? 0, 3: sums.get(3) ?? 0, 4: sums.get(4) ?? 0 };
    },
    /** Category -> open cases. */
    byCategory: () => countBy(({ properties }) => properties.category),
    /** Code of a level -> open cases. */
    byArea: (level) => countBy(({ properties }) => properties[level]),
    /** The open case that waits longest, or null. */
    oldest: () => open().reduce((first, one) => (!first || reportedAt(one) < reportedAt(first) ? one : first), null),
    /** Open cases reported within the last hour. */
    arrivals: () => open().filter((one) => now() - reportedAt(one) <= HOUR_MS),
    /** The worst case of all: severity, then age; null when nothing is open. */
    worstCase: () => open().sort(byWeight)[0] ?? null,
    /** Places with open cases, the worst first. */
    places: (level) => placesByLoad(open(), level),
    /** Critical cases that nobody has taken in hand, the one that waits longest first. */
    takeovers: () => open().filter(unanswered).sort(byWeight),
    unitsOnDuty,
    /** Units on duty of which nothing was heard for too long. */
    unitsStale: () => unitsOnDuty().filter(({ properties }) => properties.stale === true),
    /** Status -> cameras. */
    camerasByStatus() {
      const sums = new Map();
      for (const { properties } of table('cameras').values()) sums.set(properties.status, (sums.get(properties.status) ?? 0) + 1);
      return sums;
    },
    /** Every feed with age and state. @param {{beat: number, frame: number}} live ages that the live client knows */
    feeds: ({ beat, frame }) => feedAges({ beat, frame, counts: since(answers.get('counts')?.at), duty: since(answers.get('duty')?.at), onDuty: unitsOnDuty().length }),
  };
}

/**
 * Values of a choropleth by grid: open cases, open cases per km², or minutes that the oldest waits (no case: 0, null).
 * @param {Iterable<object>} cases @param {{code: string, level: string, area_km2: number}[]} areas
 * @param {'open_now'|'per_km2'|'oldest'} kind @param {number} now
 * @returns {Map<string, number|null>}
 */
export function choroplethValues(cases, areas, kind, now) {
  const grids = areas.filter(({ level }) => level === 'grid');
  const values = new Map(grids.map(({ code }) => [code, kind === 'oldest' ? null : 0]));
  for (const one of cases) {
    const code = one.properties.grid;
    if (!values.has(code)) continue;
    const minutes = Math.floor((now - reportedAt(one)) / 60_000);
    values.set(code, kind === 'oldest' ? Math.max(values.get(code) ?? 0, minutes) : values.get(code) + 1);
  }
  if (kind === 'per_km2') for (const { code, area_km2: size } of grids) values.set(code, size > 0 ? values.get(code) / size : null);
  return values;
}
