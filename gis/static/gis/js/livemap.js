/** The live stream on the map page: what the client says, drawn no faster than the eye needs, and told to the page. */

import { announce } from './choice.js';
import { liveClient } from './live/client.js';
import { drawnIncidents, drawnUnits, unheard } from './live/drawing.js';
import { liveStrip, span } from './livestrip.js';
import { grouped } from './numbers.js';
import { pulses } from './pulses.js';
import { nameOf } from './words.js';

/** No source is drawn oftener. */
const EVERY_MS = 1_000;
/** For how long nothing was heard of a unit stands on the map and grows by itself. */
const LOOK_MS = 30_000;

/**
 * @param {{map: object, sheet: object, say: Function, language: string, still: () => boolean,
 *   counted: (layer: string, text: string) => void, selected: () => {layer: string, id: string}|null,
 *   changed: (feature: object|null) => void, published: (told: object) => void}} given `changed`: the selected
 *   feature as the stream has it now; `published`: a layer has a new version or description
 */
export function liveMap({ map, sheet, say, language, still, counted, selected, changed, published }) {
  const page = document.body.dataset;
  const strip = liveStrip({ say, language });
  const drawn = new Map();
  let heard;
  const first = new Promise((resolve) => { heard = resolve; });
  const client = liveClient({
    fetch: (...asked) => fetch(...asked), now: () => performance.now(), random: Math.random, setTimer: (act, wait) => setTimeout(act, wait), clearTimer: (timer) => clearTimeout(timer),
    onState: whole, onChange: some, onFrame: frames, onStatus: status,
    onMismatch: (fact) => console.warn('the screen differed from the store', fact),
  });
  const rings = pulses({ map, still, age: client.age, told: (count) => { page.pulses = String(count); } });
  const table = (layer) => client.state()?.layers.get(layer) ?? new Map();
  const grey = () => ['stale', 'signed-out'].includes(client.status().phase);

  const DRAW = {
    incidents: () => map.setLive('incidents', drawnIncidents(table('incidents').values(), { stale: grey() })),
    units: () => map.setLive('units', drawnUnits(table('units').values(), { stale: grey(), age: client.age, ago: (gone) => say('no position for {ago}', { ago: span(gone, say) }) })),
    cameras: () => map.setCameras(new Map([...table('cameras')].map(([id, { properties }]) => [id, grey() ? 'unknown' : properties.status]))),
  };

  /** Draws a layer now, or as soon as a second has passed since the last time. */
  function draw(layer) {
    if (!(layer in DRAW) || (layer !== 'cameras' && !sheet.live.includes(layer))) return;
    const one = drawn.get(layer) ?? { at: -Infinity, timer: 0 };
    drawn.set(layer, one);
    if (one.timer) return;
    one.timer = setTimeout(() => {
      Object.assign(one, { at: performance.now(), timer: 0 });
      DRAW[layer]();
      tell();
    }, Math.max(0, one.at + EVERY_MS - performance.now()));
  }

  function drawAll() {
    for (const layer of Object.keys(DRAW)) draw(layer);
  }

  const oldUnits = () => [...table('units').values()].filter(unheard).length;

  function tell() {
    page.seq = String(client.status().seq ?? '');
    for (const [layer, count] of [['incidents', table('incidents').size], ['units', table('units').size], ['cameras', table('cameras').size]]) {
      page[layer] = String(count);
      if (sheet.live.includes(layer) && client.state()) counted(layer, grouped(count, 0));
    }
  }

  function whole() {
    heard();
    rings.all(table('incidents').values());
    drawAll();
    const one = selected();
    if (one && sheet.live.includes(one.layer)) changed(table(one.layer).get(one.id) ?? null);
  }

  function some(changes) {
    for (const change of changes) {
      const { op, layer, id, feature, kind } = change;
      if (op === 'published' || op === 'described') published(change);
      else if (layer === 'incidents') {
        if (op === 'add' && kind === 'incident.reported') rings.arrived(feature);
        else rings.changed(id, feature);
      }
      const one = selected();
      if (one?.layer === layer && one.id === id) changed(feature);
      if (op === 'add' && layer === 'incidents' && feature.properties.severity === 1) announce(say('New: {name}', { name: nameOf(feature.properties, language) }));
    }
    for (const layer of new Set(changes.map((one) => one.layer))) draw(layer);
  }

  function frames(moved) {
    draw('units');
    const one = selected();
    const own = one?.layer === 'units' && moved.findLast(({ id }) => id === one.id);
    if (own) changed(own.feature);
  }

  function status({ phase }) {
    if (page.live !== phase) {
      page.live = phase;
      if (grey()) rings.none();
      if (phase !== 'connecting') heard();
      drawAll();
    }
    tick();
  }

  function tick() {
    const now = client.status();
    page.seq = String(now.seq ?? '');
    strip.draw({ ...now, age: now.at ? client.age(now.at) : NaN, ticks: client.ticks(), oldUnits: oldUnits() });
  }

  function start() {
    page.live = 'connecting';
    tell();
    client.start();
    tick();
    setInterval(tick, 1_000);
    setInterval(() => { if (oldUnits()) draw('units'); }, LOOK_MS);
    document.addEventListener('visibilitychange', () => { if (!document.hidden) client.nudge(); });
    addEventListener('online', () => client.nudge());
    addEventListener('pagehide', () => client.stop());
    addEventListener('pageshow', (event) => { if (event.persisted) client.start(); });
  }

  return {
    start,
    /** A feature of a live layer as it is now, null when it is not there. */
    now: (layer, id) => table(layer).get(id) ?? null,
    /** The same, once there is a state to look into; an Error when the state has no such feature. */
    async feature(layer, id) {
      await first;
      const one = table(layer).get(id);
      if (!one) throw new Error(`${layer} ${id} is not in the live state`);
      return one;
    },
  };
}
