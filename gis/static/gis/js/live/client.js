/**
 * The client of the live stream, for a page with a map as for a wall: reads the state, follows the events, replays
 * them, proves the result by the hash of each heartbeat and comes back from every cut. Everything it touches (fetch,
 * clock, timers, chance) is given to it. Pure but for what is given.
 */

import { backoff } from './backoff.js';
import { beatsOf } from './beats.js';
import { stateHash } from './hash.js';
import { replayOf } from './replay.js';
import { sseParser } from './sse.js';

/** Without a beat for so long what is on the screen may be old. */
export const STALE_MS = 10_000;
/** Without a beat for so long the connection is given up: a half-open one never ends by itself. */
const DEAD_MS = 15_000;
/** The state is fetched again after a mismatch no oftener than this, then half as often each time. */
const MEND_MS = 5_000;

class SignedOut extends Error {}
/** What the stream said can't be replayed: only a new state helps. */
class Garbled extends Error {}

/**
 * @param {{fetch: Function, now: () => number, setTimer: Function, clearTimer: Function, random: () => number,
 *   stateUrl?: string, eventsUrl?: string,
 *   onState?: (state: object) => void, onChange?: (changes: object[]) => void, onFrame?: (moved: object[]) => void,
 *   onStatus?: (status: object) => void, onMismatch?: (fact: object) => void}} given
 *   `now`: milliseconds of a clock that never steps back; `onState`: everything anew; `onChange`: `{op, layer, id,
 *   feature, previous, kind, seq}` each; `onFrame`: `{id, feature, previous}` of units that moved
 */
