/* The stage of the wall's map: `wall` is the map, `feed(…)` makes cases and teams in it, `facts` holds what it said. */
import { createWallMap } from '/static/gis/js/wall/map/map.js';
import { speaker } from '/static/gis/js/words.js';

const config = JSON.parse(document.getElementById('wall-config').textContent);
const { style } = document.documentElement;
const container = document.getElementById('map');
style.setProperty('height', '100%');
Object.assign(document.body.style, { height: '100vh', overflow: 'hidden' });
Object.assign(container.style, { position: 'absolute', inset: '0' });

window.facts = { pick: [], touched: 0, moved: 0, idle: 0, lost: 0, restored: 0, scale: null };
window.wall = createWallMap({
  container, workerUrl: config.vendor.worker, language: config.language, theme: document.documentElement.dataset.theme, config,
  say: speaker(config.language), still: matchMedia('(prefers-reduced-motion: reduce)').matches, now: () => window.clock ?? Date.now(),
});
wall.on('pick', (pick) => facts.pick.push(pick));
wall.on('scale', (scale) => { facts.scale = scale; });
for (const event of ['touched', 'moved', 'idle', 'lost', 'restored']) wall.on(event, () => { facts[event] += 1; });

const grids = config.areas.filter(({ level }) => level === 'grid');

/** The same numbers for the same seed. */
function dice(seed) {
  let state = seed;
  return () => { state = (Math.imul(state, 1664525) + 1013904223) >>> 0; return state / 2 ** 32; };
}

const NAMES = ['路灯不亮', '小巷垃圾未清', '窨井盖松动', '楼上漏水争执', '独居老人走访', '电动车飞线充电', '占道经营', '广场舞噪声'];
const EN = ['Street lamp out', 'Rubbish in lane', 'Loose manhole', 'Leak dispute', 'Home visit', 'Cable charging', 'Stall on road', 'Loud music'];

function within(grid, roll) {
  const [w, s, e, n] = grid.bbox;
  return [w + (0.25 + roll() / 2) * (e - w), s + (0.25 + roll() / 2) * (n - s)];
}

/** Puts so many cases and teams on the map. Severities by share, or all of one. */
window.feed = ({ cases = 190, units = 78, seed = 7, severity = 0, step = 0, critical = 1 } = {}) => {
  const roll = dice(seed);
  const now = window.clock ?? Date.now();
  const incidents = new Map(Array.from({ length: cases }, (_, at) => {
    const grid = grids[Math.floor(roll() ** 1.4 * grids.length)];
    const share = roll();
    const level = severity || (at < critical ? 1 : share < 0.08 ? 2 : share < 0.5 ? 3 : 4);
    const name = Math.floor(roll() * NAMES.length);
    return [`case-${at}`, {
      id: `case-${at}`, geometry: { type: 'Point', coordinates: within(grid, roll) },
      properties: {
        version: 1, category: 'ABCD'[Math.floor(roll() * 4)], severity: level, state: level === 1 ? 'reported' : 'accepted', name: NAMES[name], name_en: EN[name], grid: grid.code, community: grid.code.slice(0, 12),
        reported_at: new Date(now - roll() * 3 * 86_400_000).toISOString(), due: new Date(now + (roll() - 0.1) * 5 * 3_600_000).toISOString(),
      },
    }];
  }));
  const teams = new Map(Array.from({ length: units }, (_, at) => {
    const grid = grids[at % grids.length];
    const [lon, lat] = within(grid, roll);
    const turn = roll() * 2 * Math.PI;
    return [`unit-${at}`, {
      id: `unit-${at}`, geometry: { type: 'Point', coordinates: [lon + Math.sin(turn) * 0.0006 * step, lat + Math.cos(turn) * 0.0005 * step] },
      properties: { version: 1, kind: 'team', status: 'on_duty', stale: at % 17 === 5, at: new Date(now - 300_000 * (at % 17 === 5)).toISOString(), name: `${grid.name.slice(0, 2)}社区第${at % 9 + 1}网格队`, name_en: `Grid ${at + 1} team`, speed_mps: 1.2, bearing_deg: (turn * 180) / Math.PI },
    }];
  }));
  window.live = { incidents, units: teams, cameras: window.cameras ?? new Map() };
  wall.setLive(window.live);
};

/** Open cases by grid, as the page of the wall counts them. */
window.load = () => {
  const values = new Map(grids.map(({ code }) => [code, 0]));
  for (const { properties } of live.incidents.values()) values.set(properties.grid, values.get(properties.grid) + 1);
  return values;
};
window.scene = (changes) => ({
  id: 'district', title_zh: '全区', title_en: 'District', kind: 'district', area: config.district.code, camera: null, three_d: false,
  layers: ['subdistricts', 'communities', 'grids', 'places', 'cameras', 'units', 'incidents'], choropleth: 'none', heat: 'none', duration_s: 30, ...changes,
});
window.district = config;
window.stage = 'ready';
