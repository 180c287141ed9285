import assert from 'node:assert/strict';
import { test } from 'node:test';
import { clockwork, live, settle, stage } from './stage.mjs';
import { Store, feature, plainOf } from './store.mjs';

const phases = (seen) => seen.statuses.map((one) => one.phase).filter((phase, i, all) => phase !== all[i - 1]);
const same = (set) => assert.deepEqual(plainOf(set.client.state()), set.store.plain());
const beat = async (set, wait = 5_000) => { set.line().send(set.store.beat()); await set.clock.pass(wait); };

test('the client reads the state, follows from its seq and is live with the first beat that proves it', async () => {
  const store = new Store();
  store.put('incidents', feature('a'));
  const set = await live({ store });
  assert.equal(set.line().cursor, String(store.seq));
  assert.deepEqual(phases(set.seen), ['connecting', 'live']);
  assert.deepEqual({ ...set.client.status(), at: null }, { phase: 'live', since: null, seq: store.seq, at: null, hashOk: true, gaps: 0, failure: null });
  same(set);
  set.client.stop();
});

test('events change the state and are told once, in their order', async () => {
  const set = await live();
  for (const [id, version] of [['a', 1], ['b', 1], ['a', 2]]) { set.store.put('incidents', feature(id, version)); set.line().send(set.store.log.at(-1).text); }
  set.store.remove('incidents', 'b');
  set.line().send(set.store.log.at(-1).text);
  await settle();
  assert.deepEqual(set.seen.changes.map(({ op, id, seq }) => [op, id, seq]), [['add', 'a', 101], ['add', 'b', 102], ['change', 'a', 103], ['remove', 'b', 104]]);
  set.line().send(set.store.log.map(({ text }) => text).join(''));
  await settle();
  assert.equal(set.seen.changes.length, 4, 'what came again changes nothing');
  same(set);
  set.client.stop();
});

test('frames move units and are told as moves', async () => {
  const store = new Store();
  store.put('units', feature('u', 1, { status: 'on_duty' }));
  const set = await live({ store });
  set.line().send(store.frame([['u', 114.01, 33.55, 't', 1, 90]], true));
  await settle();
  assert.deepEqual(set.seen.frames.map(({ id, feature: one }) => [id, one.geometry.coordinates]), [['u', [114.01, 33.55]]]);
  assert.ok(set.client.ages().units < 1_000);
  set.client.stop();
});

test('a beat that does not come within ten seconds makes the screen stale, since the last one; a proven one heals it', async () => {
  const set = await live();
  await beat(set);
  const last = set.store.at();
  await set.clock.pass(4_900);
  assert.equal(set.client.status().phase, 'live');
  await set.clock.pass(200);
  const { phase, since, hashOk } = set.client.status();
  assert.deepEqual([phase, new Date(since).getTime(), hashOk], ['stale', Date.parse(last) - 5_000, null]);
  await beat(set, 0);
  assert.equal(set.client.status().phase, 'live');
  assert.equal(set.client.status().gaps, 1);
  set.client.stop();
});

test('a stale screen stays stale while its hash is not the store\'s', async () => {
  const set = await live();
  await set.clock.pass(11_000);
  set.line().send(set.store.beat({ hash: 'f'.repeat(64) }));
  await set.clock.pass(100);
  assert.equal(set.client.status().phase, 'stale');
  assert.equal(set.seen.mismatches.length, 1);
  await beat(set, 0);
  assert.equal(set.client.status().phase, 'live');
  set.client.stop();
});

test('a silent connection is given up and taken up again from the last id', async () => {
  const set = await live();
  set.store.put('incidents', feature('a'));
  set.line().send(set.store.log.at(-1).text);
  await set.clock.pass(15_100);
  await set.clock.pass(600);
  assert.equal(set.seen.lines.length, 2);
  assert.equal(set.line().cursor, '101');
  assert.equal(set.seen.stateReads, 1, 'no state is read for a cut');
  assert.equal(set.client.status().phase, 'live');
  set.client.stop();
});

