/** Colours made from the tokens, so that no second place writes one. Pure. */

/** `#rgb`, `#rrggbb` or `rgb(r, g, b)` -> [r, g, b]; a RangeError names anything else. */
export function parse(text) {
  const value = text.trim();
  const short = /^#([0-9a-f])([0-9a-f])([0-9a-f])$/i.exec(value);
  if (short) return short.slice(1).map((digit) => parseInt(digit + digit, 16));
  const long = /^#([0-9a-f]{2})([0-9a-f]{2})([0-9a-f]{2})$/i.exec(value);
  if (long) return long.slice(1).map((pair) => parseInt(pair, 16));
  const plain = /^rgba?\(\s*([\d.]+)[\s,]+([\d.]+)[\s,]+([\d.]+)/i.exec(value);
  if (plain) return plain.slice(1).map((part) => Math.round(Number(part)));
  throw new RangeError(`not a colour: ${value.slice(0, 40)}`);
}

/** `part` of the way from one colour to another, as #rrggbb. */
export function mix(from, to, part) {
  const a = parse(from);
  const b = parse(to);
  return '#' + a.map((v, i) => Math.round(v + (b[i] - v) * part).toString(16).padStart(2, '0')).join('');
}

/** The colour with an opacity. */
export function faded(colour, opacity) {
  const [r, g, b] = parse(colour);
  return `rgba(${r},${g},${b},${opacity})`;
}
