/** The page of one import: reads it, draws its parts, keeps the place in the address, looks again while a process works. */

import { byId, el } from '../dom.js';
import { keys } from '../keys.js';
import { grouped } from '../numbers.js';
import { drawBar, drawFoot, drawKinds, drawLegend } from './bar.js';
import { KINDS } from './changes.js';
import { changesView } from './changesview.js';
import { deedsView } from './deeds.js';
import { fieldsView } from './fieldsview.js';
import { forAnswer } from './fields.js';
import { findingsView } from './findingsview.js';
import { confirmed, failureText, getJson, openStaff, postJson, speak } from './page.js';
import { importMap } from './importmap.js';
import { format, parse } from './place.js';
import { rightView } from './rightview.js';
import { STATUS_WORDS, WORKING, lookAgainMs, shareOf } from './steps.js';
import { uploading } from './uploading.js';

const staff = openStaff({ changed: () => sheet?.redraw() });
const { config, language, say, urls } = staff;
const state = parse(location.hash);
const picked = new Map();
const pane = byId('findings');
const head = byId('pane-head');
const TABS = { findings: 'Findings', changes: 'Changes', fields: 'Fields' };

let one = null;
let history = null;
let page = null;
let timer = 0;
let asked = 0;

const described = () => config.layers.find(({ id }) => id === one?.layer)?.fields ?? one?.description?.fields ?? (one?.columns ?? []).map(({ name, type }) => ({ name, type, title_zh: name, title_en: name, unit: '', values: {} }));
const fieldMap = () => new Map(described().map((field) => [field.name, field]));
const views = {
  findings: findingsView({ staff, pane, head, select: selectFinding, weight: (weight) => go({ weight, finding: -1 }), locate: (finding) => sheet.locate(finding) }),
  changes: changesView({ staff, pane, head, fields: fieldMap, select: selectChange, filter: (change) => filter(change) }),
  fields: fieldsView({ staff, pane, head, described, apply: (mapping) => answer({ mapping: forAnswer(mapping) }) }),
  right: rightView({ staff, pane: byId('right'), picked, pick, answer, offence: (at) => sheet.offence(at), fields: () => { go({ tab: 'fields' }); byId('tab-fields').focus(); } }),
  deeds: deedsView({ staff, changed: () => look(), failed }),
};
const sheet = importMap({ staff, state, picked, fields: fieldMap, one: () => one, page: () => page, trouble, pickedOnMap });
const upload = uploading({ staff, arrived: () => look() });

start();

async function start() {
  try {
    one = await getJson(urls.one(config.import_id));
  } catch (failure) {
    trouble(failureText(failure, say), () => location.reload());
    staff.state('error');
    return;
  }
  draw();
  wireKeys();
  staff.state('ready');
  readHistory();
  sheet.open();
  next();
}

/** Reads the import again now. */
async function look() {
  clearTimeout(timer);
  try {
    const before = one;
    one = await getJson(urls.one(config.import_id));
    byId('status').hidden = true;
    if (before.version !== one.version) {
      asked = 0;
      if (before.status !== one.status) {
        speak(say(STATUS_WORDS[one.status]));
        readHistory();
        if (['committed', 'rolled_back'].includes(one.status)) sheet.renew();
      }
      picked.clear();
      sheet.stale();
      page = null;
      draw();
    } else drawProgress();
  } catch (failure) {
    trouble(failureText(failure, say));
  }
  next();
}

function next() {
  clearTimeout(timer);
  if (one.status === 'uploading') upload.go(one);
  asked += 1;
  timer = setTimeout(look, lookAgainMs(one.status, asked));
}

async function readHistory() {
  try {
    history = one.makes_layer && !one.version_after ? [] : (await getJson(urls.history(one.layer))).versions;
  } catch (failure) {
    history = null;
  }
  views.right.draw(one, history);
}

function draw() {
  if (!one.diff && state.tab === 'changes') state.tab = 'findings';
  drawBar(staff, one);
  drawKinds(staff, one, state.tab === 'changes' ? state.kind : '', (kind) => go({ tab: 'changes', kind: state.tab === 'changes' && state.kind === kind ? '' : kind, page: 1, change: null }));
  drawLegend(staff, one);
  drawFoot(staff, one);
  drawTabs();
  drawPane();
  views.right.draw(one, history);
  views.deeds.draw(one);
  drawProgress();
  drawSides();
  sheet.draw();
  byId('page').dataset.status = one.status;
  byId('page').dataset.version = String(one.version);
}

