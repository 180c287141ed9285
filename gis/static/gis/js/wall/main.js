/** The wall: live state, polls, panels, map, scenes and guards put together. */

import { signedOut } from '../api.js';
import { byId, el } from '../dom.js';
import { stateHash } from '../live/hash.js';
import { liveClient } from '../live/client.js';
import { isChinese, nameOf, speaker, titleOf, ZH } from '../words.js';
import { ageState, LIMITS, pictureState, worstState } from './ages.js';
import { acts } from './acts.js';
import { areaBook } from './areas.js';
import { asker, screenId } from './ask.js';
import { caseScene, commands, director } from './director.js';
import { guard } from './guard/guard.js';
import { keepLook, shiftAt, sizeOf, themeNow, wantedLook } from './look.js';
import { createWallMap, prepareWallMap } from './map/map.js';
import { sizes } from './map/picture.js';
import { polls } from './polls.js';
import { scenePlayer } from './scenes.js';
import { darkScreen, shell } from './shell.js';
import { wallStore } from './store.js';
import { toolsView } from './tools.js';
import { WALL_ZH } from './words.js';

// The stream says that nobody is signed in any more, and the screen goes dark: no half-drawn reload in between.
signedOut.act = () => {};

const DRAW_MS = 1_000;
const NEAR_MS = 30_000;
/** So long after it was opened the map waits for the first proof. */
const UNPROVEN_MS = 10_000;
const LOST_MS = 10_000;
/** Which feeds each panel lives on: it loses its colour when one of them is old. */
const SOURCES = { worst: ['incidents'], feed: ['incidents'], takeover: ['incidents'], categories: ['incidents'], communities: ['incidents', 'counts'], trend: ['counts'], duty: ['units', 'duty'] };

const root = document.documentElement;
const page = byId('wall');
const config = { ...JSON.parse(byId('wall-config').textContent), icons: { url: page.dataset.icons, ownUrl: page.dataset.ownIcons, own: new Set() } };
const query = new URLSearchParams(location.search);
const look = wantedLook(config, query);
const still = matchMedia('(prefers-reduced-motion: reduce)').matches;
const monotonic = () => performance.now();
const ask = asker(config, document.querySelector('[name=csrfmiddlewaretoken]')?.value ?? '');
const client = liveClient({
  fetch: (...asked) => fetch(...asked), now: monotonic, random: Math.random, setTimer: (act, wait) => setTimeout(act, wait), clearTimer: (timer) => clearTimeout(timer),
  stateUrl: config.urls.state, eventsUrl: config.urls.events,
  onState: (state) => { store.layers(state.layers); redrawNow(); }, onChange: changed, onFrame: () => redrawSoon(), onStatus: told,
  onMismatch: (fact) => { console.warn('the screen differed from the store', fact.seq); keeper.report('hash_mismatch'); },
});
const store = wallStore({ now: () => client.serverNow() });
const area = config.wall?.area ?? '';
const questions = polls({ ask, urls: config.urls, area, answered: (feed, answer) => { store.answered(feed, answer); redrawSoon(); }, setTimer: (act, wait) => setTimeout(act, wait), clearTimer: (timer) => clearTimeout(timer) });
const player = scenePlayer({ scenes: config.scenes ?? [], rotate: config.wall?.rotate !== false, possible: (scene) => scene.kind !== 'incident' || store.openCount > 0 });
const stage = director({ map: () => map, player, store, config, polls: questions, now: monotonic });
const keeper = guard({ ask, config, watcherUrl: page.dataset.watcher, screen: screenId(), serverNow: () => client.serverNow(), clockAge: () => monotonic() - ticked, facts, wake });

let map = null;
let asked = prepareWallMap({ config, workerUrl: page.dataset.worker });
let frame = null;
let act = null;
let tools = null;
let ctx = null;
let hash = '';
let near = null;
let nearAsked = -Infinity;
let ticked = monotonic();
let touched = -Infinity;
let drawn = -Infinity;
let waiting = 0;
let obey = () => {};

function facts() {
  const shown = stage.shown();
  const status = client.status();
  return {
    busy: Boolean(act?.list.id || act?.card.shown) || Boolean(frame?.views.takeover.id), touchedAgo: monotonic() - touched, picture: pictureState(status),
    scene: shown?.base ?? shown?.id ?? '', seq: status.seq, hashOk: status.hashOk,
  };
}

function changed(changes) {
  for (const change of changes) {
    const { op, layer, feature, kind, wall, command, args } = change;
    if (op === 'published' || op === 'described') map?.renew(change);
    if (op === 'command' && wall === config.wall?.name) obey(command, args);
    if (op === 'add' && layer === 'incidents' && kind === 'incident.reported') ctx.announce(feature.properties.severity === 1, ctx.say('New: {name}', { name: nameOf(feature.properties, ctx.language) }));
  }
  redrawSoon();
}

