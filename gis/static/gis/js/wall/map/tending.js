/** What must be done again while a wall stands for weeks: tile addresses, failed tiles, the light of the hour. */

const RENEW_MS = 8 * 60_000;
const AGAIN_MS = 10_000;
const LIGHT_MS = 10 * 60_000;

/** @param {{material: object, panes: () => object[], light: () => void, told: (facts: object) => void, redraw: () => void}} given */
export function tend({ material, panes, light, told, redraw }) {
  let again = 0;

  /** Fresh tile addresses, and newer tiles where a layer has been published. */
  async function renew(awaited = null) {
    try {
      const { newer, changed } = await material.renew(awaited);
      if (changed) redraw();
      if (newer) for (const pane of panes()) pane.reload();
    } catch (failure) {
      console.warn(failure);
    }
  }

  async function retry() {
    again = 0;
    await renew();
    told({ tiles: 'ok' });
    for (const pane of panes()) pane.retry();
  }

  const timers = [setInterval(() => renew(), RENEW_MS), setInterval(light, LIGHT_MS)];
  return {
    renew,
    refused({ error, tile }) {
      if (!tile) return console.error(error);
      told({ tiles: 'failed' });
      again ||= setTimeout(retry, AGAIN_MS);
      return undefined;
    },
    end() {
      timers.forEach((timer) => clearInterval(timer));
      clearTimeout(again);
    },
  };
}
