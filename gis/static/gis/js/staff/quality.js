/** The quality of all layers beside each other, and one of them in full. */

import { byId, el, icon } from '../dom.js';
import { grouped } from '../numbers.js';
import { dayOf, since } from './instants.js';
import { failureText, getJson, openStaff } from './page.js';
import { qualityParts } from './qualityview.js';

const staff = openStaff();
const { say, files, urls, title, config } = staff;
/** Which checks stand in which column. */
const COLUMNS = [['Shapes', ['invalid', 'missing', 'twice', 'tiny', 'outside']], ['Topology', ['overlaps', 'gaps', 'unconnected']]];

let layers = [];
let chosen = new URLSearchParams(location.hash.slice(1)).get('layer') ?? '';

start();

async function start() {
  try {
    ({ layers } = await getJson(urls.quality()));
  } catch (failure) {
    byId('quality').replaceChildren(el('p', { class: 'empty' }, failureText(failure, say)));
    staff.state('error');
    return;
  }
  draw();
  await choose(layers.some(({ layer }) => layer === chosen) ? chosen : (layers.find(({ faults }) => faults) ?? layers[0])?.layer, false);
  staff.state('ready');
}

function draw() {
  const faulty = layers.filter(({ faults }) => faults);
  byId('quality-sum').textContent = faulty.length ? say('{count} faults in {layers} layers', { count: grouped(faulty.reduce((sum, { faults }) => sum + faults, 0), 0), layers: faulty.length }) : say('no fault');
  const now = new Date();
  byId('quality').replaceChildren(el('table', { class: 'grid-table' },
    el('thead', {}, el('tr', {}, el('th', { scope: 'col' }, say('Layer')), el('th', { scope: 'col', class: 'num' }, say('Rows')), ...COLUMNS.map(([words]) => el('th', { scope: 'col' }, say(words))), el('th', { scope: 'col', class: 'num' }, say('Filled')), el('th', { scope: 'col', class: 'num' }, say('Noted flaws')), el('th', { scope: 'col' }, say('Age')))),
    el('tbody', {}, ...layers.map((one) => row(one, now)))));
}

function row(one, now) {
  return el('tr', { 'data-layer': one.layer, 'aria-current': one.layer === chosen ? 'true' : null },
    el('th', { scope: 'row' }, el('button', { class: 'link row-link', type: 'button', onclick: () => choose(one.layer, true) }, title(one))),
    el('td', { class: 'num' }, grouped(one.rows, 0)),
    ...COLUMNS.map(([, codes]) => el('td', {}, verdict(one.checks.filter(({ code }) => codes.includes(code))))),
    el('td', { class: 'num' }, one.filled === null ? '—' : `${Math.floor(one.filled * 1000) / 10} %`),
    el('td', { class: 'num' }, grouped(one.flaws, 0)),
    el('td', { title: dayOf(one.age.published_at) }, one.age.published_at ? since(one.age.published_at, now, say) : '—'));
}

function verdict(checks) {
  if (!checks.length) return el('span', { class: 'least' }, '—');
  const wrong = checks.filter(({ ok }) => !ok);
  if (!wrong.length) return el('span', { class: 'sign ok-sign' }, icon('check', files), say('sound'));
  return el('span', { class: 'sign bad-sign' }, icon('gap', files), say('{count} at fault', { count: grouped(wrong.reduce((sum, { count }) => sum + count, 0), 0) }));
}

async function choose(layer, focus) {
  if (!layer) return;
  chosen = layer;
  history.replaceState(null, '', `#layer=${encodeURIComponent(layer)}`);
  draw();
  if (focus) byId('quality').querySelector('[aria-current=true] button').focus();
  const side = byId('side');
  try {
    const quality = await getJson(urls.layerQuality(layer));
    if (chosen !== layer) return;
    const described = config.layers.find(({ id }) => id === layer);
    side.replaceChildren(el('section', { class: 'section' }, el('div', { class: 'section-head' }, el('h2', {}, title(described)), el('a', { href: urls.layerPage(layer) }, say('Whole history')))), ...qualityParts({ staff, quality }));
    side.dataset.layer = layer;
  } catch (failure) {
    side.replaceChildren(el('p', { class: 'empty' }, failureText(failure, say)));
  }
}
