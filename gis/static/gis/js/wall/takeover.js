/** A critical case that nobody has taken in hand: what, where, since when, and what is near. Only what is known. */

import { el } from '../dom.js';
import { metres } from '../numbers.js';
import { nameOf } from '../words.js';
import { caseMark, drawSpan, redraw, setAttr, setText, unitMark } from './parts.js';
import { categoryWord, severityWord, stateWord, teamName, timeOf } from './rows.js';
import { spanText } from './span.js';
import { reportedAt } from './worst.js';

const TEAMS = 4;
const CAMERAS = 3;
const REASONS = { own_grid: 'of this grid', nearest: '', stale_not_recommended: 'stale, avoid' };

function nearTeam(unit, gone, { say, language }) {
  const age = unit.age_s * 1000 + gone;
  const reason = REASONS[unit.reason] ? say(REASONS[unit.reason]) : '';
  return el('li', { class: 'near-row', 'data-stale': unit.stale }, unitMark(unit.stale ? 'stale' : 'standing'), el('b', {}, teamName(unit, language)), el('span', { class: 'near-more' }, reason),
    el('span', {}, metres(unit.distance_m)), el('span', { class: 'near-age', 'data-at': unit.at }, say('fix {ago} ago', { ago: spanText(age, say) })));
}

function nearCamera(camera, { say, language }) {
  return el('li', { class: 'near-row' }, el('i', { class: 'near-dot', 'aria-hidden': 'true' }), el('b', {}, nameOf(camera, language)), el('span', { class: 'near-more' }, camera.sees ? say('in its sector') : say('faces away')),
    el('span', {}, metres(camera.distance_m)), el('span', { class: 'near-age' }, say(camera.status === 'online' ? 'online' : 'not online')));
}

/** @param {object} ctx of the wall */
export function takeoverView(ctx) {
  const { say, store, language, areas } = ctx;
  const parts = Object.fromEntries(['mark', 'kind', 'number', 'what', 'where', 'more', 'since'].map((name) => [name, el('span', { class: `take-${name}` })]));
  const what = el('h2', { class: 'take-what' });
  const at = el('span', {});
  const state = el('span', { class: 'take-state' });
  const teams = el('ul', { class: 'near' });
  const teamsNote = el('span', { class: 'panel-note' });
  const cameras = el('ul', { class: 'near' });
  const camerasNote = el('span', { class: 'panel-note' });
  const centre = el('p', { class: 'near-centre' });
  const node = el('section', { class: 'takeover', 'aria-label': say('Critical case without answer'), hidden: true },
    el('div', { class: 'take-block' }, el('div', { class: 'take-line' }, parts.mark, parts.kind, parts.number), what, parts.where),
    el('div', { class: 'take-clock' }, parts.since, el('div', { class: 'take-facts' }, at, state)),
    el('div', { class: 'take-near' }, el('header', { class: 'panel-head' }, el('h3', {}, say('Teams near')), teamsNote), teams),
    el('div', { class: 'take-near' }, el('header', { class: 'panel-head' }, el('h3', {}, say('Cameras')), camerasNote), cameras, centre));
  let shown = null;
  let near = null;

  function drawNear() {
    const gone = near ? Math.max(0, store.since(near.at)) : 0;
    const key = near ? `${shown.id}:${near.at}:${Math.floor(gone / 1000)}` : `${shown.id}:none`;
    redraw(teams, key, () => (near && !near.units.length ? [el('li', { class: 'near-none' }, say('No team on duty is near.'))] : (near?.units ?? []).slice(0, TEAMS).map((unit) => nearTeam(unit, gone, ctx))));
    const seeing = (near?.cameras ?? []).filter(({ sees }) => sees);
    redraw(cameras, near ? `${shown.id}:${near.at}` : key, () => (seeing.length ? seeing : near?.cameras ?? []).slice(0, CAMERAS).map((camera) => nearCamera(camera, ctx)));
    setText(teamsNote, near ? say('straight line; {count} on duty near', { count: near.units.length }) : say('awaited'));
    setText(camerasNote, near ? say('{count} see it, obstacles not judged', { count: seeing.length }) : say('awaited'));
    const place = near?.service_center;
    setText(centre, place ? `${say('Service centre')}\u3000${nameOf(place, language)}\u3000${metres(place.distance_m)}` : '');
  }

  return {
    node,
    /** Shows a case, or nothing. @param {object|null} feature @param {object|null} answer of /api/near */
    show(feature, answer) {
      shown = feature;
      near = feature ? answer : null;
      setAttr(node, 'hidden', !feature);
      if (feature) this.draw();
    },
    get id() { return shown ? String(shown.id) : ''; },
    draw() {
      if (!shown) return;
      const { properties } = shown;
      redraw(parts.mark, String(properties.category), () => [caseMark(properties.category, 1)]);
      setText(parts.kind, `${severityWord(1, say)}\u3000${categoryWord(properties.category, say)}`);
      setText(parts.number, properties.number ?? '');
      setText(what, nameOf(properties, language));
      setText(parts.where, areas.place(properties));
      const reported = reportedAt(shown);
      drawSpan(parts.since, store.since(reported), say, { fine: true });
      setText(at, say('since {time}', { time: timeOf(reported, store.now(), language) }));
      setText(state, `${stateWord(properties.state, say)}\u3000${say('nobody has accepted it')}`);
      drawNear();
    },
  };
}
