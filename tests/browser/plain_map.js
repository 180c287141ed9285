/** A plain map for the tests of the panels: it draws boxes and dots, and writes down what it was told. */

const COLOURS = { 1: '#c9281d', 2: '#f99421', 3: '#a89b4f', 4: '#77828a' };

export const prepareWallMap = () => undefined;

export function createWallMap({ container, config }) {
  const canvas = document.createElement('canvas');
  const listeners = {};
  const calls = [];
  let live = { incidents: new Map(), units: new Map() };
  let ids = null;
  container.append(canvas);
  canvas.style.width = canvas.style.height = '100%';

  function draw() {
    const [w, h] = [container.clientWidth, container.clientHeight];
    Object.assign(canvas, { width: w, height: h });
    const pen = canvas.getContext('2d');
    const [west, south, east, north] = config.district.bbox;
    const scale = Math.min((w * 0.86) / (east - west), (h * 0.84) / (north - south));
    const at = (lon, lat) => [w / 2 + (lon - (west + east) / 2) * scale, h / 2 - (lat - (south + north) / 2) * scale];
    const light = document.documentElement.dataset.theme === 'light';
    pen.strokeStyle = light ? '#8c8a84' : '#454d4e';
    pen.fillStyle = light ? '#363c3d' : '#8f9793';
    pen.font = `${Math.round(h / 70)}px sans-serif`;
    for (const { level, bbox, name } of config.areas) {
      if (level !== 'community') continue;
      const [x, y] = at(bbox[0], bbox[3]);
      const [x2, y2] = at(bbox[2], bbox[1]);
      pen.strokeRect(x, y, x2 - x, y2 - y);
      pen.fillText(name, x + 8, y + 20);
    }
    for (const [layer, size] of [['units', 3], ['incidents', 5]]) {
      for (const one of live[layer].values()) {
        if (!one.geometry || (layer === 'incidents' && ids && !ids.has(String(one.id)))) continue;
        const [x, y] = at(...one.geometry.coordinates);
        pen.fillStyle = layer === 'units' ? '#7fd0b2' : COLOURS[one.properties.severity];
        pen.beginPath();
        pen.arc(x, y, size * (h / 900), 0, 7);
        pen.fill();
      }
    }
  }

  const map = { calls, last: (name) => calls.findLast(([one]) => one === name)?.[1] ?? null, fire: (event, fact) => listeners[event]?.(fact) };
  for (const name of ['setTheme', 'showSet', 'fit', 'select', 'applyScene', 'choropleth', 'heat', 'layers', 'threeD', 'flyTo', 'dim', 'split', 'follow', 'measure', 'padding', 'worst', 'remove']) {
    map[name] = (...args) => { calls.push([name, ...args]); if (calls.length > 500) calls.shift(); };
  }
  map.legend = () => ({ kind: 'open_now', classes: [{ token: 'd0', from: 0, to: 0, count: 40 }, { token: 'd1', from: 1, to: 2, count: 20 }, { token: 'd4', from: 7, to: null, count: 18 }], none: 0 });
  map.setLive = (next) => { live = next; draw(); };
  map.showSet = (next) => { calls.push(['showSet', next && [...next]]); ids = next; draw(); };
  map.view = () => ({ center: [114.02, 33.57], zoom: 13, bearing: 0, pitch: 0 });
  map.on = (event, listener) => { listeners[event] = listener; if (event === 'idle') queueMicrotask(listener); if (event === 'scale') queueMicrotask(() => listener({ metres: 500, pixels: 70, text: '500 m' })); };
  globalThis.plainMap = map;
  draw();
  return map;
}
