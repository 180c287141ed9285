/** The camera of a scene, chosen on the wall's own map: what is seen here is what a wall of 16:9 will show. */

import { ZH, speaker } from '../js/words.js';
import { createWallMap } from '../js/wall/map/map.js';
import { sizes } from '../js/wall/map/picture.js';
import { WALL_ZH } from '../js/wall/words.js';

/** Height of the map of a wall of 1080 lines. */
const LINES = 862;
const DIGITS = { lon: 6, lat: 6, zoom: 2, bearing: 1, pitch: 1 };
const FIELDS = Object.keys(DIGITS);

const root = document.documentElement;
const byId = (id) => document.getElementById(id);
const box = byId('scene-camera');
const config = JSON.parse(byId('scene-map').textContent);
const field = (name) => byId(`id_${name}`);
const language = root.lang.toLowerCase().startsWith('zh') ? 'zh-hans' : 'en';
const say = speaker(language, { ...ZH, ...WALL_ZH });
const picture = byId('scene-picture');

/** Levels between a wall and this smaller picture of the same ground. */
const smaller = () => Math.log2(picture.clientHeight / LINES / sizes(16).scale);

/** The five figures as they stand in the form, or as stored where they cannot be changed; null without all of them. */
function camera() {
  if (!field('lon')) return config.scene?.camera ?? null;
  const values = FIELDS.map((name) => (field(name).value.trim() === '' ? NaN : Number(field(name).value)));
  return values.every(Number.isFinite) ? Object.fromEntries(FIELDS.map((name, at) => [name, values[at]])) : null;
}

function scene() {
  const checked = [...document.querySelectorAll('input[name=layers]:checked')].map(({ value }) => value);
  return {
    ...(config.scene ?? {}), id: 'edited', kind: 'area', area: field('area')?.value ?? config.scene?.area ?? '', camera: null,
    layers: field('area') ? checked : config.scene?.layers ?? [], three_d: field('three_d')?.checked ?? config.scene?.three_d ?? false, choropleth: 'none', heat: 'none',
  };
}

function put(map) {
  const there = camera();
  map.applyScene(scene());
  if (there) map.flyTo({ center: [there.lon, there.lat], zoom: there.zoom + smaller(), bearing: there.bearing, pitch: Math.min(60, there.pitch) });
}

/** What the map shows, as the five figures. */
function seen(map) {
  const { center: [lon, lat], zoom, bearing, pitch } = map.view();
  const values = { lon, lat, zoom: zoom - smaller(), bearing, pitch };
  return Object.fromEntries(FIELDS.map((name) => [name, String(Number(values[name].toFixed(DIGITS[name])))]));
}

function tell(map) {
  const { lon, lat, zoom, bearing, pitch } = seen(map);
  byId('scene-view').textContent = `${lon}, ${lat}\u3000z ${zoom}\u3000${bearing}°\u3000${pitch}°`;
  byId('scene-bearing').value = bearing;
  byId('scene-pitch').value = pitch;
}

let writing = false;

function write(values) {
  writing = true;
  for (const name of FIELDS) {
    field(name).value = values?.[name] ?? '';
    field(name).dispatchEvent(new Event('change', { bubbles: true }));
  }
  writing = false;
}

function open() {
  const vendor = { worker: box.dataset.worker, icons: box.dataset.icons, own_icons: box.dataset.ownIcons };
  const map = createWallMap({ container: picture, workerUrl: vendor.worker, language, theme: root.dataset.theme, config: { ...config, vendor }, say, still: true, now: () => Date.now() });
  map.on('moved', () => tell(map));
  map.on('idle', () => { box.dataset.ready = 'yes'; tell(map); });
  put(map);
  for (const name of ['bearing', 'pitch']) byId(`scene-${name}`).addEventListener('input', ({ target }) => map.flyTo({ center: map.view().center, [name]: Number(target.value) }));
  byId('scene-take')?.addEventListener('click', () => write(seen(map)));
  byId('scene-fit')?.addEventListener('click', () => { write(null); put(map); });
  for (const name of [...FIELDS, 'area', 'three_d']) field(name)?.addEventListener('change', () => { if (!writing) put(map); });
  for (const one of document.querySelectorAll('input[name=layers]')) one.addEventListener('change', () => map.layers(scene().layers));
  new MutationObserver(() => map.setTheme(root.dataset.theme)).observe(root, { attributeFilter: ['data-theme'] });
}

try {
  open();
} catch (failure) {
  console.error(failure);
  byId('scene-trouble').hidden = false;
}
