/** The first page of GIS staff: layers with versions and quality, imports, and where a file is dropped. */

import { byId, el, icon } from '../dom.js';
import { grouped } from '../numbers.js';
import { isChinese } from '../words.js';
import { inShort } from './changes.js';
import { bytes, dayAndTime, dayOf, since } from './instants.js';
import { failureText, getJson, openStaff } from './page.js';
import { startForm } from './start.js';
import { STATUS_WORDS, WORKING, shareOf, toneOf } from './steps.js';

const staff = openStaff();
const { config, language, say, files, urls, title } = staff;
const GROUPS = { areas: 'Areas', ground: 'Ground', built: 'Built', places: 'Places', watch: 'Watch', live: 'Live', own: 'Own layers' };
const FILTERS = { all: () => true, open: ({ status }) => ['uploading', 'received', 'reading', 'asking', 'ready', 'committing', 'rolling_back'].includes(status), done: ({ status }) => ['committed', 'rolled_back', 'refused', 'failed', 'cancelled'].includes(status) };
const FILTER_WORDS = { all: 'All', open: 'Not finished', done: 'Finished' };

/** Layer and version -> how often the layers were asked for because of it. */
const asked = new Map();
const MOST_TRIES = 4;

let imports = [];
let filter = 'all';
let qualities = new Map();
let form;

async function start() {
  form = startForm(staff);
  drawLayers();
  await Promise.allSettled([readImports(), readQuality()]);
  staff.state('ready');
  setTimeout(again, 3000);
}

async function again() {
  const busy = imports.some(({ status }) => WORKING.has(status) || status === 'uploading');
  await readImports().catch((failure) => console.warn(failure));
  setTimeout(again, busy ? 2000 : 8000);
}

async function readImports() {
  ({ imports } = await getJson(urls.imports({ limit: 100 })));
  drawImports();
  await freshLayers();
  drawLayers();
}

/** A commit or rollback makes a version, maybe a layer: then the layers are asked for again. */
async function freshLayers() {
  const known = new Map(config.layers.map((one) => [one.id, one]));
  const newest = new Map();
  for (const one of imports) {
    const version = one.rollback_version ?? one.version_after;
    if (version) newest.set(one.layer, Math.max(version, newest.get(one.layer) ?? 0));
  }
  if (![...newest].filter(([id, version]) => lacks(known.get(id), id, version)).length) return;
  const { layers } = await getJson(config.layers_url);
  const keeps = config.layers.some((one) => one.imports && !one.staff);
  config.layers = layers.filter(({ tiles, id }) => tiles || known.has(id)).map((one) => ({ ...one, imports: known.get(one.id)?.imports ?? (one.editable && keeps) }));
  qualities.clear();
  readQuality();
}

/** Whether the page lacks a version that somebody made; one that holds from a later day is asked for a few times only. */
function lacks(layer, id, version) {
  if (layer && layer.version >= version) return false;
  const tries = asked.get(`${id} ${version}`) ?? 0;
  asked.set(`${id} ${version}`, tries + 1);
  return tries < MOST_TRIES;
}

async function readQuality() {
  try {
    const { layers } = await getJson(urls.quality());
    qualities = new Map(layers.map((one) => [one.layer, one]));
    drawLayers();
  } catch (failure) {
    byId('layers-sum').textContent = failureText(failure, say);
  }
}

function lastImport(layer) {
  return imports.find((one) => one.layer === layer && ['committed', 'rolled_back'].includes(one.status));
}

function drawLayers() {
  const groups = Map.groupBy ? Map.groupBy(config.layers, ({ group }) => group) : config.layers.reduce((all, one) => all.set(one.group, [...(all.get(one.group) ?? []), one]), new Map());
  const head = ['Layer', 'Rows', 'Version', 'In force since', 'Filled', 'Faults', 'Last import', ''];
  const body = [...groups].flatMap(([group, layers]) => [
    el('tr', { class: 'group-row' }, el('th', { colspan: head.length, scope: 'colgroup' }, say(GROUPS[group] ?? 'Other'))),
    ...layers.map(layerRow),
  ]);
  byId('layers').replaceChildren(el('table', { class: 'grid-table' },
    el('thead', {}, el('tr', {}, ...head.map((words, at) => el('th', { scope: 'col', class: [1, 2, 4, 5].includes(at) ? 'num' : null }, words ? say(words) : el('span', { class: 'visually-hidden' }, say('Deeds')))))),
    el('tbody', {}, ...body)));
  byId('layers-sum').textContent = say('{count} layers, {rows} rows in force', { count: config.layers.length, rows: grouped(config.layers.reduce((sum, { count }) => sum + (count ?? 0), 0), 0) });
}

