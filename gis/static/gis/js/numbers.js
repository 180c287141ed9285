/** Figures as people read them: thin grouping, units with a space, zoom levels, the scale bar. Pure. */

const THIN = '\u2009';

/** `4182907` -> `4 182 907` (thin spaces); at most `decimals` places, none wasted. */
export function grouped(value, decimals = 2) {
  if (!Number.isFinite(value)) return '—';
  const [whole, part] = Math.abs(value).toFixed(decimals).split('.');
  const spaced = whole.replace(/\B(?=(\d{3})+$)/g, THIN);
  const rest = (part ?? '').replace(/0+$/, '');
  return (value < 0 ? '−' : '') + spaced + (rest ? '.' + rest : '');
}

/** A length in metres, in metres below a kilometre. */
export function metres(value) {
  return value >= 1000 ? `${grouped(value / 1000, 1)} km` : `${grouped(value, 0)} m`;
}

/** Metres on the ground under one CSS pixel at a latitude (512-pixel tiles). */
export function metresPerPixel(latitude, zoom) {
  return (40075016.686 * Math.cos((latitude * Math.PI) / 180)) / (512 * 2 ** zoom);
}

/**
 * The longest scale bar of 1, 2 or 5 times a power of ten that fits.
 * @returns {{metres: number, pixels: number, text: string}}
 */
export function scaleBar(latitude, zoom, widest) {
  const perPixel = metresPerPixel(latitude, zoom);
  const limit = perPixel * widest;
  const power = 10 ** Math.floor(Math.log10(limit));
  const step = [5, 2, 1].find((n) => n * power <= limit) ?? 1;
  const length = step * power;
  return { metres: length, pixels: length / perPixel, text: metres(length) };
}

/** `114.02130°E 33.57660°N`. */
export function coordinates(lon, lat) {
  const east = `${Math.abs(lon).toFixed(5)}°${lon < 0 ? 'W' : 'E'}`;
  return `${east} ${Math.abs(lat).toFixed(5)}°${lat < 0 ? 'S' : 'N'}`;
}
