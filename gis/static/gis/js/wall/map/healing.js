/**
 * A lost drawing context: the last picture stays up until the new one is drawn, so that nobody sees a flash. MapLibre
 * brings back style, data and images by itself; what it does not (states of features) the pane sets again with the style.
 */

/** How often at most the last picture is kept. */
const KEEP_MS = 30_000;
/** Pictures with the whole ground after which the new one is shown: names stand in the second. */
const ENOUGH = 2;

/** @param {{map: object, container: HTMLElement, ground: string[], heard: (event: string) => void}} given `ground`: sources of tiles */
export function heal({ map, container, ground, heard }) {
  const kept = document.createElement('canvas');
  kept.className = 'wall-kept';
  kept.hidden = true;
  kept.setAttribute('aria-hidden', 'true');
  container.append(kept);
  let at = -Infinity;
  let due = false;
  let whole = 0;

  const standing = () => ground.every((id) => map.getSource(id) && map.isSourceLoaded(id));

  function healed() {
    kept.hidden = true;
    container.dataset.context = 'ok';
  }

  /** Only inside a frame does the picture still exist. */
  function keep() {
    due = false;
    at = performance.now();
    const canvas = map.getCanvas();
    if (kept.width !== canvas.width || kept.height !== canvas.height) Object.assign(kept, { width: canvas.width, height: canvas.height });
    kept.getContext('2d').drawImage(canvas, 0, 0);
  }

  map.on('render', () => {
    if (due) keep();
    // Not only when nothing more is to be drawn: where each second's positions take longer than a second, that is never.
    if (container.dataset.context === 'healing' && standing() && ++whole >= ENOUGH) healed();
  });
  map.on('idle', () => {
    if (container.dataset.context === 'healing') healed();
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
    whole = 0;
    container.dataset.context = 'healing';
    heard('restored');
  });
  container.dataset.context = 'ok';
}
