/** What the card says of one feature: every attribute, in both languages, units and code lists spelled out. Pure. */

import { shanghai } from './clock.js';
import { grouped } from './numbers.js';
import { isChinese, nameOf, titleOf } from './words.js';

/** Attributes of the record rather than of the thing. */
const RECORD = new Set(['id', 'version', 'valid_from', 'valid_to', 'updated_at', 'import_id']);
const HEADED = new Set(['name', 'name_en']);
const BESIDE = new Set(['chain', 'near', 'stale']);
/** Said beside the kind of a unit of which nothing was heard for too long. */
const UNHEARD = { zh: '停更', en: 'not heard of' };
const AREA_FIELDS = new Set(['grid', 'community', 'subdistrict', 'parent', 'district']);

/** Whole numbers that name something (years) are not grouped. */
const UNGROUPED = /year|code|number/;

/** One value as text in both languages. */
export function valueText(field, value) {
  if (value === null || value === undefined || value === '') return { zh: '—', en: '—', empty: true };
  const coded = field.values?.[value];
  if (coded) return { zh: coded.zh || coded.en || String(value), en: coded.en || coded.zh || String(value) };
  if (field.type === 'boolean') return value ? { zh: '是', en: 'Yes' } : { zh: '否', en: 'No' };
  if (typeof value === 'number') {
    const plain = UNGROUPED.test(field.name) ? String(value) : grouped(value, Math.abs(value) >= 1000 ? 0 : 2);
    const text = field.unit ? (field.unit === '°' ? plain + '°' : `${plain}\u00a0${field.unit}`) : plain;
    return { zh: text, en: text };
  }
  if (field.type === 'datetime') return momentText(value);
  const text = typeof value === 'object' ? JSON.stringify(value) : String(value);
  return { zh: text, en: text };
}

/** A moment in the district's time, in both languages. */
function momentText(value) {
  const moment = new Date(value);
  if (Number.isNaN(moment.getTime())) return { zh: String(value), en: String(value) };
  const [zh, en] = ['zh', 'en'].map((language) => shanghai(moment, language));
  return { zh: `${zh.day} ${zh.time}`, en: `${en.day} ${en.time}` };
}

function rowOf(field, value, chain, language) {
  const both = valueText(field, value);
  const chinese = isChinese(language);
  const area = AREA_FIELDS.has(field.name) ? chain.find((step) => step.code === value) : undefined;
  const main = area ? nameOf(area, language) : chinese ? both.zh : both.en;
  const other = area ? String(value) : both.zh === both.en ? '' : chinese ? both.en : both.zh;
  return {
    name: field.name,
    title: titleOf(field, language),
    titleOther: titleOf(field, chinese ? 'en' : 'zh-hans'),
    value: main, other, empty: Boolean(both.empty), area: area ? area.code : '',
    code: /code|^id$|^camera$/.test(field.name),
  };
}

/**
 * The parts of a card.
 * @param {object} feature GeoJSON feature of /api/layers/{layer}/features/{id}
 * @param {object} layer its description
 * @param {string} language
 */
export function cardOf(feature, layer, language) {
  const properties = feature.properties ?? {};
  const chain = [feature.chain, properties.chain].find(Array.isArray) ?? [];
  const fields = layer.fields ?? [];
  const listed = new Set(fields.map((field) => field.name));
  const extra = Object.keys(properties)
    .filter((name) => !listed.has(name) && !BESIDE.has(name))
    .map((name) => ({ name, type: 'text', title_zh: name, title_en: name, values: {} }));
  const rows = [...fields, ...extra]
    .filter((field) => field.name in properties && !HEADED.has(field.name))
    .map((field) => rowOf(field, properties[field.name], chain, language));
  const kind = fields.find((field) => ['severity', 'kind', 'use', 'class'].includes(field.name) && field.values?.[properties[field.name]]);
  const chinese = isChinese(language);
  return {
    layer: layer.id,
    layerTitle: titleOf(layer, language),
    kind: [kind && titleOf(kind.values[properties[kind.name]], language), properties.stale === true && titleOf(UNHEARD, language)].filter(Boolean).join('\u3000'),
    title: nameOf(properties, language) || String(feature.id ?? properties.id ?? ''),
    subtitle: String((chinese ? properties.name_en : properties.name) || ''),
    version: properties.version,
    chain: chain.map((step) => ({ ...step, title: nameOf(step, language) })),
    attributes: rows.filter((row) => !RECORD.has(row.name)),
    record: rows.filter((row) => RECORD.has(row.name)),
    near: nearOf(feature.near ?? properties.near, language),
  };
}

function nearOf(near, language) {
  if (!Array.isArray(near)) return [];
  return near.filter((one) => one && one.layer && one.id).map((one) => ({
    layer: one.layer, id: one.id, title: nameOf(one, language), distance_m: one.distance_m,
  }));
}

/** Layer id that holds the areas of a level of the chain. */
export function layerOfLevel(level) {
  return { district: 'district', subdistrict: 'subdistricts', community: 'communities', grid: 'grids', unit_grid: 'unit_grids' }[level] ?? '';
}

/** Layer id of an area code, by its length. */
export function layerOfCode(code) {
  return { 6: 'district', 9: 'subdistricts', 12: 'communities', 15: 'grids' }[code.length] ?? 'grids';
}
