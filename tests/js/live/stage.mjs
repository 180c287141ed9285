/** A client on a stage: its clock, its timers and its network are in the hands of the test. */

import { liveClient } from '../../../gis/static/gis/js/live/client.js';

// The digest of the platform is made on another thread, which no test can wait for by turns; ours is made at once.
Object.defineProperty(globalThis, 'crypto', { value: {}, configurable: true });

const bytes = (text) => new TextEncoder().encode(text);
/** Lets everything happen that waits for promises only. */
export async function settle(turns = 12) {
  for (let turn = 0; turn < turns; turn += 1) await new Promise((resolve) => { setImmediate(resolve); });
}

/** Time that passes when the test says so. */
export function clockwork() {
  let time = 0;
  let timers = [];
  return {
    now: () => time,
    setTimer(act, wait) { const timer = { act, at: time + wait }; timers.push(timer); return timer; },
    clearTimer(timer) { timers = timers.filter((one) => one !== timer); },
    /** Lets so many milliseconds pass, each timer at its moment. */
    async pass(milliseconds) {
      const end = time + milliseconds;
      for (;;) {
        await settle();
        const due = timers.filter((one) => one.at <= end).sort((a, b) => a.at - b.at)[0];
        if (!due) break;
        time = Math.max(time, due.at);
        timers = timers.filter((one) => one !== due);
        due.act();
      }
      time = end;
      await settle();
    },
    /** The machine slept: time went on and no timer ran. */
    sleep(milliseconds) { time += milliseconds; },
  };
}

/** One open stream as the server holds it. */
class Line {
  constructor(signal, cursor) {
    this.cursor = cursor;
    this.open = true;
    this.body = new ReadableStream({ start: (controller) => { this.controller = controller; } });
    signal.addEventListener('abort', () => this.break(signal.reason));
  }

  send(text) { if (this.open) this.controller.enqueue(typeof text === 'string' ? bytes(text) : text); }

  end() { if (this.open) { this.open = false; this.controller.close(); } }

  break(reason = new Error('cut')) { if (this.open) { this.open = false; this.controller.error(reason); } }
}

/**
 * @param {{store: object, clock: object, random?: () => number, answer?: (url: string) => object|undefined,
 *   opened?: (line: Line) => void}} given `answer` replaces the server's for an address; `opened`: what the server
 *   does with a new stream
 */
export function stage({ store, clock, random = () => 0, answer = () => undefined, opened = () => {} }) {
  const seen = { states: 0, lines: [], changes: [], frames: [], statuses: [], mismatches: [], stateReads: 0 };
  async function fetch(url, { headers, signal }) {
    await null;
    if (signal.aborted) throw signal.reason;
    const other = answer(url);
    if (other) return other;
    if (url === '/live/state') {
      seen.stateReads += 1;
      return { ok: true, status: 200, json: async () => store.state() };
    }
    const line = new Line(signal, headers['Last-Event-ID']);
    seen.lines.push(line);
    opened(line);
    return { ok: true, status: 200, headers: new Headers({ 'content-type': 'text/event-stream; charset=utf-8' }), body: line.body };
  }
  const client = liveClient({
    fetch, random, now: clock.now, setTimer: clock.setTimer, clearTimer: clock.clearTimer,
    onState: () => { seen.states += 1; }, onChange: (list) => seen.changes.push(...list), onFrame: (list) => seen.frames.push(...list),
    onStatus: (status) => seen.statuses.push(status), onMismatch: (fact) => seen.mismatches.push(fact),
  });
  return { client, seen, line: () => seen.lines.at(-1) };
}

/** A stage whose client has its state and its first beat. */
export async function live(changes = {}) {
  const clock = clockwork();
  const store = changes.store ?? new (await import('./store.mjs')).Store({ now: clock.now });
  const set = stage({ store, clock, opened: (line) => { line.send(store.beat()); line.send(store.since(line.cursor)); }, ...changes });
  set.client.start();
  await settle();
  return { ...set, store, clock };
}
