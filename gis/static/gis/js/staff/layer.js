/** The page of one layer: every version with who, when, from what; what may be taken back; quality; export. */

import { byId, el, icon } from '../dom.js';
import { grouped } from '../numbers.js';
import { titleOf } from '../words.js';
import { KINDS, inShort } from './changes.js';
import { exportForm } from './exportform.js';
import { bytes, dayAndTime, dayOf, shortHash, since } from './instants.js';
import { failureText, getJson, openStaff } from './page.js';
import { qualityParts } from './qualityview.js';

const staff = openStaff();
const { config, language, say, files, urls, title } = staff;
const layer = config.layers.find(({ id }) => id === config.layer);
const STATES = { in_force: 'in force', coming: 'to come', past: 'past' };
const KIND_WORDS = { import: 'Import', rollback: 'Rollback', edit: 'Edited by hand', load: 'District profile' };

byId('tab-layer').textContent = title(layer);
byId('history-title').textContent = say('{layer}: versions', { layer: title(layer) });
start();

async function start() {
  const side = byId('side');
  side.replaceChildren(actions());
  try {
    const { versions } = await getJson(urls.history(layer.id));
    drawHistory(versions);
    side.append(exportForm({ staff, layer, versions }));
  } catch (failure) {
    byId('history').replaceChildren(el('p', { class: 'empty' }, failureText(failure, say)));
    staff.state('error');
    return;
  }
  try {
    const quality = await getJson(urls.layerQuality(layer.id));
    side.append(...qualityParts({ staff, quality }));
  } catch (failure) {
    side.append(el('p', { class: 'empty' }, failureText(failure, say)));
  }
  staff.state('ready');
}

function actions() {
  return el('section', { class: 'section' }, el('h2', {}, title(layer)),
    layer.imports && el('p', {}, el('a', { class: 'button wide', href: `/staff/#into=${encodeURIComponent(layer.id)}` }, say('Import a new delivery'))),
    config.by_hand && el('p', { class: 'by-hand' }, el('a', { href: config.by_hand }, say('Edit features by hand')), el('span', { class: 'detail' }, say('The map of the administration saves through the same rules: every change is a version of its own.'))));
}

function drawHistory(versions) {
  const now = new Date();
  const current = versions.find(({ state }) => state === 'in_force');
  byId('layer-facts').textContent = current ? say('{rows} rows, version {version}, in force since {day}', { rows: grouped(current.total, 0), version: current.version, day: current.effective }) : '';
  const head = ['Version', 'State', 'Published', 'By', 'Source', 'Changes', 'Rows', ''];
  byId('history').replaceChildren(el('table', { class: 'grid-table history' },
    el('thead', {}, el('tr', {}, ...head.map((words, at) => el('th', { scope: 'col', class: at === 6 ? 'num' : null }, words ? say(words) : el('span', { class: 'visually-hidden' }, say('Deeds')))))),
    el('tbody', {}, ...versions.map((one) => versionRow(one, now)))));
}

function versionRow(one, now) {
  const undone = one.undone_by !== null;
  return el('tr', { class: undone ? 'undone' : null, 'data-version': one.version, 'aria-current': one.state === 'in_force' ? 'true' : null },
    el('th', { scope: 'row' }, el('span', { class: 'version-no' }, `v${one.version}`)),
    el('td', {}, el('span', { class: one.state === 'in_force' ? 'state state-good' : 'state state-past' }, say(STATES[one.state])), undone && el('span', { class: 'detail' }, say('taken back by v{version}', { version: one.undone_by })), one.undoes !== null && el('span', { class: 'detail' }, say('takes back v{version}', { version: one.undoes }))),
    el('td', {}, el('time', { datetime: one.published_at, title: since(one.published_at, now, say) }, dayAndTime(one.published_at)), one.effective !== dayOf(one.published_at) && el('span', { class: 'detail' }, say('in force since {day}', { day: one.effective }))),
    el('td', {}, titleOf({ title_zh: one.by?.name, title_en: one.by?.name_en }, language)),
    source(one), el('td', {}, figures(one)), el('td', { class: 'num' }, grouped(one.total, 0)),
    el('td', { class: 'deed' }, one.import?.can_roll_back && !undone && one.kind === 'import' ? el('a', { class: 'button button-small', href: urls.page(one.import.id) }, say('Roll back')) : ''));
}

function source(one) {
  const { import: made } = one;
  const name = one.kind === 'import' || one.kind === 'rollback' ? (made ? el('a', { href: urls.page(made.id) }, made.file) : say('an import you may not see')) : one.source;
  return el('td', { class: 'wrap' }, el('span', { class: 'least' }, say(KIND_WORDS[one.kind]), '\u3000'), name,
    el('span', { class: 'detail' }, one.sha256 && el('span', { class: 'hash', title: one.sha256 }, shortHash(one.sha256)), made && one.kind === 'import' ? `\u3000${bytes(made.bytes)}` : '', made?.reason ? `\u3000${made.reason}` : ''));
}

/** Counts of the six kinds where an import knows them, else what came, went and was altered. */
function figures(one) {
  const diff = one.kind === 'import' && one.import?.diff;
  if (!diff) return inShort({ added: one.added, removed: one.removed, changed: one.changed }) || '—';
  const parts = KINDS.slice(0, 5).filter(({ id }) => diff[id]);
  if (!parts.length) return say('nothing changes');
  return el('span', { class: 'figures-line' }, ...parts.map(({ id, look, sign, words }) => el('span', { class: `sign ${look}`, title: say(words) }, icon(sign, files), el('span', { class: 'visually-hidden' }, say(words)), grouped(diff[id], 0))));
}
