/** Map images from the symbols of the icon files: paths drawn on a canvas in the theme's ink, no sprite, no address. */

import { paper } from './paper.js';

const SIZE = 20;

/** The shapes of the symbols in an icon file. @returns {Promise<Map<string, SVGElement>>} */
export async function symbolsOf(url) {
  const response = await fetch(url, { credentials: 'same-origin' });
  if (!response.ok) throw new Error(`${url}: ${response.status}`);
  const file = new DOMParser().parseFromString(await response.text(), 'image/svg+xml');
  return new Map([...file.querySelectorAll('symbol')].map((symbol) => [symbol.id, symbol]));
}

function pathOf(shape) {
  if (shape.tagName === 'circle') {
    const [x, y, r] = ['cx', 'cy', 'r'].map((name) => Number(shape.getAttribute(name)));
    const path = new Path2D();
    path.arc(x, y, r, 0, 2 * Math.PI);
    return path;
  }
  return new Path2D(shape.getAttribute('d'));
}

/**
 * Pixels of one symbol: halo first, then the strokes.
 * @param {{ink: string, halo: string, ratio: number}} look `ratio`: device pixels per design pixel
 */
export function drawSymbol(symbol, { ink, halo, ratio }) {
  const side = Math.ceil(SIZE * ratio);
  const { context, pixels } = paper(side, side);
  const scale = ((SIZE - 4) / 24) * ratio;
  context.translate(2 * ratio, 2 * ratio);
  context.scale(scale, scale);
  context.lineCap = 'square';
  context.lineJoin = 'miter';
  for (const [colour, width] of [[halo, 6], [ink, 1.75]]) {
    context.strokeStyle = colour;
    context.lineWidth = width;
    for (const shape of symbol.children) {
      context.stroke(pathOf(shape));
      if (colour === ink && shape.getAttribute('fill') === 'currentColor') { context.fillStyle = ink; context.fill(pathOf(shape), 'evenodd'); }
    }
  }
  return pixels();
}

/** The four corners round a selected point. */
export function drawBracket({ ink, halo, ratio }) {
  const [side, reach, gap] = [44 * ratio, 9 * ratio, 5 * ratio];
  const { context, pixels } = paper(side, side);
  const [near, far] = [gap, side - gap];
  for (const [colour, width] of [[halo, 4.5], [ink, 2]]) {
    context.strokeStyle = colour;
    context.lineWidth = width * ratio;
    for (const [x, y, dx, dy] of [[near, near, 1, 1], [far, near, -1, 1], [near, far, 1, -1], [far, far, -1, -1]]) {
      context.beginPath();
      context.moveTo(x + dx * reach, y);
      context.lineTo(x, y);
      context.lineTo(x, y + dy * reach);
      context.stroke();
    }
  }
  return pixels();
}
