/** Images that only the wall has: cases on stems, counts with their bar of severities, the hatch of what is too old. */

import { SEVERITIES, SHAPES, strokesOf } from '../../cartography/shapes.js';
import { drawStrokes } from '../../markimages.js';
import { paper } from '../../paper.js';
import { STEMS } from './marks.js';

const FOOT = 2.5;
const RADIUS = 9;

/** What a name asks for, or null for an image of somebody else. Pure. */
export function wanted(id) {
  const [kind, what, look, severity] = id.split(':');
  if (id === 'hatch') return { kind: 'hatch' };
  if (kind === 'count') return { kind, counts: what.split('-').map(Number), stale: look === 'stale' };
  if (kind === 'stem' && Object.values(SHAPES).includes(what)) return { kind, shape: what, look: look === 'stale' ? 'stale' : Number(look), severity: Number(severity ?? look) };
  return null;
}

/** Widths of the parts of a bar: in proportion, and none that is there less than 3. Pure. @param {number[]} counts @param {number} width */
export function barParts(counts, width) {
  const total = counts.reduce((sum, one) => sum + one, 0);
  const least = counts.map((one) => (one > 0 ? 3 : 0));
  const free = width - least.reduce((sum, one) => sum + one, 0);
  return counts.map((one, at) => (total ? least[at] + (one / total) * free : 0));
}

/**
 * Pixels of such an image, or null. @param {string} id
 * @param {{tokens: Record<string, string>, size: number}} look `size`: CSS pixels per design pixel
 */
export function wallImage(id, { tokens, size }) {
  const want = wanted(id);
  if (!want) return null;
  const ratio = Math.max(1, devicePixelRatio) * size;
  const draw = { hatch: drawHatch, count: drawCount, stem: drawStem }[want.kind];
  return { data: draw(want, tokens, ratio), ratio: devicePixelRatio };
}

function sheet(width, height, ratio) {
  const { context, pixels } = paper(Math.ceil(width * ratio), Math.ceil(height * ratio));
  context.scale(ratio, ratio);
  return { context, pixels };
}

/** 45 degrees, one pixel in six; whole device pixels, or the tiles of the pattern would show. */
function drawHatch(_, tokens, ratio) {
  const side = 6 * Math.max(1, Math.round(ratio));
  const { context, pixels } = sheet(side, side, 1);
  context.strokeStyle = tokens['stale-ink'];
  context.globalAlpha = 0.55;
  context.lineWidth = Math.max(1, Math.round(ratio));
  context.beginPath();
  for (const shift of [-side, 0, side]) { context.moveTo(shift - 2, side + 2); context.lineTo(shift + side + 2, -2); }
  context.stroke();
  return pixels();
}

function drawCount({ counts, stale }, tokens, ratio) {
  const text = String(counts.reduce((sum, one) => sum + one, 0));
  const width = 20 + text.length * 7;
  const { context, pixels } = sheet(width, 26, ratio);
  context.fillStyle = tokens['m-halo'];
  context.fillRect(0, 0, width, 26);
  context.strokeStyle = tokens['line-2'];
  context.strokeRect(0.5, 0.5, width - 1, 25);
  context.fillStyle = stale ? tokens['ink-3'] : tokens.ink;
  context.font = '700 13px "Noto Sans CJK SC", "Noto Sans SC", sans-serif';
  context.textAlign = 'center';
  context.textBaseline = 'middle';
  context.fillText(text, width / 2, 10.5);
  let x = 4;
  barParts(counts, width - 8).forEach((part, at) => {
    context.fillStyle = stale ? tokens['stale-ink'] : tokens[SEVERITIES[at + 1].token];
    context.fillRect(x, 19, part, 3.5);
    x += part;
  });
  return pixels();
}

/** The mark of a case at the top of a stem whose foot is its place on the ground. */
function drawStem({ shape, look, severity }, tokens, ratio) {
  const mark = drawStrokes(strokesOf(shape, look, RADIUS), { tokens, ratio });
  const head = paper(mark.width, mark.height);
  head.context.putImageData(mark, 0, 0);
  const side = mark.width / ratio;
  const foot = (STEMS[severity] ?? STEMS[4]) + side / 2;
  const { context, pixels } = sheet(side, foot + FOOT + 0.5, ratio);
  const colour = tokens[look === 'stale' ? 'stale-ink' : SEVERITIES[severity].token];
  for (const [ink, width] of [[tokens['m-halo'], 4], [colour, 1.5]]) {
    context.strokeStyle = ink;
    context.lineWidth = width;
    context.beginPath();
    context.moveTo(side / 2, side / 2);
    context.lineTo(side / 2, foot);
    context.stroke();
  }
  context.fillStyle = colour;
  context.beginPath();
  context.arc(side / 2, foot, FOOT, 0, 2 * Math.PI);
  context.fill();
  context.drawImage(head.canvas, 0, 0, side, side);
  return pixels();
}
