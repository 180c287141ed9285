/** The operators' page: reads the state every five seconds, ages tick in between. */

import { getJson } from '../api.js';
import { byId } from '../dom.js';
import { account, accountMenu, clock, languageForm, themeSwitch } from '../header.js';
import { speaker } from '../words.js';
import { opsView } from './view.js';

const EVERY_MS = 5000;
const TIMEOUT_MS = 8000;
const config = JSON.parse(byId('ops-config').textContent);
const say = speaker(config.language);
const view = opsView({ say, language: config.language, limits: config.beat_limit_s });

let state = null;
let readAt = 0;
let broken = null;

clock(config.language);
account(config.me ?? {}, config.language);
accountMenu();
languageForm();
themeSwitch({ say, iconUrl: byId('page').dataset.ownIcons, changed: () => {} });
draw();
read();
setInterval(draw, 1000);

function draw() {
  view.show(state, state ? (performance.now() - readAt) / 1000 : 0, broken);
  byId('page').dataset.state = broken ? 'error' : state ? 'ready' : 'loading';
}

async function read() {
  try {
    state = await getJson(config.url, AbortSignal.timeout(TIMEOUT_MS));
    readAt = performance.now();
    broken = null;
  } catch (failure) {
    broken ??= new Date();
    console.warn('the state did not arrive', failure.message);
  }
  draw();
  setTimeout(read, EVERY_MS);
}
