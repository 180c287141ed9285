/** The map of an import: the district as it is, and over it what would come, go and move. */

import { addresses } from '../api.js';
import { widened } from '../bounds.js';
import { brush } from '../cartography/brush.js';
import { withDiff } from '../cartography/diff.js';
import { buildStyle, nothing } from '../cartography/style.js';
import { byId } from '../dom.js';
import { drawSymbol } from '../images.js';
import { createMap } from '../map.js';
import { openMaterial } from '../material.js';
import { dimOutside } from '../overlays.js';
import { statusLine } from '../status.js';
import { tools } from '../tools.js';
import { watch } from '../watch.js';
import { idsWith, marksOf } from './shapes.js';

/** What would crowd a sheet on which changes are read. */
const QUIET = ['unit_grids', 'cameras', 'camera_views', 'places', 'incidents', 'units'];
const SIGNS = { 'diff-added': ['plus', 'm-halo', 'add'], 'diff-removed': ['cross', 'del', 'm-halo'], 'diff-moved': ['move', 'move', 'm-halo'] };

/**
 * @param {{staff: object, layer: string, side: ''|'before'|'after', picked: (ordinals: number[]) => void, moved: () => void}} given
 *   `picked`: changes under a click; `moved`: the view rests
 */
export async function sheetMap({ staff, layer, side: shown, picked, moved }) {
  const { config, language, say, files } = staff;
  const page = byId('page').dataset;
  const still = () => matchMedia('(prefers-reduced-motion: reduce)').matches;
  const sheet = await openMaterial({ urls: addresses(config), files });
  const look = { layer, side: shown, shapes: nothing(), committed: false };
  const status = statusLine(say);

  function style() {
    const tokens = sheet.tokens();
    const scale = sheet.rem() / 16;
    const ground = buildStyle({
      tokens, language, scale, hidden: QUIET.filter((id) => id !== layer), sourceOf: sheet.sourceOf, sources: { ...sheet.specs }, known: sheet.tiled, own: sheet.own, live: [],
      ...(Object.keys(sheet.fontFaces).length && { fontFaces: sheet.fontFaces }),
    });
    return withDiff(ground, { b: brush({ tokens, scale, language }), layer, side: plainSide(), hidden: hidden() });
  }

  /** The tiles show one state already: before the commit the old one, after it the new one. The other is drawn over them. */
  const tiled = () => (look.committed ? 'after' : 'before');
  const plainSide = () => (look.side && look.side !== tiled() ? look.side : '');
  const hidden = () => (plainSide() ? idsWith(look.shapes, tiled()) : []);

  function image(id) {
    const [name, ink, halo] = SIGNS[id] ?? [];
    if (!name) return sheet.image(id);
    const tokens = sheet.tokens();
    const ratio = Math.max(1, devicePixelRatio) * (sheet.rem() / 16);
    return { data: drawSymbol(sheet.symbols.get(name), { ink: tokens[ink], halo: tokens[halo], ratio }), ratio: devicePixelRatio };
  }

  const map = createMap({
    container: byId('map'), workerUrl: page.worker, style: style(), view: null, bounds: config.home.bbox, limits: null, farthest: 3,
    label: say('Map of the changes. Arrow keys pan, plus and minus zoom; every change stands in the list beside it.'),
    image, tileAddress: sheet.tileAddress, sourceOf: sheet.sourceOf, still,
  });
  const home = () => map.home(config.home.bbox);
  const buttons = tools({ say, files, act: { closer: () => map.zoomBy(1), farther: () => map.zoomBy(-1), tilt: () => {}, north: () => map.northUp(), home } });
  byId('tool-tilt').remove();
  const newTiles = watch({ map, sheet, status, say, now: () => new Date().toTimeString().slice(0, 5), drawn: () => {} });
  map.on('move', () => buttons.draw({ ...map.view(), tilted: false }));
  map.on('moveend', moved);
  map.on('click', ({ point }) => {
    const hits = map.hits(point, ['diff-signs', 'diff-edits', 'diff-dots', 'diff-point', 'diff-fill', 'diff-moved', 'diff-reshaped', 'diff-removed', 'diff-added', 'diff-old']);
    picked([...new Set(hits.map(({ ordinal }) => ordinal))]);
  });
  dimOutside(sheet, map, config.district ?? '411102');

  let loaded = false;
  map.once('load', () => { loaded = true; restyle(); });

  /** The style with all that was put into it; before the first one has loaded it is too early, and it comes then. */
  function restyle() {
    if (!loaded) return;
    map.restyle(style());
    put();
  }

  function put() {
    const bare = look.side === tiled();
    map.setData('diff', bare ? nothing() : look.shapes);
    map.setData('diff-marks', look.side ? nothing() : marksOf(look.shapes));
  }

  return {
    canvas: map.canvas, home, layers: sheet.all, box: () => map.box(),
    /** Draws changes; `committed`: the tiles show the new state already. */
    setChanges(shapes, committed) {
      const turned = committed !== look.committed && look.side;
      Object.assign(look, { shapes, committed });
      if (turned || plainSide()) restyle();
      put();
    },
    setCandidates: (collection) => map.setData('candidates', collection),
    setOffences: (collection) => map.setData('offences', collection),
    focus: (collection) => map.setData('focus', collection),
    select: (feature) => map.setSelection(feature),
    /** Shows both states over each other (nothing), or one alone. @param {''|'before'|'after'} side */
    setSide(side) {
      look.side = side;
      restyle();
    },
    redraw: restyle,
    /** A box in sight with room round it; far ones too. */
    fly: (box, nearest = 17) => map.fly(widened(box, 0.12), nearest),
    renew: newTiles,
  };
}