function layerRow(layer) {
  const quality = qualities.get(layer.id);
  const last = lastImport(layer.id);
  const faults = quality?.faults ?? null;
  return el('tr', { 'data-layer': layer.id },
    el('th', { scope: 'row' }, el('a', { class: 'row-link', href: urls.layerPage(layer.id) }, title(layer)), el('span', { class: 'least', lang: isChinese(language) ? 'en' : 'zh-Hans' }, isChinese(language) ? layer.title_en : layer.title_zh)),
    el('td', { class: 'num' }, grouped(layer.count ?? 0, 0)),
    el('td', { class: 'num' }, layer.version ? `v${layer.version}` : '—'),
    el('td', {}, dayOf(quality?.age.effective) || '—'),
    el('td', { class: 'num' }, quality?.filled === null || quality === undefined ? '—' : share(quality.filled)),
    el('td', { class: `num${faults ? ' is-warn' : ''}` }, faults === null ? '—' : grouped(faults, 0)),
    el('td', {}, last ? el('a', { href: urls.page(last.id) }, `${dayOf(last.committed_at ?? last.updated_at)}\u3000${inShort(last.diff)}`) : el('span', { class: 'least' }, quality?.age.published_at ? say('loaded with the profile') : '—')),
    el('td', { class: 'deed' }, layer.imports
      ? el('button', { class: 'button button-small', type: 'button', 'aria-label': say('Import into {layer}', { layer: title(layer) }), onclick: () => form.choose(layer.id) }, say('Import'))
      : el('span', { class: 'least' }, layer.editable ? el('span', { class: 'locked' }, icon('lock', files), say('no right')) : say('derived'))));
}

/** A share as whole percent, rounded down: 99.96 % is not all. */
function share(part) {
  return `${Math.floor(part * 1000) / 10} %`;
}

function drawImports() {
  byId('imports-filter').replaceChildren(...Object.keys(FILTERS).map((name) => el('button', {
    class: 'chip', type: 'button', 'aria-pressed': String(filter === name), onclick: () => { filter = name; drawImports(); byId('imports-filter').querySelector('[aria-pressed=true]').focus(); },
  }, `${say(FILTER_WORDS[name])} ${imports.filter(FILTERS[name]).length}`)));
  const shown = imports.filter(FILTERS[filter]);
  if (!shown.length) return byId('imports').replaceChildren(el('p', { class: 'empty' }, say('No import here. Drop a file above to begin one.')));
  return byId('imports').replaceChildren(el('ul', { class: 'import-list' }, ...shown.map(importRow)));
}

function importRow(one) {
  const tone = toneOf(one.status);
  const progress = one.status === 'uploading' ? one.file.received / one.file.bytes : shareOf(one.progress);
  const now = new Date();
  return el('li', { 'data-import': one.id, 'data-status': one.status },
    el('a', { href: urls.page(one.id), class: 'import-row' },
      el('span', { class: 'import-line' }, el('b', {}, title(one)), one.makes_layer && el('span', { class: 'tag' }, say('new layer')), el('span', { class: `state state-${tone}` }, say(STATUS_WORDS[one.status]))),
      el('span', { class: 'import-line quiet' }, el('span', { class: 'cut' }, one.file.name), el('span', {}, one.diff ? inShort(one.diff) || say('nothing changes') : bytes(one.file.bytes))),
      (tone === 'work' || one.status === 'uploading') && el('progress', { class: 'progress', max: 1, ...(progress === null ? {} : { value: progress }), 'aria-label': say(STATUS_WORDS[one.status]) }),
      el('span', { class: 'import-line least' }, el('span', {}, title({ title_zh: one.by?.name ?? '', title_en: one.by?.name_en ?? '' })), el('time', { datetime: one.updated_at, title: dayAndTime(one.updated_at) }, since(one.updated_at, now, say)))));
}

start();
