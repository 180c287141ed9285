/** What can go wrong with the drawing while the page is open, and the way back from it. */

import { setState } from './status.js';

const RENEW_MS = 8 * 60_000;
const LOST_MS = 10_000;

/**
 * @param {{map: object, sheet: object, status: object, say: Function, now: () => string, drawn: () => void,
 *   redraw?: () => void, counted?: () => void}} given `redraw`: layers came, went or look otherwise; `counted`: they hold other rows
 * @returns {(told?: object) => Promise<boolean>} looks for newer tiles now, and for what the stream told
 */
export function watch({ map, sheet, status, say, now, drawn, redraw = () => {}, counted = () => {} }) {
  let broken = false;
  let renewed = 0;

  map.on('movestart', () => { if (!broken) setState('loading'); });
  map.on('idle', () => { if (!broken) setState('ready'); drawn(); });

  function again() {
    broken = false;
    status.hide();
    setState('loading');
    map.retry();
    map.canvas.focus();
  }

  /** Tile addresses end after some minutes: fresh ones in time, and newer layers drawn as they are published. */
  async function renew(told = null) {
    try {
      const { newer, changed } = await sheet.renew(told);
      if (changed) redraw();
      if (newer) map.reload();
      if (newer || changed) counted();
      return true;
    } catch (failure) {
      console.warn(failure);
      return false;
    }
  }

  map.on('error', async ({ error, sourceId, tile }) => {
    if (!sourceId && !tile) {
      console.error(error);
      if (!map.styled()) setState('error');
      return undefined;
    }
    const since = Date.now() - renewed;
    const refused = [401, 403].includes(error.status);
    if (refused && since < 2_000) return undefined;
    if (refused && since > 30_000) {
      renewed = Date.now();
      if (await renew()) return again();
    }
    broken = true;
    setState('error');
    return status.show(say('Map tiles did not arrive ({time}); search and cards still work.', { time: now() }), again);
  });
  setInterval(() => renew(), RENEW_MS);

  let lost = 0;
  map.on('webglcontextlost', () => {
    setState('loading');
    status.show(say('The drawing was interrupted; restoring.'));
    lost = setTimeout(() => location.reload(), LOST_MS);
  });
  map.on('webglcontextrestored', () => { clearTimeout(lost); status.hide(); });
  return renew;
}
