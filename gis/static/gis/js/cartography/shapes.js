/** Marks of incidents: the shape says what, the fill how urgent. One drawing for map, legend and list. Pure. */

/** Category of the item catalogue -> shape; by letter as the catalogue writes it. */
export const SHAPES = { A: 'circle', B: 'diamond', C: 'square', D: 'triangle' };

/** Severity -> how its mark is filled, how large, in which token. */
export const SEVERITIES = {
  1: { fill: 'solid', size: 1.25, token: 'sev1-fill', ring: 'sel' },
  2: { fill: 'solid', size: 1, token: 'sev2-fill' },
  3: { fill: 'core', size: 0.86, token: 'sev3' },
  4: { fill: 'outline', size: 0.7, token: 'sev4' },
};

/** Radius of a mark of size 1 on desks, in design pixels. */
export const RADIUS = 8;

const round = (value) => Math.round(value * 100) / 100;
const polygon = (points) => `M${points.map(([x, y]) => `${round(x)} ${round(y)}`).join('L')}Z`;

/** Corners are drawn so that all four shapes weigh the same to the eye. */
const DRAW = {
  circle: (r) => `M${-r} 0A${r} ${r} 0 1 1 ${r} 0A${r} ${r} 0 1 1 ${-r} 0Z`,
  diamond: (r) => polygon([[0, -1.2 * r], [1.2 * r, 0], [0, 1.2 * r], [-1.2 * r, 0]]),
  square: (r) => polygon([[-0.88 * r, -0.88 * r], [0.88 * r, -0.88 * r], [0.88 * r, 0.88 * r], [-0.88 * r, 0.88 * r]]),
  triangle: (r) => polygon([[0, -1.14 * r], [1.14 * r, 0.86 * r], [-1.14 * r, 0.86 * r]]),
};

/** The outline of a shape round 0, 0 as SVG path data. */
export function outline(shape, radius) {
  return (DRAW[shape] ?? DRAW.circle)(round(radius));
}

/**
 * What to draw for a mark, from below: path data round 0, 0 with the token that fills or strokes it.
 * @param {string} shape @param {number|'stale'|'key'} severity `key`: the shape alone, as the legend explains it @param {number} [radius] of size 1
 * @returns {{d: string, fill?: string, stroke?: string, width?: number, dash?: number[]}[]}
 */
export function strokesOf(shape, severity, radius = RADIUS) {
  if (severity === 'key') return [{ d: outline(shape, radius * 0.8), stroke: 'key', width: 1.5 }];
  if (severity === 'stale') return [{ d: outline(shape, radius * 0.86), stroke: 'stale-ink', width: 1.5, dash: [2.4, 2.2] }];
  const { fill, size, token, ring } = SEVERITIES[severity] ?? SEVERITIES[4];
  const r = radius * size;
  if (fill === 'solid') return [{ d: outline(shape, r), fill: token, ...(ring && { stroke: ring, width: 1.75 }) }];
  const edge = { d: outline(shape, r - 0.8), stroke: token, width: 1.6 };
  return fill === 'core' ? [edge, { d: outline(shape, r * 0.36), fill: token }] : [edge];
}

/** A unit: ring and dot (`standing`), a wedge to where it goes (`heading`), both (`moving`, as the legend shows it); dashed and grey when its position is old (`stale`). */
export function unitStrokes(look) {
  if (look === 'stale') return [{ d: outline('circle', 5), stroke: 'stale-ink', width: 1.5, dash: [2.2, 2] }, { d: outline('circle', 1.7), fill: 'stale-ink' }];
  const body = [{ d: outline('circle', 5), stroke: 'unit', width: 1.75 }, { d: outline('circle', 2), fill: 'unit' }];
  const wedge = { d: 'M0 -11.4L3.4 -7.2L-3.4 -7.2Z', fill: 'unit' };
  return { moving: [...body, wedge], heading: [wedge] }[look] ?? body;
}

/** All tokens a drawing asks for. */
export const MARK_TOKENS = ['sev1-fill', 'sev2-fill', 'sev3', 'sev4', 'sel', 'unit', 'stale-ink'];

/** A name of an image of the map, `mark:circle:1` or `unit:moving`, as its strokes; null for another image. */
export function strokesNamed(id, radius = RADIUS) {
  const [kind, what, severity] = id.split(':');
  if (kind === 'mark') return strokesOf(what, ['stale', 'key'].includes(severity) ? severity : Number(severity), radius);
  return kind === 'unit' ? unitStrokes(what) : null;
}
