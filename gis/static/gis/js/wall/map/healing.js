/**
 * A lost drawing context: the last picture stays up until the new one is drawn, so that nobody sees a flash. MapLibre
 * brings back style, data and images by itself; states of features it does not, so they are set again.
 */

/** How often at most the last picture is kept. */
const KEEP_MS = 30_000;

/** @param {{map: object, container: HTMLElement, heard: (event: string) => void, again: () => void}} given */
export function heal({ map, container, heard, again }) {
  const kept = document.createElement('canvas');
  kept.className = 'wall-kept';
  kept.hidden = true;
  kept.setAttribute('aria-hidden', 'true');
  container.append(kept);
  let at = -Infinity;
  let due = false;

  /** Only inside a frame does the picture still exist. */
  map.on('render', () => {
    if (!due) return;
    due = false;
    at = performance.now();
    const canvas = map.getCanvas();
    if (kept.width !== canvas.width || kept.height !== canvas.height) Object.assign(kept, { width: canvas.width, height: canvas.height });
    kept.getContext('2d').drawImage(canvas, 0, 0);
  });
  map.on('idle', () => {
    if (!kept.hidden) {
      kept.hidden = true;
      container.dataset.context = 'ok';
    }
    if (performance.now() - at < KEEP_MS) return;
    due = true;
    map.triggerRepaint();
  });
  map.on('webglcontextlost', () => {
    kept.hidden = false;
    due = false;
    container.dataset.context = 'lost';
    heard('lost');
  });
  map.on('webglcontextrestored', () => {
    container.dataset.context = 'healing';
    map.once('styledata', again);
    map.once('idle', again);
    heard('restored');
  });
  container.dataset.context = 'ok';
}
