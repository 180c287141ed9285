/** A legend sign as SVG, drawn with the colours that the style gave. */

import { strokesNamed } from './cartography/shapes.js';

const SVG = 'http://www.w3.org/2000/svg';

function shape(tag, attributes) {
  const node = document.createElementNS(SVG, tag);
  for (const [name, value] of Object.entries(attributes)) if (value !== undefined && value !== '') node.setAttribute(name, String(value));
  return node;
}

const DRAW = {
  fill: (e) => [shape('rect', { x: 3, y: 4, width: 18, height: 12, fill: e.colour, stroke: e.edge ?? 'none', 'stroke-width': 1 })],
  line: (e) => [
    e.casing && shape('path', { d: 'M1 10H23', stroke: e.casing, 'stroke-width': e.width + 2.4 }),
    shape('path', { d: 'M1 10H23', stroke: e.colour, 'stroke-width': e.width }),
  ],
  border: (e) => [shape('path', {
    d: 'M1 10H23', stroke: e.colour, 'stroke-width': Math.max(1, e.width), 'stroke-dasharray': e.dash ? e.dash.map((n) => n * Math.max(1, e.width)).join(' ') : '',
  })],
  dot: (e) => [shape('circle', { cx: 12, cy: 10, r: 3, fill: e.colour, stroke: e.halo, 'stroke-width': 1 })],
  mark: (e) => strokesNamed(e.mark).map((one) => shape('path', {
    d: one.d, transform: 'translate(12 10) scale(.75)', fill: e.colours[one.fill] ?? 'none', stroke: e.colours[one.stroke] ?? 'none', 'stroke-width': one.width,
    'stroke-dasharray': one.dash?.join(' '),
  })),
  sector: (e) => [
    shape('path', { d: 'M5 10 19 4A15 15 0 0 1 19 16Z', fill: e.fill || 'none', stroke: e.colour, 'stroke-width': 0.9 }),
    shape('circle', { cx: 5, cy: 10, r: 1.8, fill: e.fill ? e.colour : 'none', stroke: e.colour, 'stroke-width': 1 }),
  ],
};

/** @param {{swatch: string}} entry @param {Map<string, SVGElement>} symbols */
export function swatch(entry, symbols) {
  const svg = shape('svg', { class: 'swatch', viewBox: '0 0 24 20', 'aria-hidden': 'true', fill: 'none' });
  if (entry.swatch === 'icon') {
    const symbol = symbols.get(entry.icon);
    if (symbol) {
      const group = shape('g', { transform: 'translate(4 2) scale(.667)', stroke: entry.colour, 'stroke-width': 1.9 });
      group.append(...[...symbol.children].map((child) => document.importNode(child, true)));
      svg.append(group);
    }
    return svg;
  }
  svg.append(...(DRAW[entry.swatch]?.(entry) ?? []).filter(Boolean));
  return svg;
}
