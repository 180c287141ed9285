/** The middle line of a ribbon such as a river, for the name that runs along it. Pure. */

function squared(a, b) {
  return (a[0] - b[0]) ** 2 + (a[1] - b[1]) ** 2;
}

/** Points at even shares of a line's length. */
function resampled(line, count) {
  const along = [0];
  for (let i = 1; i < line.length; i += 1) along.push(along[i - 1] + Math.sqrt(squared(line[i - 1], line[i])));
  const total = along[along.length - 1];
  let at = 0;
  return Array.from({ length: count + 1 }, (_, k) => {
    const wanted = (total * k) / count;
    while (at < line.length - 2 && along[at + 1] < wanted) at += 1;
    const part = (wanted - along[at]) / (along[at + 1] - along[at] || 1);
    return [0, 1].map((axis) => line[at][axis] + (line[at + 1][axis] - line[at][axis]) * part);
  });
}

function farthestPair(ring) {
  let best = [0, 0, -1];
  for (let i = 0; i < ring.length; i += 1) {
    for (let j = i + 1; j < ring.length; j += 1) {
      const d = squared(ring[i], ring[j]);
      if (d > best[2]) best = [i, j, d];
    }
  }
  return best;
}

function nearestTo(point, line) {
  return line.reduce((best, one) => (squared(one, point) < squared(best, point) ? one : best));
}

/**
 * Cuts the outline at its two far ends and walks both banks; each point of one bank meets the nearest of the other.
 * @param {{type: string, coordinates: any[]}} geometry Polygon or MultiPolygon; its longest ring counts
 * @param {number} count steps
 * @returns {{type: 'LineString', coordinates: number[][]}} from west to east
 */
export function midline(geometry, count = 48) {
  const rings = geometry.type === 'MultiPolygon' ? geometry.coordinates.map((rings_) => rings_[0]) : [geometry.coordinates[0]];
  const ring = rings.reduce((a, b) => (b.length > a.length ? b : a)).slice(0, -1);
  const step = Math.max(1, Math.floor(ring.length / 400));
  const thin = ring.filter((_, index) => index % step === 0);
  const [i, j] = farthestPair(thin);
  const one = resampled(thin.slice(i, j + 1), count * 2);
  const other = resampled([...thin.slice(j), ...thin.slice(0, i + 1)], count * 4);
  const middle = one.map((point) => nearestTo(point, other).map((value, axis) => (value + point[axis]) / 2));
  const line = smoothed(resampled(middle, count)).slice(2, -2);
  if (line[0][0] > line[line.length - 1][0]) line.reverse();
  return { type: 'LineString', coordinates: line };
}

function smoothed(line) {
  const window = 3;
  return line.map((_, index) => {
    const near = line.slice(Math.max(0, index - window), index + window + 1);
    return [0, 1].map((axis) => near.reduce((sum, point) => sum + point[axis], 0) / near.length);
  });
}