test('a mismatch is reported with both hashes, and the state fetched again mends it', async () => {
  const set = await live();
  set.client.state().layers.get('incidents').set('ghost', feature('ghost'));
  await beat(set, 100);
  assert.deepEqual(set.seen.mismatches.map(({ seq, theirs }) => [seq, theirs]), [[100, set.store.hash()]]);
  assert.notEqual(set.seen.mismatches[0].ours, set.seen.mismatches[0].theirs);
  assert.equal(set.client.status().hashOk, false);
  assert.deepEqual([set.seen.stateReads, set.seen.states], [2, 2]);
  same(set);
  await beat(set, 100);
  assert.equal(set.client.status().hashOk, true);
  set.client.stop();
});

test('a server that always disagrees is asked for the state ever more seldom', async () => {
  const set = await live();
  for (let i = 0; i < 240; i += 1) { set.line().send(set.store.beat({ hash: '0'.repeat(64) })); await set.clock.pass(5_000); }
  assert.ok(set.seen.stateReads <= 12, `${set.seen.stateReads} reads in twenty minutes`);
  assert.equal(set.client.status().hashOk, false);
  set.client.stop();
});

test('who sees a part only is complete to each proven beat, though most numbers are not his', async () => {
  const set = await live();
  set.store.seq = 5_000;
  await beat(set);
  assert.equal(set.client.status().seq, 5_000);
  set.line().break();
  await set.clock.pass(600);
  assert.equal(set.line().cursor, '5000');
  set.client.stop();
});

test('a first beat that comes before what was missed neither skips it nor cries mismatch', async () => {
  const store = new Store();
  store.put('units', feature('u', 1, { status: 'on_duty' }));
  const set = await live({ store });
  set.line().break();
  store.put('units', feature('u', 2, { status: 'en_route' }));
  await set.clock.pass(600);
  assert.equal(set.client.state().layers.get('units').get('u').properties.status, 'en_route');
  set.line().break();
  store.put('incidents', feature('a'));
  await set.clock.pass(600);
  assert.deepEqual(set.seen.mismatches, []);
  same(set);
  set.client.stop();
});

test('a beat amid the messages of one event is not compared', async () => {
  const set = await live();
  set.store.group('incidents', [feature('a'), feature('b')]);
  const [one, two] = set.store.log.at(-1).text.split(/(?<=\n\n)/);
  set.line().send(one + set.store.beat() + two);
  await settle();
  assert.deepEqual(set.seen.mismatches, []);
  same(set);
  set.client.stop();
});

test('a cut amid the messages of one event brings them all again', async () => {
  const set = await live();
  set.store.group('incidents', [feature('a'), feature('b')]);
  set.line().send(set.store.log.at(-1).text.split(/(?<=\n\n)/)[0]);
  await settle();
  assert.equal(set.client.state().layers.get('incidents').size, 0);
  set.line().break();
  await set.clock.pass(600);
  assert.equal(set.line().cursor, '100');
  same(set);
  set.client.stop();
});

for (const reason of ['cursor', 'slow', 'rights', 'layer']) {
  test(`a reset (${reason}) reads the state again while the stream goes on, and loses nothing`, async () => {
    const store = new Store();
    let hold = null;
    const late = () => (hold ? { ok: true, status: 200, json: () => hold } : undefined);
    const set = await live({ store, answer: (url) => (url === '/live/state' ? late() : undefined) });
    store.put('incidents', feature('missed'));
    let give;
    hold = new Promise((resolve) => { give = resolve; });
    set.line().send(store.message('reset', { reason, seq: store.seq }));
    await settle();
    const then = store.state();
    store.put('incidents', feature('meanwhile'));
    set.line().send(store.log.at(-1).text);
    set.line().send(store.beat());
    await settle();
    assert.equal(set.client.state().layers.get('incidents').size, 0, 'shown as it was until the new state is here');
    give(then);
    await settle();
    assert.equal(set.seen.lines.length, 1);
    assert.deepEqual(set.seen.mismatches, []);
    same(set);
    set.client.stop();
  });
}

test('a state older than where the stream goes on leaves no hole', async () => {
  const store = new Store();
  const old = store.state();
  const answers = [undefined, { ok: true, status: 200, json: async () => old }];
  const set = await live({ store, answer: (url) => (url === '/live/state' ? answers.shift() : undefined) });
  store.put('incidents', feature('between'));
  set.line().send(store.message('reset', { reason: 'slow', seq: store.seq }));
  await settle();
  await set.clock.pass(600);
  assert.equal(set.line().cursor, '100');
  same(set);
  set.client.stop();
});

