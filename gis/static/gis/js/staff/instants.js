/** Times and sizes as the pages of GIS staff write them, in the district's time. Pure. */

import { grouped } from '../numbers.js';

const PARTS = { timeZone: 'Asia/Shanghai', year: 'numeric', month: '2-digit', day: '2-digit', hour: '2-digit', minute: '2-digit', hourCycle: 'h23' };

/** `2026-09-16 10:26`, the same in both languages; nothing for nothing. */
export function dayAndTime(iso) {
  if (!iso) return '';
  const parts = Object.fromEntries(new Intl.DateTimeFormat('en-GB', PARTS).formatToParts(new Date(iso)).map(({ type, value }) => [type, value]));
  return `${parts.year}-${parts.month}-${parts.day} ${parts.hour}:${parts.minute}`;
}

/** `2026-09-16` of an instant or a day. */
export function dayOf(iso) {
  return !iso ? '' : iso.length === 10 ? iso : dayAndTime(iso).slice(0, 10);
}

/** How long ago, in its largest whole unit, rounded down. @param {Function} say */
export function since(iso, now, say) {
  const seconds = Math.max(0, (now.getTime() - new Date(iso).getTime()) / 1000);
  const [unit, words] = [[86400, '{count} d'], [3600, '{count} h'], [60, '{count} min'], [1, '{count} s']].find(([length]) => seconds >= length) ?? [1, '{count} s'];
  return say('{ago} ago', { ago: say(words, { count: grouped(Math.floor(seconds / unit), 0) }) });
}

/** `12.4 MB`: thousands, not 1024s, as file managers print them. */
export function bytes(count) {
  if (!Number.isFinite(count)) return '—';
  if (count < 1000) return `${count} B`;
  const [size, unit] = [[1e9, 'GB'], [1e6, 'MB'], [1e3, 'kB']].find(([length]) => count >= length);
  const value = count / size;
  return `${value >= 100 ? Math.round(value) : Math.floor(value * 10) / 10} ${unit}`;
}

/** `4b7e 90d2 … 61af`: enough of a hash to compare by eye. */
export function shortHash(hash) {
  return hash ? `${hash.slice(0, 4)} ${hash.slice(4, 8)} … ${hash.slice(-4)}` : '';
}
