/** What is near a place, as the card tells it: teams with the age of their position and why they stand where they do, cameras and whether they look there, the service centre. */

import { el } from '../dom.js';
import { metres } from '../numbers.js';
import { isChinese, nameOf } from '../words.js';
import { unitMark } from './parts.js';
import { spanText } from './span.js';

const REASONS = { own_grid: 'team of this grid', nearest: 'by distance' };

/** Why a team stands where it does in the list. Pure. @param {{reason: string, age_s: number}} unit */
export function reasonOf(unit, say) {
  if (unit.reason === 'stale_not_recommended') return say('not recommended: {why}', { why: say('no position for {ago}', { ago: spanText(unit.age_s * 1000, say) }) });
  return REASONS[unit.reason] ? say(REASONS[unit.reason]) : '';
}

function row(sign, name, why, far, more, act, stale = false) {
  return el('li', { class: 'near-row', 'data-stale': String(stale) }, sign, el('button', { class: 'card-link', type: 'button', onclick: act }, name),
    el('span', { class: 'near-far' }, metres(far)), el('span', { class: 'near-why' }, why), el('span', { class: 'near-age' }, more));
}

/** @param {object} ctx of the wall @param {object} answer of /api/near @param {{section: Function, go: Function, without: {layer: string, id: string}}} how */
export function nearParts({ say, language }, answer, { section, go, without }) {
  const others = (layer, list) => list.filter(({ id }) => layer !== without.layer || id !== without.id);
  const dot = (status) => el('i', { class: 'near-dot', 'data-status': status, 'aria-hidden': 'true' });
  const units = others('units', answer.units).map((unit) => row(unitMark(unit.stale ? 'stale' : 'standing'), nameOf(unit, language), reasonOf(unit, say), unit.distance_m,
    unit.stale ? '' : unit.age_s < 1 ? say('position just now') : say('position {ago}', { ago: say('{ago} ago', { ago: spanText(unit.age_s * 1000, say) }) }), () => go('units', unit.id), unit.stale));
  const cameras = others('cameras', answer.cameras).map((camera) => row(dot(camera.status), nameOf(camera, language), say(camera.sees ? 'sees it' : 'does not look here'), camera.distance_m,
    say({ online: 'online', offline: 'offline', fault: 'fault' }[camera.status] ?? 'unknown state'), () => go('cameras', camera.id), camera.status !== 'online'));
  const centre = answer.service_center;
  return [
    units.length > 0 && section(say('Units nearby'), el('ul', { class: 'card-list' }, ...units)),
    cameras.length > 0 && section(say('Cameras nearby'), el('ul', { class: 'card-list' }, ...cameras)),
    centre && centre.id !== without.id && section(say('Service centre'), el('ul', { class: 'card-list' },
      row(dot('place'), nameOf(centre, language), '', centre.distance_m, centre.hours ? say('Open {hours}', { hours: centre.hours }) : '', () => go('places', centre.id)))),
    el('p', { class: 'card-note' }, (isChinese(language) ? answer.note_zh : answer.note_en) ?? say('Straight-line distances')),
  ].filter(Boolean);
}