test('a second reset while the state is on its way asks for it once more', async () => {
  const set = await live();
  set.line().send(set.store.message('reset', { reason: 'rights' }) + set.store.message('reset', { reason: 'rights' }));
  await settle();
  assert.equal(set.seen.stateReads, 3);
  same(set);
  set.client.stop();
});

test('a refused state or stream says signed out and asks no more', async () => {
  for (const [url, status] of [['/live/state', 401], ['/live/events', 403]]) {
    const clock = clockwork();
    const set = stage({ store: new Store(), clock, answer: (asked) => (asked === url ? { ok: false, status, headers: new Headers() } : undefined) });
    set.client.start();
    await clock.pass(120_000);
    assert.equal(set.client.status().phase, 'signed-out');
    assert.ok(set.seen.stateReads <= 1);
  }
});

test('an address that is not there is asked again with longer and longer waits, and stale is said at once', async () => {
  const clock = clockwork();
  let asked = 0;
  const set = stage({ store: new Store(), clock, random: () => 0.999, answer: () => { asked += 1; return { ok: false, status: 404 }; } });
  set.client.start();
  await clock.pass(1);
  assert.deepEqual([set.client.status().phase, set.client.status().failure], ['stale', '/live/state: 404']);
  await clock.pass(299_999);
  assert.ok(asked > 8 && asked < 20, `${asked} times in five minutes`);
  set.client.nudge();
  await settle();
  const before = asked;
  set.client.nudge();
  await settle();
  assert.equal(asked, before + 1, 'coming back to the page waits for nothing');
  set.client.stop();
});

test('an answer that is a page, not a stream, is a failure that is tried again', async () => {
  const clock = clockwork();
  const page = { ok: true, status: 200, headers: new Headers({ 'content-type': 'text/html' }), body: null };
  let first = true;
  const set = stage({ store: new Store(), clock, opened: (line) => line.send(set.store.beat()), answer: (url) => { if (url !== '/live/events' || !first) return undefined; first = false; return page; } });
  set.store = new Store();
  set.client.start();
  await clock.pass(1_000);
  assert.equal(set.client.status().phase, 'live');
  set.client.stop();
});

for (const [name, text] of [
  ['no JSON', 'id: 101\nevent: incident.reported\ndata: {"seq"\n\n'],
  ['no seq', 'id: 101\nevent: incident.reported\ndata: {}\n\n'],
  ['an empty feature', 'id: 101\nevent: incident.reported\ndata: {"seq":101,"layer":"incidents","id":"a","feature":null}\n\n'],
  ['no object', 'event: heartbeat\ndata: null\n\n'],
  ['a frame without units', 'event: frame\ndata: {}\n\n'],
]) {
  test(`what can't be replayed (${name}) is met with a new state, not with a wrong one`, async () => {
    const set = await live();
    set.store.put('incidents', feature('a'));
    set.line().send(text);
    await set.clock.pass(600);
    assert.equal(set.seen.stateReads, 2);
    assert.equal(set.client.status().phase, 'live');
    same(set);
    set.client.stop();
  });
}

test('a page that slept says at once since when it is stale and is live again with the first proven beat', async () => {
  const set = await live();
  set.clock.sleep(600_000);
  set.client.nudge();
  assert.equal(set.client.status().phase, 'stale');
  set.store.put('incidents', feature('a'));
  set.line().break();
  await set.clock.pass(600);
  assert.equal(set.client.status().phase, 'live');
  same(set);
  set.client.stop();
});

test('hostile text in every field stays text', async () => {
  const evil = '"><img src=x onerror=alert(1)>\u0000\u2028\n\ndata: {"seq":9}\n\nid: 1';
  const set = await live();
  const one = feature('x', 1, { name: evil, name_en: evil, [evil]: evil, __proto__: null, constructor: evil });
  set.store.put('incidents', one, 'incident.reported');
  set.line().send(set.store.log.at(-1).text);
  await beat(set);
  assert.deepEqual(set.client.state().layers.get('incidents').get('x').properties, one.properties);
  assert.equal(set.client.status().hashOk, true);
  set.client.stop();
});

test('a stopped client is still', async () => {
  const set = await live();
  set.client.stop();
  const said = set.seen.statuses.length;
  await set.clock.pass(120_000);
  assert.deepEqual([set.seen.lines.length, set.seen.statuses.length], [1, said]);
});
