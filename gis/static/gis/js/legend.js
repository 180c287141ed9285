/**
 * The legend, read off the style: what is drawn at this zoom, in the colours it is drawn with, in the words of the
 * layer descriptions. Pure.
 */

import { titleOf } from './words.js';

function valueTitle(layer, field, value, language) {
  const found = layer.fields?.find((one) => one.name === field)?.values?.[value];
  return found ? titleOf(found, language) : '';
}

function shown(styleLayer, zoom) {
  if (styleLayer.layout?.visibility === 'none') return false;
  return zoom >= (styleLayer.minzoom ?? 0) && zoom < (styleLayer.maxzoom ?? 24);
}

function entriesOf(styleLayer, layer, language) {
  const { legend } = styleLayer.metadata;
  const base = { layer: layer.id, ...legend };
  if (legend.swatch === 'fills') {
    return Object.entries(legend.colours)
      .map(([value, colour]) => ({ ...base, swatch: 'fill', value, colour, label: valueTitle(layer, legend.field, value, language) }));
  }
  if (legend.swatch === 'icons') {
    return Object.entries(legend.icons)
      .filter(([, icon]) => icon !== 'place')
      .map(([value, icon]) => ({ ...base, swatch: 'icon', value, icon, label: valueTitle(layer, legend.field, value, language) }));
  }
  if (legend.swatch === 'marks') {
    return Object.entries(legend.marks)
      .map(([value, mark]) => ({ ...base, swatch: 'mark', value, mark, label: legend.field ? valueTitle(layer, legend.field, value, language) : titleOf(layer, language) }));
  }
  if (!legend.field) return [{ ...base, label: titleOf(layer, language) }];
  return [{ ...base, label: valueTitle(layer, legend.field, legend.value, language) }];
}

/**
 * @param {{layers: object[]}} style
 * @param {object[]} described layers of /api/layers
 * @param {number} zoom
 * @param {string} language
 * @returns {{layer: string, swatch: string, label: string}[]} in the order of the layer list, none twice, none unnamed
 */
export function buildLegend(style, described, zoom, language) {
  const entries = [];
  const order = (layer, entry) => {
    const values = Object.keys(layer.fields?.find((one) => one.name === entry.field)?.values ?? {});
    return entry.value === undefined ? -1 : values.indexOf(entry.value);
  };
  for (const layer of described) {
    const seen = new Set();
    const own = [];
    for (const styleLayer of style.layers) {
      if (styleLayer.metadata?.layer !== layer.id || !styleLayer.metadata.legend || !shown(styleLayer, zoom)) continue;
      for (const entry of entriesOf(styleLayer, layer, language)) {
        const key = `${entry.field ?? ''}:${entry.value ?? ''}`;
        if (!entry.label || seen.has(key)) continue;
        seen.add(key);
        own.push(entry);
      }
    }
    const fields = [...new Set(own.map((entry) => entry.field))];
    const place = (entry) => fields.indexOf(entry.field) * 1000 + order(layer, entry);
    entries.push(...own.sort((a, b) => place(a) - place(b)));
  }
  return entries;
}

/** All swatches of one layer whatever the zoom: for its row in the layer switch. */
export function swatchesOf(style, layer, language) {
  const open = { layers: style.layers.map((one) => ({ ...one, minzoom: 0, maxzoom: 25, layout: {} })) };
  return buildLegend(open, [layer], 12, language);
}

/** The zoom range in which a layer is drawn at all, from the style and its description. */
export function zoomRange(style, layer) {
  const drawn = style.layers.filter((one) => one.metadata?.layer === layer.id && one.metadata.pick !== 0);
  const from = Math.min(...drawn.map((one) => one.minzoom ?? 0), 24);
  const to = Math.max(...drawn.map((one) => one.maxzoom ?? 24), 0);
  return { from: Math.max(from, layer.min_zoom ?? 0), to };
}

/** What the strip on the map has room for: one sign a layer, the great streets and the marks of incidents one by one; what lives comes first. */
export function brief(entries, described, language) {
  const chosen = [];
  const single = new Set();
  for (const entry of entries) {
    if (entry.swatch === 'icon' || ['lane', 'alley', 'compound'].includes(entry.value)) continue;
    if (['roads', 'incidents'].includes(entry.layer)) chosen.push(entry);
    else if (!single.has(entry.layer)) {
      single.add(entry.layer);
      const layer = described.find((one) => one.id === entry.layer);
      chosen.push({ ...entry, label: layer ? titleOf(layer, language) : entry.label });
    }
  }
  const live = (entry) => entry.swatch === 'mark';
  return [...chosen.filter(live), ...chosen.filter((entry) => !live(entry))];
}
