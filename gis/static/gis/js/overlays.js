/** What the map draws from whole features rather than from tiles: the dimmed outside and the names along rivers. */

import { getJson } from './api.js';
import { midline } from './cartography/midline.js';
import { outsideOf } from './cartography/outside.js';

async function wholes(sheet, layer, ids) {
  const found = await Promise.allSettled(ids.map((id) => getJson(sheet.urls.feature(layer, id))));
  return found.filter((one) => one.status === 'fulfilled').map(({ value }) => value);
}

/** Dims everything that is not the district. */
export async function dimOutside(sheet, map, code) {
  if (!sheet.sourceOf('district')) return;
  const [district] = await wholes(sheet, 'district', [code]);
  if (district) map.setOutside(outsideOf(district.geometry));
}

/** River names run along the middle of the whole river, which no single tile knows. */
export async function nameRivers(sheet, map) {
  const source = sheet.sourceOf('waters');
  if (!source) return;
  const rivers = await wholes(sheet, 'waters', map.riverIds(source));
  map.setRivers({
    type: 'FeatureCollection',
    features: rivers.map(({ id, geometry, properties }) => ({
      type: 'Feature', geometry: midline(geometry), properties: { id: properties.id ?? id, name: properties.name, name_en: properties.name_en },
    })),
  });
}
