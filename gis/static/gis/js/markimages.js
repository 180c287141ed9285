/** Pixels of the marks of incidents and units: halo first, then the strokes in the theme's colours. */

import { paper } from './paper.js';

const HALO = 4;

/** Half the side of the smallest square round 0, 0 that holds the strokes and their halo: no more than that keeps names away. */
function reachOf(strokes) {
  const numbers = strokes.flatMap(({ d, width = 0 }) => (d.match(/-?\d+(\.\d+)?/g) ?? []).map((text) => Math.abs(Number(text)) + width / 2));
  return Math.max(...numbers) + HALO / 2;
}

/**
 * @param {{d: string, fill?: string, stroke?: string, width?: number, dash?: number[]}[]} strokes
 * @param {{tokens: Record<string, string>, ratio: number}} look `ratio`: device pixels per design pixel
 */
export function drawStrokes(strokes, { tokens, ratio }) {
  const side = 2 * Math.ceil(reachOf(strokes) * ratio);
  const { context, pixels } = paper(side, side);
  context.translate(side / 2, side / 2);
  context.scale(ratio, ratio);
  context.lineJoin = 'miter';
  const paths = strokes.map((one) => ({ ...one, path: new Path2D(one.d) }));
  context.strokeStyle = tokens['m-halo'];
  for (const { path, stroke, width = 0 } of paths) {
    context.lineWidth = (stroke ? width : 0) + HALO;
    context.stroke(path);
  }
  for (const { path, fill, stroke, width, dash = [] } of paths) {
    if (fill) { context.fillStyle = tokens[fill]; context.fill(path); }
    if (stroke) {
      context.setLineDash(dash);
      context.strokeStyle = tokens[stroke];
      context.lineWidth = width;
      context.stroke(path);
    }
  }
  return pixels();
}
