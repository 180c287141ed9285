/**
 * How often the sheet is drawn while it is not whole: every tile that arrives would have all of it drawn again, which
 * without a graphics card takes longer than the tile. Movements and a whole sheet are drawn at once.
 */

const EVERY_MS = 250;

/** @param {{map: object, now?: () => number, later?: (act: () => void, wait: number) => unknown}} given `map` of the library */
export function pace({ map, now = () => performance.now(), later = setTimeout }) {
  const paint = map.triggerRepaint.bind(map);
  let last = -Infinity;
  let waiting = false;

  function draw() {
    last = now();
    paint();
  }

  map.triggerRepaint = () => {
    const wait = last + EVERY_MS - now();
    if (wait <= 0 || map.isMoving() || !map.style || map.areTilesLoaded()) return draw();
    if (waiting) return undefined;
    waiting = true;
    later(() => {
      waiting = false;
      if (map.style) draw();
    }, wait);
    return undefined;
  };
}