/** The state that changes without a new version: how far the work is. */
function drawProgress() {
  const cover = byId('cover');
  if (one.status === 'uploading') return;
  cover.hidden = !WORKING.has(one.status);
  if (cover.hidden) { cover.replaceChildren(); return; }
  const part = shareOf(one.progress);
  const step = one.progress?.step ? say(`step ${one.progress.step}`) : '';
  cover.replaceChildren(el('b', {}, say(STATUS_WORDS[one.status])), el('progress', { class: 'progress', max: 1, ...(part === null ? {} : { value: part }), 'aria-label': say(STATUS_WORDS[one.status]) }),
    el('p', {}, [step.startsWith('step ') ? '' : step, one.progress?.total ? `${grouped(one.progress.done, 0)} / ${grouped(one.progress.total, 0)}` : ''].filter(Boolean).join('\u3000')), el('p', { class: 'least' }, say('You may leave this page: the work goes on and is found here again.')));
}

function drawTabs() {
  const counts = { findings: one.report?.findings?.length ?? 0, changes: one.diff ? KINDS.slice(0, 5).reduce((sum, { id }) => sum + (one.diff[id] ?? 0), 0) : '', fields: one.mapping?.fields?.length ?? '' };
  const names = Object.keys(TABS);
  const open = (name) => go({ tab: name });
  byId('tabs').replaceChildren(...names.map((name, at) => el('button', {
    class: 'tab', role: 'tab', type: 'button', id: `tab-${name}`, 'aria-selected': String(state.tab === name), 'aria-controls': 'findings', tabindex: state.tab === name ? null : '-1', disabled: name === 'changes' && !one.diff,
    onclick: () => open(name),
    onkeydown: (event) => {
      const step = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
      if (!step) return;
      const other = names[(at + step + names.length) % names.length];
      open(other);
      byId(`tab-${other}`).focus();
    },
  }, say(TABS[name]), ' ', el('span', {}, counts === '' ? '' : grouped(Number(counts[name] || 0), 0)))));
  pane.setAttribute('aria-labelledby', `tab-${state.tab}`);
}

function drawPane() {
  head.dataset.for = head.dataset.for === 'changes' && state.tab === 'changes' ? 'changes' : '';
  if (state.tab === 'findings') views.findings.draw(one.report, { ...state, answered: !['asking', 'refused'].includes(one.status) });
  else if (state.tab === 'fields') views.fields.draw(one);
  else {
    views.changes.controls(state, one.fields_changed);
    views.changes.draw(page, state);
    if (!page) readChanges();
  }
}

async function readChanges() {
  if (state.kind === 'unchanged') { page = { changes: [], page: 1, pages: 1, total: 0 }; views.changes.draw(page, state); return; }
  const asking = `${state.kind} ${state.field} ${state.text} ${state.page}`;
  readChanges.now = asking;
  try {
    const found = await getJson(urls.changes(one.id, { kind: state.kind, field: state.field, q: state.text, page: state.page, size: 100 }));
    if (readChanges.now !== asking) return;
    page = found;
    views.changes.draw(page, state);
    if (state.change !== null) sheet.focusChange();
  } catch (failure) {
    trouble(failureText(failure, say));
  }
}

/** Another place on the page: drawn, and kept in the address. */
function go(change) {
  const before = { ...state };
  Object.assign(state, change);
  if (['kind', 'field', 'text', 'page'].some((name) => before[name] !== state[name])) page = null;
  window.history.replaceState(null, '', format(state));
  if (before.kind !== state.kind || before.tab !== state.tab) sheet.stale();
  drawKinds(staff, one, state.tab === 'changes' ? state.kind : '', (kind) => go({ tab: 'changes', kind: state.tab === 'changes' && state.kind === kind ? '' : kind, page: 1, change: null }));
  drawTabs();
  drawPane();
  sheet.draw();
}

function filter(change) {
  go({ change: null, ...change });
}

