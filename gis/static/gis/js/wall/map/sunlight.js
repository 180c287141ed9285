/**
 * Light of the hour over the district: where the sun stands, and from it one soft light and a quiet sky. Pure.
 * After NOAA's short form of the solar position: within half a degree, which is finer than any wall shows.
 */

const RAD = Math.PI / 180;

/**
 * Height over the horizon and direction from north (clockwise), in degrees.
 * @param {number} time milliseconds since 1970 @param {[number, number]} place lon, lat
 */
export function sunAt(time, [lon, lat]) {
  const days = time / 86_400_000 - 10_957.5; // since noon of 1 January 2000, UTC
  const anomaly = (357.528 + 0.9856003 * days) * RAD;
  const along = (280.46 + 0.9856474 * days + 1.915 * Math.sin(anomaly) + 0.02 * Math.sin(2 * anomaly)) * RAD;
  const tilt = (23.439 - 0.0000004 * days) * RAD;
  const rise = Math.atan2(Math.cos(tilt) * Math.sin(along), Math.cos(along));
  const lift = Math.asin(Math.sin(tilt) * Math.sin(along));
  const turn = (280.46061837 + 360.98564736629 * days + lon) * RAD - rise;
  const height = Math.asin(Math.sin(lat * RAD) * Math.sin(lift) + Math.cos(lat * RAD) * Math.cos(lift) * Math.cos(turn));
  const direction = Math.atan2(-Math.sin(turn) * Math.cos(lift), Math.sin(lift) * Math.cos(lat * RAD) - Math.cos(lift) * Math.sin(lat * RAD) * Math.cos(turn));
  return { height: height / RAD, direction: (direction / RAD + 360) % 360 };
}

/** What part of the day a height of the sun is: `night`, `dusk` (both twilights) or `day`. */
export function partOfDay(height) {
  if (height < -6) return 'night';
  return height < 8 ? 'dusk' : 'day';
}

const LIGHT = {
  dark: { night: ['#cfd9e4', 0.34], dusk: ['#f3e2cd', 0.4], day: ['#ffffff', 0.42] },
  light: { night: ['#e8eef4', 0.2], dusk: ['#fff0dc', 0.24], day: ['#ffffff', 0.26] },
};
/** Part of the way from the ground's colour to white or warm at the horizon: a hint, never a picture. */
const SKY = { night: 0.02, dusk: 0.07, day: 0.12 };

/**
 * `light` and `sky` of a map style. At night the light comes from the upper left of the screen, as on a printed relief.
 * @param {number} time NaN: as at night @param {[number, number]} place @param {'dark'|'light'} theme
 * @param {Record<string, string>} tokens @param {(from: string, to: string, part: number) => string} mix
 */
export function lightOf(time, place, theme, tokens, mix) {
  const sun = Number.isFinite(time) ? sunAt(time, place) : { height: -90, direction: 0 };
  const part = partOfDay(sun.height);
  const [color, intensity] = LIGHT[theme][part];
  const polar = Math.min(62, Math.max(28, 90 - sun.height));
  const far = mix(tokens['m-out'], part === 'dusk' ? tokens.sev3 : tokens['m-label'], SKY[part]);
  return {
    part,
    light: part === 'night'
      ? { anchor: 'viewport', position: [1.3, 315, 42], color, intensity }
      : { anchor: 'map', position: [1.3, Math.round(sun.direction), Math.round(polar)], color, intensity },
    sky: { 'sky-color': mix(far, tokens['m-out'], 0.5), 'horizon-color': far, 'fog-color': far, 'fog-ground-blend': 1, 'horizon-fog-blend': 0.4, 'sky-horizon-blend': 0.6, 'atmosphere-blend': 0 },
  };
}