async function told(status) {
  const picture = pictureState(status);
  if (root.dataset.live !== picture) {
    root.dataset.live = picture;
    if (picture === 'dark') return darken();
    keeper.changed();
    redrawNow();
  }
  if (status.hashOk && client.state()) hash = (await stateHash(client.state().layers)).hash;
  return undefined;
}

/** Nobody may look: everything leaves the screen and the memory. */
function darken() {
  questions.stop();
  act?.list.close();
  act?.card.close();
  map?.remove();
  map = null;
  store.layers(null);
  page.replaceChildren(darkScreen({ say: ctx.say, display: config.display }));
  frame = null;
  keeper.dark();
}

function wake() {
  client.nudge();
  questions.now();
  redrawSoon();
}

/** Draws at most once a second, at once when nothing was drawn for so long. */
function redrawSoon() {
  if (waiting) return;
  waiting = setTimeout(() => { waiting = 0; draw(); }, Math.max(0, drawn + DRAW_MS - monotonic()));
}

function redrawNow() {
  drawn = -Infinity;
  clearTimeout(waiting);
  waiting = 0;
  redrawSoon();
}

function draw() {
  if (!frame) return;
  drawn = monotonic();
  const status = client.status();
  const picture = pictureState(status);
  const live = { picture, since: status.since, status, ticks: client.ticks(), beat: status.at ? client.age(status.at) : NaN, frame: client.ages().units ?? NaN, hash };
  takeover();
  const feeds = store.feeds(live);
  for (const [name, view] of Object.entries(frame.views)) {
    view.draw?.(live);
    const age = worstState(feeds.filter(({ feed }) => SOURCES[name]?.includes(feed)));
    if (age && view.node.dataset.age !== age) view.node.dataset.age = age;
  }
  act.list.draw();
  act.card.draw();
  stage.tick();
  frame.views.legend.classes(map?.legend() ?? null);
  frame.views.legend.scene(stage.shown(), player.state(monotonic()));
  tools.show({ three: frame.map.dataset.tilted === 'yes', two: frame.map.dataset.split === 'yes' });
  // A state that its first beat has not proven yet would be drawn grey, and all of it again a moment later.
  if (map && client.state() && (picture !== 'waiting' || monotonic() > UNPROVEN_MS)) {
    const worst = picture === 'live' ? store.places('community')[0]?.code ?? null : null;
    map.worst(worst, worst && ctx.say('Worst: {place}', { place: isChinese(ctx.language) ? ctx.areas.name(worst) : ctx.areas.short(worst) }));
    map.setLive(Object.fromEntries(['incidents', 'units', 'cameras'].map((layer) => [layer, store.table(layer)])));
    const limit = (layer, age) => ageState(age, LIMITS[layer]);
    map.dim(picture === 'mismatch' ? 'mismatch' : picture === 'live' ? 'live' : 'stale', { incidents: limit('incidents', live.beat), units: limit('units', live.frame), cameras: limit('cameras', live.beat) });
  }
  tellPage(live);
}

/** The state of the wall where tests and style sheets read it. */
function tellPage({ picture, status }) {
  const scene = stage.shown();
  Object.assign(root.dataset, { live: picture, open: String(store.openCount), seq: String(status.seq ?? ''), scene: scene?.id ?? '', turn: player.state(monotonic()).word });
}

/** A critical case without answer takes the right margin and the map until somebody accepts it. */
function takeover() {
  const [first] = root.dataset.live === 'dark' ? [] : store.takeovers();
  const id = first ? String(first.id) : '';
  const view = frame.views.takeover;
  if (view.id !== id) { near = null; nearAsked = -Infinity; }
  if (first && monotonic() - nearAsked > NEAR_MS) askNear(first);
  view.show(first ?? null, near);
  frame.views.feed.skip(id);
  if (first) player.jump(caseScene(config.all_scenes ?? config.scenes ?? [], first, { critical: true }));
  else player.release(monotonic());
  if (Boolean(root.dataset.takeover) === Boolean(first)) return;
  if (first) root.dataset.takeover = 'yes';
  else delete root.dataset.takeover;
}

async function askNear({ id, geometry }) {
  nearAsked = monotonic();
  if (!geometry) return;
  try {
    const [lon, lat] = geometry.coordinates;
    const answer = await ask.get(config.urls.near, { lon, lat, limit: 8 });
    if (frame?.views.takeover.id === String(id)) { near = answer; redrawSoon(); }
  } catch (failure) {
    console.warn(`near: ${failure.message}`);
  }
}

