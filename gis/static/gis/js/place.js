/** The address of what the reader sees, `#zoom/lat/lon/bearing/pitch;layer:id`, to share and to come back to. Pure. */

/** @returns {string} */
export function format({ zoom, lat, lon, bearing = 0, pitch = 0, selected }) {
  const parts = [zoom.toFixed(2), lat.toFixed(5), lon.toFixed(5)];
  if (bearing || pitch) parts.push(bearing.toFixed(0), pitch.toFixed(0));
  return `#${parts.join('/')}${selected ? `;${selected.layer}:${encodeURIComponent(selected.id)}` : ''}`;
}

/** The view in an address, or null for one that does not hold finite, sensible numbers. */
export function parse(hash) {
  const [view = '', chosen = ''] = hash.replace(/^#/, '').split(';');
  const [zoom, lat, lon, bearing = 0, pitch = 0] = view.split('/').map(Number);
  const sane = [zoom, lat, lon, bearing, pitch].every(Number.isFinite)
    && zoom >= 0 && zoom <= 24 && Math.abs(lat) <= 85 && Math.abs(lon) <= 180 && pitch >= 0 && pitch <= 60;
  if (!sane || view === '') return null;
  const match = /^([a-z0-9_:-]{1,40}):([^:]{1,200})$/.exec(chosen);
  return { zoom, lat, lon, bearing, pitch, selected: match ? { layer: match[1], id: safeDecode(match[2]) } : null };
}

function safeDecode(text) {
  try { return decodeURIComponent(text); } catch (malformed) { return text; }
}
