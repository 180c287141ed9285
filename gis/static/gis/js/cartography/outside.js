/** The dimming of everything outside the district. Pure. */

/**
 * A wide rectangle round the district with the district's rings as holes.
 * @param {{type: string, coordinates: any[]}} geometry Polygon or MultiPolygon in degrees
 * @param {number} margin degrees beyond the district on every side
 */
export function outsideOf(geometry, margin = 4) {
  const polygons = geometry.type === 'MultiPolygon' ? geometry.coordinates : [geometry.coordinates];
  const outers = polygons.map((rings) => rings[0]);
  const xs = outers.flat().map((point) => point[0]);
  const ys = outers.flat().map((point) => point[1]);
  const [w, e] = [Math.min(...xs) - margin, Math.max(...xs) + margin];
  const [s, n] = [Math.min(...ys) - margin, Math.max(...ys) + margin];
  const frame = [[w, s], [e, s], [e, n], [w, n], [w, s]];
  return { type: 'Feature', properties: {}, geometry: { type: 'Polygon', coordinates: [frame, ...outers] } };
}
