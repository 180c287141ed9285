/** The camera that shows a whole box on a tilted sheet, nothing cut off at any side. Pure. */

/** The library's eye stands so many heights of the picture before its middle. */
const EYE = 1.5;
const STEPS = 48;

/** Units of a world of 512, from its upper left. */
export function world([lon, lat]) {
  const sine = Math.sin((lat * Math.PI) / 180);
  return [(lon / 360 + 0.5) * 512, (0.5 - Math.log((1 + sine) / (1 - sine)) / (4 * Math.PI)) * 512];
}

/** Back to degrees. */
export function degrees([x, y]) {
  return [(x / 512 - 0.5) * 360, (Math.atan(Math.sinh(Math.PI * (1 - (2 * y) / 512))) * 180) / Math.PI];
}

/** Where `low` and `high` meet: a value by halves, `over` says on which side of it one stands. */
function between(low, high, over) {
  let [from, to] = [low, high];
  for (let step = 0; step < STEPS; step += 1) {
    const middle = (from + to) / 2;
    if (over(middle)) to = middle;
    else from = middle;
  }
  return (from + to) / 2;
}

/**
 * @param {[number, number, number, number]} box west, south, east, north
 * @param {{width: number, height: number, insets: {top: number, right: number, bottom: number, left: number}, bearing: number, pitch: number,
 *   room: number, head?: number, nearest: number, farthest?: number}} how pixels of the picture; `head`: more room at the top, for what stands there
 * @returns {{center: [number, number], zoom: number, bearing: number, pitch: number}}
 */
export function tiltedFit([west, south, east, north], { width, height, insets, bearing, pitch, room, head = 0, nearest, farthest = 9 }) {
  const [turn, tilt] = [bearing, pitch].map((angle) => (angle * Math.PI) / 180);
  const [sine, cosine] = [Math.sin(tilt), Math.cos(tilt)];
  const eye = EYE * height;
  const corners = [[west, north], [east, north], [east, south], [west, south]].map(world);
  const [x, y] = [0, 1].map((axis) => (Math.min(...corners.map((one) => one[axis])) + Math.max(...corners.map((one) => one[axis]))) / 2);
  /** Right of and above the middle of the box, in units of the world, as the picture is turned. */
  const points = corners.map(([cx, cy]) => [(cx - x) * Math.cos(turn) - (y - cy) * Math.sin(turn), (cx - x) * Math.sin(turn) + (y - cy) * Math.cos(turn)]);
  const span = Math.max(...points.flat().map(Math.abs)) * 2;
  const [wide, high] = [(width - insets.left - insets.right) / 2 - room, (height - insets.top - insets.bottom) / 2 - room];

  /** The best middle at a zoom, and whether all is seen from it. */
  function at(zoom) {
    const scale = 2 ** zoom;
    const depth = (v, up) => eye + (v - up) * scale * sine;
    const rise = (v, up) => (depth(v, up) > 0 ? (eye * (v - up) * scale * cosine) / depth(v, up) : -Infinity);
    const up = between(-span, span, (value) => Math.min(...points.map(([, v]) => rise(v, value))) < -high);
    const across = (value) => points.map(([u, v]) => (eye * (u - value) * scale) / Math.max(1e-9, depth(v, up)));
    const right = between(-span, span, (value) => Math.max(...across(value)) + Math.min(...across(value)) < 0);
    const fits = Math.max(...points.map(([, v]) => rise(v, up))) <= high - head && Math.max(...across(right).map(Math.abs)) <= wide;
    return { up, right, fits };
  }

  const zoom = between(farthest, nearest, (value) => !at(value).fits);
  const { up, right } = at(zoom);
  return { center: degrees([x + right * Math.cos(turn) + up * Math.sin(turn), y + right * Math.sin(turn) - up * Math.cos(turn)]), zoom, bearing, pitch };
}
