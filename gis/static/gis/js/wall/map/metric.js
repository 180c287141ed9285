/**
 * Lengths and areas in metres, in the plane of the district's own metric system: Gauss-Krüger on the CGCS2000 ellipsoid,
 * 3-degree zone of 114° E (EPSG:4547), as the server measures. Pure.
 */

const A_M = 6_378_137;
const F = 1 / 298.257222101;
const MIDDLE_DEG = 114;
const EAST_M = 500_000;

/** Metres east and north of a position. @param {[number, number]} place lon, lat */
export function planeOf([lon, lat], middle = MIDDLE_DEG) {
  const n = F / (2 - F);
  const radius = (A_M / (1 + n)) * (1 + n ** 2 / 4 + n ** 4 / 64);
  const series = [n / 2 - (2 / 3) * n ** 2 + (5 / 16) * n ** 3, (13 / 48) * n ** 2 - (3 / 5) * n ** 3, (61 / 240) * n ** 3];
  const phi = (lat * Math.PI) / 180;
  const lambda = ((lon - middle) * Math.PI) / 180;
  const e = (2 * Math.sqrt(n)) / (1 + n);
  const t = Math.sinh(Math.atanh(Math.sin(phi)) - e * Math.atanh(e * Math.sin(phi)));
  const xi = Math.atan2(t, Math.cos(lambda));
  const eta = Math.atanh(Math.sin(lambda) / Math.sqrt(1 + t * t));
  const north = xi + series.reduce((sum, a, at) => sum + a * Math.sin(2 * (at + 1) * xi) * Math.cosh(2 * (at + 1) * eta), 0);
  const east = eta + series.reduce((sum, a, at) => sum + a * Math.cos(2 * (at + 1) * xi) * Math.sinh(2 * (at + 1) * eta), 0);
  return [EAST_M + radius * east, radius * north];
}

/** Length of a line of positions, in metres. */
export function lengthOf(places) {
  const plane = places.map((one) => planeOf(one));
  return plane.slice(1).reduce((sum, [x, y], at) => sum + Math.hypot(x - plane[at][0], y - plane[at][1]), 0);
}

/** Area inside a line of positions closed from its end to its start, in square metres; 0 below three. */
export function areaOf(places) {
  if (places.length < 3) return 0;
  const plane = places.map((one) => planeOf(one));
  const twice = plane.reduce((sum, [x, y], at) => {
    const [nextX, nextY] = plane[(at + 1) % plane.length];
    return sum + (x - plane[0][0]) * (nextY - plane[0][1]) - (nextX - plane[0][0]) * (y - plane[0][1]);
  }, 0);
  return Math.abs(twice) / 2;
}
