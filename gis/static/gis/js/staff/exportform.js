/** Writing a layer as a file: format, system, encoding, as of when; the work runs elsewhere and is looked for again. */

import { newUuid } from '../api.js';
import { el } from '../dom.js';
import { failureText, getJson, postJson } from './page.js';

/** Formats of the public contract, by what the interface calls them. */
export const FORMATS = [['gpkg', 'GeoPackage'], ['geojson', 'GeoJSON'], ['shp.zip', 'Shapefile（zip）'], ['fgb', 'FlatGeobuf'], ['parquet', 'GeoParquet'], ['csv', 'CSV'], ['xlsx', 'Excel']];
const SYSTEMS = [[4326, 'WGS 84（4326）'], [4490, 'CGCS2000（4490）'], [4547, 'CGCS2000 / CM 114E（4547）'], [3857, 'Web Mercator（3857）']];
const ENDED = ['ready', 'done', 'failed', 'refused', 'expired'];

/** The body of an export, from what the form holds. Pure. */
export function exportBody({ layer, format, crs, encoding, when, day, version }) {
  return {
    layer, format, crs: Number(crs), ...(format === 'shp.zip' && { encoding }),
    ...(when === 'day' && day && { at: day }), ...(when === 'version' && version && { version: Number(version) }),
  };
}

/** @param {{staff: object, layer: object, versions: object[]}} given @returns {HTMLElement} */
export function exportForm({ staff, layer, versions }) {
  const { say, urls, config } = staff;
  const option = ([value, words]) => el('option', { value }, words);
  const format = el('select', { id: 'export-format', onchange: draw }, ...FORMATS.map(option));
  const crs = el('select', { id: 'export-crs' }, ...SYSTEMS.map(option));
  const encoding = el('select', { id: 'export-encoding' }, option(['UTF-8', 'UTF-8']), option(['GBK', 'GBK']));
  const when = el('select', { id: 'export-when', onchange: draw }, option(['', say('present version')]), option(['day', say('version of a day')]), option(['version', say('a version')]));
  const day = el('input', { type: 'date', id: 'export-day', max: config.today, value: config.today });
  const version = el('select', { id: 'export-version' }, ...versions.map((one) => option([one.version, `v${one.version}\u3000${one.effective}`])));
  const row = (words, control) => el('div', { class: 'field' }, el('label', { for: control.id }, words), control);
  const encodingRow = row(say('Encoding'), encoding);
  const dayRow = row(say('Day'), day);
  const versionRow = row(say('Version'), version);
  const button = el('button', { class: 'button button-main wide', type: 'submit', id: 'export-go' }, say('Export it'));
  const told = el('div', { class: 'export-told', id: 'export-told', role: 'status' });
  const form = el('form', { class: 'export-form', onsubmit: (event) => { event.preventDefault(); go(); } }, row(say('Format'), format), row(say('Coordinate system'), crs), encodingRow, row(say('As of'), when), dayRow, versionRow, button, told);

  function draw() {
    encodingRow.hidden = format.value !== 'shp.zip';
    dayRow.hidden = when.value !== 'day';
    versionRow.hidden = when.value !== 'version';
  }

  async function go() {
    button.disabled = true;
    told.replaceChildren(el('progress', { class: 'progress', 'aria-label': say('Being written') }), el('p', { class: 'quiet' }, say('Being written')));
    try {
      const body = exportBody({ layer: layer.id, format: format.value, crs: crs.value, encoding: encoding.value, when: when.value, day: day.value, version: version.value });
      const { id } = await postJson(urls.exports(), { client_id: newUuid(), ...body });
      await follow(id);
    } catch (failure) {
      told.replaceChildren(el('p', { class: 'trouble-line' }, failureText(failure, say)));
    }
    button.disabled = false;
  }

  async function follow(id) {
    for (let wait = 300; ; wait = Math.min(3000, wait * 1.4)) {
      const one = await getJson(urls.export(id));
      if (one.download) {
        told.replaceChildren(el('p', {}, say('Ready: {file}', { file: one.file ?? '' })), el('a', { class: 'button wide', href: one.download, download: '', id: 'export-download' }, say('Download')));
        return;
      }
      if (ENDED.includes(one.status)) {
        told.replaceChildren(el('p', { class: 'trouble-line' }, say('The export failed'), one.error ? `\u3000${one.error.detail ?? one.error[staff.language.startsWith('zh') ? 'zh' : 'en'] ?? ''}` : ''));
        return;
      }
      const bar = told.querySelector('progress');
      if (bar && one.progress?.total) Object.assign(bar, { max: one.progress.total, value: one.progress.done });
      await new Promise((resolve) => { setTimeout(resolve, wait); });
    }
  }

  draw();
  return el('section', { class: 'section', id: 'export' }, el('h2', {}, say('Export')), form);
}
