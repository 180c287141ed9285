/** Boxes and middles of GeoJSON geometries in degrees. Pure. */

function* positions(coordinates) {
  if (typeof coordinates[0] === 'number') yield coordinates;
  else for (const part of coordinates) yield* positions(part);
}

/** [west, south, east, north], or null without a finite position. */
export function boundsOf(geometry) {
  if (!geometry) return null;
  const parts = geometry.type === 'GeometryCollection' ? geometry.geometries.map((one) => one.coordinates) : geometry.coordinates;
  let box = null;
  for (const [x, y] of positions(parts ?? [[]])) {
    if (!Number.isFinite(x) || !Number.isFinite(y)) continue;
    box = box ? [Math.min(box[0], x), Math.min(box[1], y), Math.max(box[2], x), Math.max(box[3], y)] : [x, y, x, y];
  }
  return box;
}

/** The box round all boxes, or null when there is none. */
export function together(boxes) {
  const given = boxes.filter(Boolean);
  if (!given.length) return null;
  return [0, 1, 2, 3].map((side) => (side < 2 ? Math.min : Math.max)(...given.map((box) => box[side])));
}

/** The box with a margin of a share of its sides. */
export function widened([w, s, e, n], share) {
  const [dx, dy] = [(e - w) * share, (n - s) * share];
  return [w - dx, s - dy, e + dx, n + dy];
}
