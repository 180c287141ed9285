/**
 * Which scene the wall shows: they follow each other, wait after a touch, give way to a critical case and come back, and
 * obey the remote control. Time is given with every call. Pure.
 */

/** After a touch nothing moves by itself for so long. */
export const TOUCH_MS = 120_000;

/**
 * @param {{scenes: object[], rotate?: boolean, possible?: (scene: object) => boolean}} given `possible`: false for a
 *   scene that has nothing to show now (a single case when none is open)
 */
export function scenePlayer({ scenes, rotate = true, possible = () => true }) {
  let at = -1;
  let since = 0;
  let touched = -Infinity;
  let paused = !rotate;
  let away = null;
  let due = true;

  const current = () => away?.scene ?? scenes[at] ?? null;

  function step(by, now) {
    for (let tries = 1; tries <= scenes.length; tries += 1) {
      const next = (at + by * tries + scenes.length * tries) % scenes.length;
      if (possible(scenes[next])) return go(next, now);
    }
    return undefined;
  }

  function go(next, now) {
    at = next;
    since = now;
    away = null;
    due = true;
  }

  const calm = (now) => !paused && now - touched >= TOUCH_MS;

  return {
    /** The scene to be shown from now on, or null when that of before stays. @param {number} now */
    tick(now) {
      if (away && away.until !== null && now >= away.until && now - touched >= TOUCH_MS) { away = null; since = now; due = true; }
      const over = !away && at >= 0 && calm(now) && now - since >= (scenes[at].duration_s ?? 30) * 1000;
      if (scenes.length && !away && (at < 0 || (over && scenes.length > 1))) step(1, now);
      if (!due || !current()) return null;
      due = false;
      return current();
    },
    current,
    /** Somebody used the map or a panel. */
    touched(now) { touched = now; },
    pause() { paused = true; },
    resume(now) { paused = false; touched = -Infinity; since = now; },
    next(now) { if (scenes.length) step(1, now); },
    previous(now) { if (scenes.length) step(-1, now); },
    /** Shows a scene by its id, of the wall's own or any other. @param {object} [other] it, when it is none of the wall's own */
    show(id, now, other = null) {
      const own = scenes.findIndex((scene) => scene.id === id);
      if (own >= 0) go(own, now);
      else if (other) { away = { scene: other, until: now + (other.duration_s ?? 30) * 1000, critical: false }; due = true; }
      return own >= 0 || Boolean(other);
    },
    /** A critical case takes the wall, whatever is shown and whoever touched it. @param {object} scene */
    jump(scene) {
      if (away?.critical && away.scene.id === scene.id) return;
      away = { scene, until: null, critical: true };
      due = true;
    },
    /** No critical case waits any more: back to the scene that was shown. */
    release(now) {
      if (!away?.critical) return;
      away = null;
      since = now;
      due = true;
    },
    /** `critical`, `shown` (one by command), `touched` with the milliseconds left, `paused`, `single` or `rotating`. */
    state(now) {
      if (away) return { word: away.critical ? 'critical' : 'shown', left: away.until === null ? null : Math.max(0, away.until - now) };
      if (paused) return { word: 'paused', left: null };
      if (now - touched < TOUCH_MS) return { word: 'touched', left: TOUCH_MS - (now - touched) };
      return scenes.length > 1 ? { word: 'rotating', left: Math.max(0, (scenes[at]?.duration_s ?? 30) * 1000 - (now - since)) } : { word: 'single', left: null };
    },
  };
}
