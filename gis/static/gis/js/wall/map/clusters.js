/**
 * Which cases stand alone and which are counted together. From afar all but the critical are counted by community; nearer
 * the ordinary ones that would cover each other; from 13.4 on (at 1080 lines) nothing is. A critical case is never in a
 * count. Pure.
 */

const FAR = 12.5;
const NEAR = 13.4;
/** Ordinary cases closer than this (design pixels) are counted together. */
const APART = 46;

/** How cases are drawn at a zoom: `far`, `middle` or `near`. @param {number} shift of large screens, in zoom levels */
export function bandOf(zoom, shift = 0) {
  if (zoom < FAR + shift) return 'far';
  return zoom < NEAR + shift ? 'middle' : 'near';
}

/** Severity of a case as it is drawn: the least for anything unknown. */
export function severityOf({ properties }) {
  return [1, 2, 3, 4].includes(properties.severity) ? properties.severity : 4;
}

/**
 * @param {object[]} features open cases with geometry @param {'far'|'middle'|'near'} band
 * @param {{middleOf: (community: string) => [number, number]|null, size?: number, shift?: number}} how
 * @returns {{single: object[], groups: {key: string, place: [number, number], counts: number[], members: object[]}[]}}
 *   `counts` by severity, 1 first
 */
export function grouped(features, band, { middleOf, size = 1, shift = 0 }) {
  if (band === 'near') return { single: features, groups: [] };
  const alone = (one) => severityOf(one) === 1 || (band === 'middle' && severityOf(one) === 2);
  const single = features.filter(alone);
  const rest = features.filter((one) => !alone(one));
  const piles = band === 'far' ? byCommunity(rest, middleOf) : byPlace(rest, (NEAR + FAR) / 2 + shift, APART * size);
  for (const pile of piles) if (pile.members.length === 1) single.push(pile.members[0]);
  return { single, groups: piles.filter(({ members }) => members.length > 1).map((pile) => ({ ...pile, counts: countsOf(pile.members) })) };
}

function countsOf(members) {
  const counts = [0, 0, 0, 0];
  for (const one of members) counts[severityOf(one) - 1] += 1;
  return counts;
}

function byCommunity(features, middleOf) {
  const piles = new Map();
  for (const one of features) {
    const key = one.properties.community ?? '';
    const pile = piles.get(key) ?? { key, place: middleOf(key) ?? one.geometry.coordinates, members: [] };
    pile.members.push(one);
    piles.set(key, pile);
  }
  return [...piles.values()];
}

/** Greedy: each case joins the first pile within reach, in a fixed order, so that the same cases give the same piles. */
function byPlace(features, zoom, reach) {
  const piles = [];
  for (const one of [...features].sort((a, b) => (String(a.id) < String(b.id) ? -1 : 1))) {
    const [x, y] = pixels(one.geometry.coordinates, zoom);
    const pile = piles.find((at) => Math.hypot(at.x - x, at.y - y) < reach);
    if (pile) pile.members.push(one);
    else piles.push({ key: String(one.id), x, y, members: [one] });
  }
  return piles.map(({ key, members }) => ({ key, members, place: meanOf(members) }));
}

function meanOf(members) {
  return [0, 1].map((axis) => members.reduce((sum, one) => sum + one.geometry.coordinates[axis], 0) / members.length);
}

/** Web Mercator pixels of 512-pixel tiles. */
function pixels([lon, lat], zoom) {
  const world = 512 * 2 ** zoom;
  const sine = Math.sin((lat * Math.PI) / 180);
  return [(lon / 360 + 0.5) * world, (0.5 - Math.log((1 + sine) / (1 - sine)) / (4 * Math.PI)) * world];
}