function selectFinding(at) {
  go({ finding: at });
  const finding = views.findings.shown(one.report, state)[at];
  keepInSight('[aria-current=true]');
  if (finding?.rows.length) sheet.locate(finding);
  else sheet.clear();
}

function selectChange(ordinal) {
  go({ change: ordinal });
  keepInSight('[aria-current=true]');
  sheet.focusChange();
}

function keepInSight(selector) {
  pane.querySelector(selector)?.scrollIntoView({ block: 'nearest' });
}

/** A choice of a question: drawn on the map before it is given. @param {boolean} typing keep the field as it is */
function pick(typing) {
  sheet.candidates(!typing);
  if (!typing) views.right.draw(one, history);
  else byId('right').querySelectorAll('[data-answer]').forEach((button) => { button.disabled = !picked.get(button.dataset.answer); });
}

function pickedOnMap(ordinals) {
  if (!ordinals.length) { sheet.clear(); return; }
  const [ordinal] = ordinals;
  go({ tab: 'changes', change: ordinal, field: '', text: '', page: Math.floor(ordinal / 100) + 1, kind: '' });
}

function drawSides() {
  const sides = { '': 'Compared', before: 'Before', after: 'After' };
  byId('sides').replaceChildren(...Object.entries(sides).map(([side, words]) => el('button', { class: 'chip', type: 'button', 'data-side': side || 'both', 'aria-pressed': String(state.side === side), onclick: () => turn(side) }, say(words))));
  byId('sides').hidden = !one.diff;
}

function turn(side) {
  state.side = side;
  window.history.replaceState(null, '', format(state));
  drawSides();
  byId('sides').querySelector(`[data-side=${side || 'both'}]`).focus({ preventScroll: true });
  sheet.side(side);
}

async function answer(answers) {
  if (!answers) return;
  try {
    await postJson(urls.act(one.id, 'answer'), { version: one.version, answers });
    speak(say('Answered'));
  } catch (failure) {
    failed(failureText(failure, say));
  }
  look();
}

function failed(text, again = false) {
  trouble(text);
  if (again) look().then(() => trouble(text));
}

function trouble(text, retry) {
  const node = byId('status');
  node.replaceChildren(el('span', {}, text), el('button', { class: 'link', type: 'button', onclick: retry ?? (() => { node.hidden = true; }) }, say(retry ? 'Try again' : 'Close')));
  node.hidden = false;
}

function step(by) {
  const rows = [...pane.querySelectorAll(state.tab === 'changes' ? 'tr.change' : 'tr.finding')];
  if (!rows.length) return;
  const at = rows.findIndex((row) => row.getAttribute('aria-current') === 'true');
  const row = rows[Math.min(rows.length - 1, Math.max(0, at < 0 ? 0 : at + by))];
  if (state.tab === 'changes') selectChange(Number(row.dataset.ordinal));
  else selectFinding(Number(row.dataset.at));
}

function wireKeys() {
  const sides = ['', 'before', 'after'];
  keys({
    j: () => step(1), k: () => step(-1), h: () => sheet.home(), l: () => staff.theme.flip(),
    ' ': () => { if (one.diff && !document.activeElement?.matches('button, a, summary, label')) turn(sides[(sides.indexOf(state.side) + 1) % 3]); },
    ...Object.fromEntries(KINDS.map(({ id }, at) => [String(at + 1), () => { if (one.diff) go({ tab: 'changes', kind: state.kind === id && state.tab === 'changes' ? '' : id, page: 1, change: null }); }])),
    Escape: () => { sheet.clear(); go({ finding: -1, change: null }); },
    '?': () => confirmed({ title: say('Keys'), lines: [keyList()], yes: say('Close'), no: say('Back') }),
  });
}

function keyList() {
  const all = [['J', 'next line'], ['K', 'line before'], ['Space', 'both states, before, after'], ['1–6', 'changes of one kind'], ['H', 'Whole district'], ['L', 'Dark or light'], ['Esc', 'nothing chosen']];
  return el('dl', { class: 'rows' }, ...all.flatMap(([key, words]) => [el('dt', {}, el('kbd', {}, key)), el('dd', {}, say(words))]));
}
