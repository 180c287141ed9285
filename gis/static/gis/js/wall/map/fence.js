/**
 * Keeps names off the edges of the picture and off what panels cover: unseen symbols take the room there first, so that
 * the library puts a name elsewhere or leaves it out rather than cutting it in two. Marks stand where they stand.
 */

const SIDE = 20;
export const FENCE_IMAGE = 'fence';
export const FENCE_SOURCE = 'wall-fence';

/** Points of the picture round its edge and over the panels, `step` pixels apart. Pure. @param {{x: number, y: number, width: number, height: number}[]} covered */
export function fencePoints(width, height, covered, step) {
  const along = (from, to, draw) => Array.from({ length: Math.max(2, Math.ceil((to - from) / step) + 1) }, (_, at, count = Math.max(1, Math.ceil((to - from) / step))) => draw(from + ((to - from) * at) / count));
  const inside = step / 4;
  const edge = [
    ...along(0, width, (x) => [x, inside]), ...along(0, width, (x) => [x, height - inside]),
    ...along(step, height - step, (y) => [inside, y]), ...along(step, height - step, (y) => [width - inside, y]),
  ];
  return [...edge, ...covered.flatMap((box) => along(box.x, box.x + box.width, (x) => along(box.y, box.y + box.height, (y) => [x, y])).flat())];
}

/** The layer of those symbols: placed first, as it is the last. Pure. */
export function fenceMarks() {
  return [{ id: 'fence', type: 'symbol', source: FENCE_SOURCE, layout: { 'icon-image': FENCE_IMAGE, 'icon-allow-overlap': true, 'icon-padding': 0 }, paint: { 'icon-opacity': 0 } }];
}

/** A clear image, so large. Pure. @param {number} size CSS pixels per design pixel */
export function fenceImage(size) {
  const side = Math.round(SIDE * size);
  return { data: { width: side, height: side, data: new Uint8ClampedArray(side * side * 4) }, ratio: 1 };
}

/**
 * @param {{map: object, container: HTMLElement, put: (data: object) => void, size: () => number, covered: () => DOMRect[]}} given
 * @returns {{mend: () => void}} `mend` puts it up again, after a movement or when a panel came or went
 */
export function fence({ map, container, put, size, covered }) {
  function mend() {
    const { left, top, width, height } = container.getBoundingClientRect();
    if (!width || !height) return;
    const boxes = covered().map((box) => ({ x: box.left - left, y: box.top - top, width: box.width, height: box.height })).filter((box) => box.width && box.height);
    const points = fencePoints(width, height, boxes, SIDE * size() * 0.9);
    put({ type: 'FeatureCollection', features: points.map(([x, y]) => ({ type: 'Feature', properties: {}, geometry: { type: 'Point', coordinates: map.unproject([x, y]).toArray() } })) });
  }
  return { mend };
}