export function liveClient(given) {
  const { now, setTimer, clearTimer, random } = given;
  const tell = { onState() {}, onChange() {}, onFrame() {}, onStatus() {}, onMismatch() {}, ...given };
  const beats = beatsOf({ now });
  const waiting = backoff({ random });
  let state = null;
  let outdated = true;
  let held = null;
  let running = null;
  let mends = { at: -Infinity, tries: 0 };
  let wake = () => {};
  let watchdog = null;
  let on = false;
  let started = 0;
  let status = { phase: 'connecting', since: null, seq: null, at: null, hashOk: null, gaps: 0, failure: null };

  function report(changes) {
    const next = { ...status, seq: state?.seq ?? null, gaps: beats.gaps, ...changes };
    if (Object.keys(next).every((name) => next[name] === status[name])) return;
    status = next;
    tell.onStatus(status);
  }

  async function ask(url, headers, signal) {
    const answer = await given.fetch(url, { headers, signal, credentials: 'same-origin', cache: 'no-store', redirect: 'manual' });
    if ([401, 403].includes(answer.status) || answer.type === 'opaqueredirect') throw new SignedOut(String(answer.status));
    if (!answer.ok) throw new Error(`${url}: ${answer.status}`);
    return answer;
  }

  async function readState(signal) {
    const answer = await ask(given.stateUrl ?? '/live/state', { Accept: 'application/json' }, signal);
    const snapshot = await answer.json();
    if (!Number.isSafeInteger(snapshot?.seq) || !snapshot.layers) throw new TypeError('the state has no seq or no layers');
    beats.heard(snapshot.at);
    return replayOf(snapshot);
  }

  /** Takes a state in; what came meanwhile is replayed onto it. */
  function take(next) {
    const later = held ?? [];
    held = null;
    outdated = false;
    state = next;
    tell.onState(state);
    report({});
    later.forEach(hear);
    pass();
  }

  let changes = [];
  let moved = [];
  function pass() {
    const [changed, frames] = [changes, moved];
    [changes, moved] = [[], []];
    if (changed.length) tell.onChange(changed);
    if (frames.length) tell.onFrame(frames);
    if (changed.length) report({});
    const { owed } = running ?? {};
    if (!owed || held || state.amid || state.seq < owed.seq) return;
    running.owed = null;
    if (state.seq === owed.seq) prove(owed, false);
  }

  /**
   * Fetches the state while the stream goes on; what it brings meanwhile is kept. A state older than where the stream
   * went on would leave a hole: then the stream is taken up again from the state.
   */
  async function again(connection, after = 0) {
    connection.after = Math.max(connection.after, after, state?.seq ?? 0);
    connection.repeat = Boolean(held);
    outdated = true;
    if (held) return void (held = []);
    held = [];
    try {
      let next;
      do {
        connection.repeat = false;
        next = await readState(connection.signal);
        if (connection !== running) return;
      } while (connection.repeat);
      take(next);
      if (next.seq < connection.after) connection.abort();
    } catch (failure) {
      if (connection === running) connection.fail(failure);
    }
  }

  function hear({ event, data, id }) {
    if (event === 'heartbeat') {
      if (!Number.isSafeInteger(data.seq)) throw new TypeError('a heartbeat without seq');
      beat(data);
    } else if (event === 'reset') again(running, Number.isSafeInteger(data.seq) ? data.seq : 0);
    else if (held) held.push({ event, data, id });
    else if (event === 'frame') moved.push(...state.frame(data));
    else changes.push(...state.apply(event, data, id));
  }

  function heed({ event, data, id }) {
    try {
      hear({ event, data: JSON.parse(data), id });
    } catch (failure) {
      throw new Garbled(failure.message);
    }
  }

  function beat(data) {
    const ahead = !running.beaten && data.seq > (state?.seq ?? 0);
    running.beaten = true;
    running.owed = ahead ? data : null;
    beats.beat(data.at);
    watch();
    pass();
    report({ at: data.at });
    if (!held && !state.amid && data.seq >= state.seq && data.hash) prove(data, ahead);
  }

  /**
   * Compares what is on the screen with the store. The first beat of a connection may come before what was missed:
   * then it speaks of this state when that is here, and until then neither moves the cursor nor accuses it.
   */
  async function prove(data, ahead) {
    const [connection, compared] = [running, state];
    const { hash } = await stateHash(state.layers);
    if (connection !== running || compared !== state) return undefined;
    if (hash === data.hash) {
      if (!ahead) state.reached(data.seq);
      mends.tries = 0;
      const lively = beats.age(data.at) <= STALE_MS;
      return report({ hashOk: true, failure: null, ...(lively && { phase: 'live', since: null }) });
    }
    if (ahead) return undefined;
    report({ hashOk: false });
    tell.onMismatch({ seq: data.seq, ours: hash, theirs: data.hash, at: data.at });
    return mend(connection);
  }

  function mend(connection) {
    if (now() - mends.at < MEND_MS * 2 ** mends.tries - MEND_MS) return undefined;
    mends = { at: now(), tries: Math.min(mends.tries + 1, 6) };
    return again(connection);
  }

  /** Wakes when the newest beat gets too old: first what is shown is stale, then the connection is given up. */
  function watch() {
    clearTimer(watchdog);
    const age = beats.last === null ? now() - started : beats.age(beats.last);
    if (age >= STALE_MS && status.phase !== 'stale') report({ phase: 'stale', since: beats.last, hashOk: null });
    const silent = now() - (running?.heard ?? now());
    if (running && silent >= DEAD_MS) running.abort();
    const due = [STALE_MS - age, running ? DEAD_MS - silent : Infinity].filter((wait) => wait > 0);
    if (due.length) watchdog = setTimer(watch, Math.min(...due) + 1);
  }

  function connect() {
    const abort = new AbortController();
    let failure = null;
    running = {
      signal: abort.signal, heard: now(), abort: () => abort.abort(),
      fail: (reason) => { failure = reason; abort.abort(); }, get failure() { return failure; },
      beaten: false, owed: null, repeat: false, after: 0,
    };
    return running;
  }

  async function follow(connection) {
    const headers = { Accept: 'text/event-stream', 'Last-Event-ID': String(state.seq) };
    const answer = await ask(given.eventsUrl ?? '/live/events', headers, connection.signal);
    if (!/^text\/event-stream/.test(answer.headers.get('content-type') ?? '')) throw new TypeError('the answer is no event stream');
    const parser = sseParser(heed);
    const reader = answer.body.getReader();
    for (let part = await reader.read(); !part.done; part = await reader.read()) {
      connection.heard = now();
      parser.push(part.value);
      pass();
    }
  }

  async function attempt() {
    const connection = connect();
    const from = now();
    watch();
    try {
      if (outdated) take(await readState(connection.signal));
      await follow(connection);
      throw new Error('the stream ended');
    } catch (failure) {
      const reason = connection.failure ?? failure;
      if (reason instanceof Garbled) outdated = true;
      waiting.held(now() - from);
      connection.abort();
      return reason;
    } finally {
      held = null;
      state?.cut();
      pass();
      running = null;
    }
  }

  async function run() {
    while (on) {
      const reason = await attempt();
      if (!on) return;
      if (reason instanceof SignedOut) {
        clearTimer(watchdog);
        on = false;
        return report({ phase: 'signed-out', since: beats.last, hashOk: null, failure: reason.message });
      }
      report({ failure: reason.message, ...(beats.last === null && { phase: 'stale' }) });
      watch();
      await new Promise((resolve) => { wake = resolve; setTimer(resolve, waiting.next()); });
    }
  }

  return {
    start() {
      if (on) return;
      on = true;
      started = now();
      run();
    },
    stop() {
      on = false;
      clearTimer(watchdog);
      running?.abort();
      wake();
    },
    /** The page came back to the front or the network did: no more waiting. */
    nudge() {
      if (!on) return;
      watch();
      wake();
    },
    /** The replayed state, or null before the first. */
    state: () => state,
    status: () => status,
    /** Milliseconds since a time of the server. */
    age: (at) => beats.age(at),
    serverNow: () => beats.serverNow(),
    /** Layer -> milliseconds since the stream last spoke of it. */
    ages: () => Object.fromEntries([...(state?.times ?? [])].map(([layer, at]) => [layer, beats.age(at)])),
    /** Which of the last 48 beats came, oldest first. */
    ticks: () => beats.ticks,
  };
}
