import assert from 'node:assert/strict';
import { test } from 'node:test';
import { chance } from './chance.mjs';
import { clockwork, settle, stage } from './stage.mjs';
import { Store, feature, plainOf } from './store.mjs';

/** One thing that happens in the city. */
function happen(store, { below, one }) {
  const layer = one(['incidents', 'incidents', 'cameras', 'units']);
  const known = [...store.layers[layer].values()];
  const what = below(10);
  if (what === 0) {
    store.group(layer, Array.from({ length: 1 + below(4) }, (_, i) => feature(`${layer}-g${store.seq}-${i}`, 1, { name: '成组' })));
  } else if (known.length && what < 4) store.remove(layer, one(known).id);
  else if (known.length && what < 7) {
    const old = one(known);
    store.put(layer, feature(old.id, old.properties.version + 1, { name: '改🚒', status: 'on_duty' }));
  } else store.put(layer, feature(`${layer}-${store.seq}`, 1, { name: '新"\n' }));
}

test('a thousand cuts at random bytes: the client ends in the true state and skips nothing on the way', async () => {
  const dice = chance(20260916);
  const clock = clockwork();
  const store = new Store({ now: clock.now });
  let cuts = 0;
  let oddCursors = 0;
  const { client, seen } = stage({
    store, clock,
    opened(line) {
      if (!/^\d+$/.test(line.cursor)) oddCursors += 1;
      for (let i = dice.below(4); i > 0; i -= 1) happen(store, dice);
      const backlog = store.since(line.cursor);
      const units = [...store.layers.units.keys()].slice(0, 3).map((id) => [id, 114, 33.5, store.at(), 1, 2]);
      const whole = new TextEncoder().encode(dice.below(2) ? store.beat() + backlog + store.frame(units, true) : backlog + store.frame(units, true) + store.beat());
      if (cuts === 1000) return line.send(whole);
      cuts += 1;
      const end = dice.below(whole.length + 1);
      for (let at = 0; at < end;) { const to = Math.min(end, at + 1 + dice.below(400)); line.send(whole.slice(at, to)); at = to; }
      return setImmediate(() => (dice.below(2) ? line.break() : line.end()));
    },
  });
  client.start();
  for (let turn = 0; turn < 3_000 && !(cuts === 1000 && client.status().seq === store.seq); turn += 1) await clock.pass(10);
  await settle();
  assert.equal(cuts, 1000);
  assert.equal(oddCursors, 0);
  seen.lines.at(-1).send(store.beat());
  await clock.pass(10);
  const places = Object.fromEntries([...client.state().layers.get('units')]);
  const truth = store.plain();
  for (const [id, unit] of Object.entries(places)) truth.units[id] &&= { ...truth.units[id], geometry: unit.geometry, properties: { ...truth.units[id].properties, ...unit.properties, version: truth.units[id].properties.version } };
  assert.deepEqual(plainOf(client.state()), truth);
  assert.deepEqual(Object.keys(places).sort(), [...store.layers.units.keys()].sort());
  assert.equal(client.status().hashOk, true);
  assert.deepEqual(seen.mismatches, [], 'no cut ever made a wrong state');
  assert.equal(seen.stateReads, 1, 'and none was mended by fetching it all');
  const told = seen.changes.map(({ seq }) => seq);
  assert.deepEqual(told, [...told].sort((a, b) => a - b), 'each event in its place');
  client.stop();
});

test('old cursors: the server forgets, the client starts from a fresh state, two hundred times over', async () => {
  const dice = chance(7);
  const clock = clockwork();
  const store = new Store({ now: clock.now });
  let opened = 0;
  const { client, seen } = stage({
    store, clock,
    opened(line) {
      opened += 1;
      happen(store, dice);
      if (dice.below(3) === 0) store.forgotten = store.seq;
      line.send(store.since(line.cursor) + store.beat());
      if (opened < 200) setImmediate(() => setImmediate(() => setImmediate(() => line.break())));
    },
  });
  client.start();
  for (let turn = 0; turn < 2_000 && opened < 200; turn += 1) await clock.pass(10);
  await settle(40);
  seen.lines.at(-1).send(store.beat());
  await clock.pass(10);
  assert.ok(seen.stateReads > 20, `${seen.stateReads} states read`);
  assert.deepEqual(Object.keys(plainOf(client.state()).incidents).sort(), [...store.layers.incidents.keys()].sort());
  assert.equal(client.status().hashOk, true);
  client.stop();
});

test('a cursor of the future, after the store was restored from a copy, ends in the restored state', async () => {
  const clock = clockwork();
  const store = new Store({ now: clock.now });
  const { client, seen } = stage({ store, clock, opened: (line) => line.send(store.since(line.cursor) + store.beat()) });
  store.put('incidents', feature('lost'));
  client.start();
  await settle();
  store.remove('incidents', 'lost');
  store.seq = 40;
  store.log = [];
  seen.lines.at(-1).break();
  await clock.pass(2_000);
  assert.equal(client.state().layers.get('incidents').size, 0);
  assert.equal(client.status().seq, 40);
  assert.equal(client.status().hashOk, true);
  client.stop();
});
