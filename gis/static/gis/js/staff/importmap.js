/** What the map of an import shows, and where it looks: changes, questions, broken pairs, the row that is chosen. */

import { boundsOf } from '../bounds.js';
import { nothing } from '../cartography/style.js';
import { byId } from '../dom.js';
import { grouped } from '../numbers.js';
import { gist } from './changes.js';
import { failureText, getJson, speak } from './page.js';
import { boxesOf, questionsOf } from './questions.js';
import { boxAround, boxShapes, offenceShapes, ringRound } from './shapes.js';
import { sheetMap } from './sheetmap.js';

/**
 * @param {{staff: object, state: object, picked: Map<string, string>, fields: () => Map<string, object>, one: () => object, page: () => object|null,
 *   trouble: (text: string) => void, pickedOnMap: (ordinals: number[]) => void}} given `one`: the import; `page`: the changes that are listed
 */
export function importMap({ staff, state, picked, fields, one, page, trouble, pickedOnMap }) {
  const { say, language, urls, config } = staff;
  const told = byId('page').dataset;
  let map = null;
  let drawn = '';
  let capped = false;
  let flown = false;

  const kind = () => (state.tab === 'changes' ? state.kind : '');

  async function open() {
    try {
      map = await sheetMap({ staff, layer: one().layer, side: state.side, picked: pickedOnMap, moved: moreShapes });
      drawn = '';
      draw();
    } catch (failure) {
      console.warn(failure);
      trouble(say('This browser cannot draw the map: WebGL 2 is missing or switched off. The lists still work.'));
    }
  }

  async function draw() {
    if (!map || drawn) return;
    const wanted = drawn = `${one().version} ${kind()} ${Math.random()}`;
    candidates(false);
    map.setOffences(offenceShapes(one().offences ?? [], (item) => (item.area_m2 ? `${grouped(item.area_m2, 1)} m²` : '')));
    if (!one().diff || kind() === 'unchanged') { capped = false; map.setChanges({ ...nothing() }, one().status === 'committed'); return; }
    try {
      const shapes = await getJson(urls.shapes(one().id, { kind: kind() }));
      if (drawn !== wanted) return;
      ({ capped } = shapes);
      show(shapes);
      if (shapes.bounds && !flown && state.change === null) map.fly(shapes.bounds, 16);
      flown = true;
    } catch (failure) {
      drawn = '';
      trouble(failureText(failure, say));
    }
  }

  function show(shapes) {
    map.setChanges(shapes, one().status === 'committed');
    told.shapes = String(shapes.features.length);
  }

  /** Too many shapes to send at once: those in sight. */
  async function moreShapes() {
    if (!capped || !one().diff) return;
    const wanted = drawn;
    try {
      const shapes = await getJson(urls.shapes(one().id, { kind: kind(), bbox: map.box().map((side) => side.toFixed(6)).join(',') }));
      if (drawn === wanted) show(shapes);
    } catch (failure) {
      console.warn(failure);
    }
  }

  /** The boxes that a question offers. @param {boolean} fly look at the chosen one and the district together */
  function candidates(fly) {
    if (!map) return;
    const boxes = ['asking', 'refused'].includes(one().status) ? boxesOf(questionsOf(one().report, language), picked) : [];
    map.setCandidates(boxShapes(boxes));
    told.candidates = String(boxes.length);
    const on = boxes.find((box) => box.on);
    const corners = ([w, s, e, n]) => [[w, s], [e, n]];
    if (on && fly) map.fly(boundsOf({ type: 'MultiPoint', coordinates: [...corners(on.bounds), ...corners(config.home.bbox)] }), 16);
  }

  function focus(box, label) {
    map.focus(ringRound(box, label));
    map.fly(box);
  }

  return {
    open, draw, candidates,
    /** What is drawn is of another state: it is drawn anew at the next `draw`. */
    stale() { drawn = ''; },
    redraw: () => map?.redraw(),
    home: () => map?.home(),
    renew: () => map?.renew(),
    side: (side) => map?.setSide(side),
    clear: () => map?.focus(nothing()),
    /** Looks at the change that is chosen in the list. */
    focusChange() {
      const change = page()?.changes.find(({ ordinal }) => ordinal === state.change);
      if (!map) return;
      if (change?.bbox) focus(change.bbox, change.name || '');
      else map.focus(nothing());
    },
    /** Looks at the rows of a finding: those that change something. */
    async locate(finding) {
      if (!map) return;
      try {
        const { changes } = await getJson(urls.changes(one().id, { rows: finding.rows.slice(0, 200).join(',') }));
        const box = boxAround(changes);
        if (!box) { map.focus(nothing()); speak(say('These rows change nothing on the map.')); return; }
        const words = gist(changes[0], fields(), { say, language });
        focus(box, changes.length > 1 ? `${say('{count} rows', { count: changes.length })}\u3000${words}` : changes[0].name);
      } catch (failure) {
        trouble(failureText(failure, say));
      }
    },
    /** Looks at a pair that breaks the topology. */
    offence(at) {
      const box = boundsOf(one().offences[at]?.geometry);
      if (map && box) map.fly(box, 19);
    },
  };
}
