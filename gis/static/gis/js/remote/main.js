/** The remote control: reads the walls every three seconds, sends commands, says what became of them. */

import { getJson, newUuid, postJson } from '../api.js';
import { byId } from '../dom.js';
import { languageForm, themeSwitch } from '../header.js';
import { speaker } from '../words.js';
import { choose } from './screens.js';
import { remoteView } from './view.js';

const EVERY_MS = 3000;
const TIMEOUT_MS = 8000;
const KEPT = 'wangge.remote.wall';
const config = JSON.parse(byId('remote-config').textContent);
const say = speaker(config.language);
const page = byId('remote');
const view = remoteView({
  say, language: config.language, scenes: config.scenes, wallUrl: config.urls.wall, send,
  areas: config.areas.filter((area) => area.level !== 'grid'),
  chosen(name) {
    wanted = name;
    try { localStorage.setItem(KEPT, name); } catch { /* a browser that keeps nothing starts over */ }
    draw();
  },
});

let walls = [];
let readAt = 0;
let wanted = config.chosen || kept();
let known = false;

languageForm();
themeSwitch({ say, iconUrl: page.dataset.ownIcons, changed: () => {} });
read();
setInterval(draw, 1000);

function kept() {
  try { return localStorage.getItem(KEPT) ?? ''; } catch { return ''; }
}

function draw() {
  if (!known) return;
  const since = (performance.now() - readAt) / 1000;
  const current = choose(walls, wanted, since);
  view.show(walls, current, since);
  view.mark(current?.screens[0]?.scene);
  page.dataset.state = 'ready';
}

async function read() {
  try {
    ({ walls } = await getJson(config.urls.walls, AbortSignal.timeout(TIMEOUT_MS)));
    readAt = performance.now();
    known = true;
    draw();
  } catch (failure) {
    console.warn('the walls did not answer', failure.message);
    view.tell(say('The walls did not answer; they are asked again.'), true);
  }
  setTimeout(read, EVERY_MS);
}

async function send(command, args, words) {
  const wall = choose(walls, wanted);
  try {
    await postJson(config.urls.commands.replace('{name}', encodeURIComponent(wall.name)), { client_id: newUuid(), command, args });
    view.tell(say('Told: {command}', { command: words }));
  } catch (failure) {
    view.tell(say('Not told: {reason}', { reason: failure.message }), true);
  }
}
