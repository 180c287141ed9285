/** What the stream does not carry is asked for: the day's numbers, the duty roster, heat. Each answer keeps its time. */

const EVERY_MS = { counts: 60_000, duty: 60_000, heat: 300_000 };
const AGAIN_MS = 10_000;

/**
 * @param {{ask: object, urls: Record<string, string>, area: string, answered: (feed: string, answer: object) => void,
 *   setTimer: Function, clearTimer: Function}} given
 */
export function polls({ ask, urls, area, answered, setTimer, clearTimer }) {
  const timers = new Map();
  let heatWindow = 'none';
  let on = false;

  const QUESTIONS = {
    counts: () => ask.get(urls.counts, { area }),
    duty: () => ask.get(urls.duty, { area }),
    heat: () => (heatWindow === 'none' ? null : ask.get(urls.heat, { area, window: heatWindow })),
  };

  async function turn(feed) {
    clearTimer(timers.get(feed));
    let wait = EVERY_MS[feed];
    try {
      const asked = QUESTIONS[feed]();
      if (!asked) return;
      answered(feed, await asked);
    } catch (failure) {
      wait = AGAIN_MS;
      console.warn(`${feed}: ${failure.message}`);
    }
    if (!on) return;
    clearTimer(timers.get(feed));
    timers.set(feed, setTimer(() => turn(feed), wait));
  }

  return {
    start() {
      on = true;
      for (const feed of Object.keys(QUESTIONS)) turn(feed);
    },
    stop() {
      on = false;
      for (const timer of timers.values()) clearTimer(timer);
    },
    /** Asks for everything now: the machine woke, the network came back. */
    now() { if (on) for (const feed of Object.keys(QUESTIONS)) turn(feed); },
    /** Which span of time the heat map shows; `none` ends asking. */
    heat(window) {
      if (heatWindow === window) return;
      heatWindow = window;
      if (on) turn('heat');
    },
  };
}
