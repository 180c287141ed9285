/** Circles of a given radius on the ground, with the place of their figure. Pure. */

const METRES_PER_DEGREE = 111_320;
export const RADII_M = [200, 500];

/** A position so far away in a direction (degrees from north); exact enough below a few kilometres. */
export function away([lon, lat], metres, bearing) {
  const turn = (bearing * Math.PI) / 180;
  const dy = (metres * Math.cos(turn)) / METRES_PER_DEGREE;
  const dx = (metres * Math.sin(turn)) / (METRES_PER_DEGREE * Math.cos((lat * Math.PI) / 180));
  return [lon + dx, lat + dy];
}

/** Rings round a position, each with a label point at its upper right; nothing for null. @param {[number, number]|null} centre */
export function ringsRound(centre, radii = RADII_M) {
  if (!centre) return { type: 'FeatureCollection', features: [] };
  return {
    type: 'FeatureCollection',
    features: radii.flatMap((metres) => [
      { type: 'Feature', properties: { metres }, geometry: { type: 'LineString', coordinates: Array.from({ length: 73 }, (_, step) => away(centre, metres, step * 5)) } },
      { type: 'Feature', properties: { metres, label: `${metres} m` }, geometry: { type: 'Point', coordinates: away(centre, metres, 38) } },
    ]),
  };
}
