/** What the wall does for itself: it notices a stopped clock, a sleep, a new build, the night, and tells the server of it. */

import { frozen, nextNight, quiet } from './verdicts.js';

const BUILD_MS = 60_000;
const PRESENCE_MS = 30_000;
const DARK_MS = 30_000;
/** A change of the picture is told at once, but not more often than this. */
const CHANGED_MS = 3_000;
/** A build that waits for a quiet moment waits no longer than this. */
const IMPATIENT_MS = 1_800_000;

/**
 * @param {{ask: object, config: object, watcherUrl: string, screen: string, serverNow: () => number, clockAge: () => number,
 *   facts: () => {busy: boolean, touchedAgo: number, picture: string, scene: string, seq: number, hashOk: boolean|null}, wake: () => void}} given
 */
export function guard({ ask, config, watcherUrl, screen, serverNow, clockAge, facts, wake }) {
  const born = performance.now();
  let told = -Infinity;
  let telling = 0;
  let wanted = null;
  let night = null;

  const named = Boolean(config.wall?.name && config.urls.presence);

  async function report(kind) {
    if (!named) return;
    try {
      await ask.post(config.urls.reports, { screen, kind, seq: facts().seq ?? 0 });
    } catch (failure) {
      console.warn(`report ${kind}: ${failure.message}`);
    }
  }

  async function presence() {
    told = performance.now();
    const { scene, seq, hashOk, picture } = facts();
    const phase = picture === 'dark' ? 'dark' : picture === 'live' ? 'live' : 'stale';
    try {
      await ask.post(config.urls.presence, { screen, scene, width: Math.round(innerWidth * devicePixelRatio), height: Math.round(innerHeight * devicePixelRatio), build: config.build ?? '', phase, seq: seq ?? 0, hash_ok: hashOk });
    } catch (failure) {
      console.warn(`presence: ${failure.message}`);
    }
  }

  /**
   * Loads the page again: first fetched, so that a server that is down takes nothing off the wall; then replaced, for a
   * browser keeps the old picture until the new page has its first one.
   */
  async function renew(reason) {
    try {
      const answer = await fetch(location.href, { credentials: 'same-origin', cache: 'reload', redirect: 'error' });
      if (!answer.ok) return;
      await answer.text();
    } catch (failure) {
      console.warn(`not loaded again (${reason}): ${failure.message}`);
      return;
    }
    await report('reloaded');
    location.replace(location.href);
  }

  async function build() {
    try {
      const { build: served } = await ask.get(config.urls.build);
      if (served && config.build && served !== config.build) wanted ??= performance.now();
    } catch (failure) {
      console.warn(`build: ${failure.message}`);
    }
  }

  function look() {
    const now = serverNow();
    if (night === null && Number.isFinite(now)) night = nextNight(now, Math.random());
    if (night !== null && now >= night) { wanted ??= performance.now(); night = nextNight(now, Math.random()); }
    if (wanted === null) return;
    if (quiet(facts()) || performance.now() - wanted > IMPATIENT_MS) { wanted = null; renew('a new build or the night'); }
  }

  function watch() {
    const worker = new Worker(watcherUrl);
    worker.onmessage = ({ data }) => {
      const verdict = frozen({ clockAge: clockAge(), watcherGap: data.gap, hidden: document.hidden, pageAge: performance.now() - born });
      if (verdict === 'reload') renew('the clock stood still');
      if (verdict === 'wake') wake();
    };
    worker.onerror = (failure) => console.warn(`no watcher: ${failure.message}`);
  }

  let lock = null;
  async function keepAwake() {
    if (document.hidden || !navigator.wakeLock) return;
    try {
      lock = await navigator.wakeLock.request('screen');
      lock.addEventListener('release', () => { lock = null; });
    } catch (refused) {
      console.warn(`the screen may sleep: ${refused.name}`);
    }
  }

  return {
    report,
    /** The picture became live, old or another than the store's: the server is told now, not at the next turn. */
    changed() {
      if (!named || telling) return;
      telling = setTimeout(() => { telling = 0; if (facts().picture !== 'dark') presence(); }, Math.max(0, told + CHANGED_MS - performance.now()));
    },
    start() {
      watch();
      keepAwake();
      setInterval(look, 1_000);
      if (config.urls.build) setInterval(build, BUILD_MS);
      if (named) setInterval(presence, PRESENCE_MS);
      document.addEventListener('visibilitychange', () => { if (!document.hidden) { keepAwake(); wake(); } });
      addEventListener('online', wake);
      addEventListener('pageshow', (event) => { if (event.persisted) location.reload(); });
    },
    /** Nobody may look any more: asks now and then whether that has changed. */
    dark() {
      setInterval(async () => {
        try {
          await ask.get(config.urls.build);
          location.replace(location.href);
        } catch (refused) {
          console.info(`still dark: ${refused.message}`);
        }
      }, DARK_MS);
    },
    build, presence,
  };
}
