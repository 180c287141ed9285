/** The selected feature: a bold outline, or a bracket round a point. Pure. */

/** The whole street of the selected section: people mean the street, the record holds the section. */
export function selectionStreet(b, source, street = '') {
  return [{
    id: 'selection-street', type: 'line', source, 'source-layer': 'roads', filter: streetFilter(street),
    layout: { 'line-join': 'round', 'line-cap': 'butt' },
    paint: { 'line-color': b.t.sel, 'line-width': b.px(2), 'line-opacity': 0.6, 'line-dasharray': [3, 1.5] },
  }];
}

/** All sections of a name; none for no name. */
export function streetFilter(street) {
  return street ? ['==', ['get', 'name'], street] : ['==', ['literal', 1], 0];
}

/** Surfaces and lines of the selection; drawn below the names. */
export function selectionShape(b) {
  const line = (id, colour, width, opacity) => ({
    id, type: 'line', source: 'selection', filter: ['!=', ['geometry-type'], 'Point'],
    layout: { 'line-join': 'miter', 'line-cap': 'butt' },
    paint: { 'line-color': colour, 'line-width': b.px(width), 'line-opacity': opacity },
  });
  return [
    {
      id: 'selection-fill', type: 'fill', source: 'selection', filter: ['==', ['geometry-type'], 'Polygon'],
      paint: { 'fill-color': b.t.sel, 'fill-opacity': ['case', ['==', ['get', 'area'], true], 0.05, 0.16] },
    },
    line('selection-halo', b.t['m-halo'], 4.5, 0.75),
    line('selection-line', b.t.sel, 2, 1),
  ];
}

/** The bracket, above everything. */
export function selectionMark(b) {
  return [{
    id: 'selection-mark', type: 'symbol', source: 'selection', filter: ['==', ['geometry-type'], 'Point'],
    layout: { 'icon-image': 'bracket', 'icon-allow-overlap': true, 'icon-ignore-placement': true },
  }];
}
