/**
 * Very many teams: drawn over the map on a sheet of their own. A source of the map would have the whole city drawn
 * again, several times, for each second's positions; here only the dots are.
 */

import { paper } from '../../paper.js';

/** More teams than this are a swarm: no names, no tails, no headings. */
export const MOST_TEAMS = 400;
/** How far from a dot a pick still means it, in CSS pixels. */
const REACH = 10;

/** The one of the dots that is nearest to a point, within reach; null. Pure. @param {{id: string, x: number, y: number}[]} dots */
export function nearestDot(dots, { x, y }, reach = REACH) {
  let best = null;
  let least = reach;
  for (const dot of dots) {
    const far = Math.hypot(dot.x - x, dot.y - y);
    if (far <= least) { best = dot; least = far; }
  }
  return best;
}

/**
 * @param {{box: HTMLElement, project: (place: [number, number]) => {x: number, y: number}, image: (id: string) => {data: ImageData, ratio: number}|null}} given
 */
export function swarm({ box, project, image }) {
  const canvas = document.createElement('canvas');
  canvas.className = 'wall-swarm';
  canvas.setAttribute('aria-hidden', 'true');
  canvas.hidden = true;
  box.append(canvas);
  // In the processor's memory: thousands of small images cost less there than told one by one to the graphics card.
  const context = canvas.getContext('2d', { willReadFrequently: true });
  let teams = [];
  let dots = [];
  let signs = new Map();

  /** The mark as something that can be drawn quickly again and again. */
  function sign(id) {
    if (!signs.has(id)) {
      const { data, ratio } = image(id);
      const { canvas: made, context: ink } = paper(data.width, data.height);
      ink.putImageData(data, 0, 0);
      signs.set(id, { made, width: data.width / ratio, height: data.height / ratio });
    }
    return signs.get(id);
  }

  function draw() {
    const ratio = devicePixelRatio || 1;
    const [width, height] = [box.clientWidth, box.clientHeight];
    if (canvas.width !== Math.round(width * ratio) || canvas.height !== Math.round(height * ratio)) Object.assign(canvas, { width: Math.round(width * ratio), height: Math.round(height * ratio) });
    context.setTransform(ratio, 0, 0, ratio, 0, 0);
    context.clearRect(0, 0, width, height);
    dots = [];
    for (const { id, place, icon } of teams) {
      const { x, y } = project(place);
      if (x < -20 || y < -20 || x > width + 20 || y > height + 20) continue;
      const { made, width: wide, height: high } = sign(icon);
      context.drawImage(made, x - wide / 2, y - high / 2, wide, high);
      dots.push({ id, x, y, place });
    }
  }

  return {
    /** Draws these teams; none takes the sheet away. @param {{id: string, place: [number, number], icon: string}[]} those as `dotsOf` makes them */
    show(those) {
      teams = those;
      canvas.hidden = !teams.length;
      if (teams.length) draw();
      else dots = [];
    },
    /** The map moved under the dots. */
    moved() { if (teams.length) draw(); },
    /** Other colours or another size. */
    anew() {
      signs = new Map();
      if (teams.length) draw();
    },
    hit: (point) => nearestDot(dots, point),
    size: () => teams.length,
  };
}