/** The panels and the map in one language; what is known stays. */
function build() {
  const language = look.language === 'en' ? 'en' : 'zh-hans';
  const say = speaker(language, { ...ZH, ...WALL_ZH });
  const both = look.language === 'both';
  root.lang = isChinese(language) ? 'zh-Hans' : 'en';
  let spoken = -Infinity;
  ctx = {
    say, language, lang: root.lang, store, config, areas: areaBook(config.areas ?? [], language), act: null,
    heading: (text) => (both ? [say(text), el('span', { class: 'other', lang: 'en' }, text)] : [say(text)]),
    title: (thing) => titleOf(thing, language),
    map: () => map, shown: () => stage.shown(), fetch: (address) => ask.get(address), mapSize: () => ({ width: frame.map.clientWidth, height: frame.map.clientHeight, lines: sizes(parseFloat(getComputedStyle(root).fontSize)).scale }),
    announce(urgent, text) {
      if (!urgent && monotonic() - spoken < 5_000) return;
      spoken = monotonic();
      (urgent ? frame.loud : frame.low).textContent = text;
    },
  };
  act = acts({ ctx, map: () => map, ask, urls: config.urls, area, touched: touch });
  ctx.act = act;
  frame = shell(ctx);
  frame.margin.append(act.list.node, act.card.node);
  tools = toolsView(ctx, { map: () => map, urls: config.urls, touched: touch, go: act.go });
  if (!config.display) frame.stage.append(tools.node);
  page.replaceChildren(frame.node);
  frame.views.header.clock(Date.now());
  obey = commands({ player, director: stage, map: () => map, scenes: config.all_scenes ?? config.scenes ?? [], find: (id) => store.table('incidents').get(id) ?? null, areaName: ctx.areas.name, look: restyle, now: monotonic });
}

function touch() {
  touched = monotonic();
  player.touched(touched);
}

function makeMap() {
  try {
    map = createWallMap({ container: frame.map, workerUrl: page.dataset.worker, asked, language: ctx.language, theme: root.dataset.theme, config, say: ctx.say, still, covered: () => [frame.caption, frame.locator].map((one) => one.getBoundingClientRect()), now: () => client.serverNow() });
  } catch (failure) {
    console.error(failure);
    frame.mapNote.textContent = ctx.say('The map cannot be drawn here; lists and numbers work.');
    frame.mapNote.hidden = false;
    return;
  }
  asked = undefined;
  map.padding({ top: frame.caption.offsetHeight, right: 0, bottom: 0, left: 0 });
  map.on('touched', () => { touch(); act.card.loose(); redrawSoon(); });
  map.on('measured', (on) => tools.show({ measure: on }));
  map.on('pick', act.picked);
  map.on('scale', frame.views.legend.measure);
  map.on('useful', () => { root.dataset.map = 'useful'; });
  map.on('idle', () => { root.dataset.map = 'ready'; });
  let lost = 0;
  map.on('lost', () => { keeper.report('context_lost'); lost = setTimeout(() => location.replace(location.href), LOST_MS); });
  map.on('restored', () => clearTimeout(lost));
  stage.again();
}

/** The sheet moves a little each hour, so that no line is burnt into the screen. */
function spare(time) {
  const shift = shiftAt(time).join(' ');
  if (root.dataset.shift === shift) return;
  root.dataset.shift = shift;
  shiftAt(time).forEach((pixels, at) => root.style.setProperty(at ? '--shift-y' : '--shift-x', `${pixels}px`));
}

/** Another theme or language, by the remote control or the sun. */
function restyle(changes) {
  Object.assign(look, changes);
  keepLook(changes);
  if (changes.language) {
    act.list.close();
    act.card.close();
    map?.remove();
    map = null;
    build();
    makeMap();
  }
  theme();
  redrawSoon();
}

function theme() {
  const now = client.serverNow();
  const next = themeNow(look.theme, Number.isFinite(now) ? now : Date.now(), config.district?.bbox);
  if (root.dataset.theme === next) return;
  root.dataset.theme = next;
  map?.setTheme(next);
}

function tick() {
  const now = client.serverNow();
  const time = Number.isFinite(now) ? now : Date.now();
  ticked = monotonic();
  spare(time);
  frame?.views.header.clock(time);
  redrawSoon();
  setTimeout(tick, 1_000 - (Math.floor(time) % 1_000));
}

root.classList.add('wall');
root.style.setProperty('--wall-k', String(sizeOf(query.get('k'))));
root.dataset.live = 'waiting';
theme();
build();
tick();
client.start();
questions.start();
keeper.start();
requestAnimationFrame(() => setTimeout(makeMap));
setInterval(theme, 60_000);
addEventListener('pointerdown', touch, { passive: true });
addEventListener('keydown', (event) => {
  touch();
  if (event.defaultPrevented || !act) return;
  if (event.key === 'Escape' && !tools.close()) { if (act.card.shown) act.card.close(); else act.list.close(); }
  if (!config.display) tools.key(event);
});
addEventListener('pagehide', () => client.stop());
