/** Whether the sun stands above the district, for walls that are light by day and dark by night. Pure. */

const RAD = Math.PI / 180;
const J2000_MS = Date.UTC(2000, 0, 1, 12);

/** Height of the sun in degrees, good to half a degree. @param {number} time milliseconds @param {number} lon @param {number} lat degrees */
export function sunHeight(time, lon, lat) {
  const days = (time - J2000_MS) / 86_400_000;
  const anomaly = (357.529 + 0.98560028 * days) * RAD;
  const longitude = (280.459 + 0.98564736 * days + 1.915 * Math.sin(anomaly) + 0.02 * Math.sin(2 * anomaly)) * RAD;
  const tilt = 23.439 * RAD;
  const declination = Math.asin(Math.sin(tilt) * Math.sin(longitude));
  const ascension = Math.atan2(Math.cos(tilt) * Math.sin(longitude), Math.cos(longitude));
  const sidereal = (280.46061837 + 360.98564737 * days + lon) * RAD;
  const hour = sidereal - ascension;
  return Math.asin(Math.sin(lat * RAD) * Math.sin(declination) + Math.cos(lat * RAD) * Math.cos(declination) * Math.cos(hour)) / RAD;
}

/** The theme of a wall: as it is set, or by the sun. @param {'dark'|'light'|'by-sun'} wanted */
export function themeAt(wanted, time, [lon, lat]) {
  if (wanted === 'light' || wanted === 'dark') return wanted;
  return sunHeight(time, lon, lat) > 0 ? 'light' : 'dark';
}
