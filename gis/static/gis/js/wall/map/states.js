/** States of features in tiles: the class of each grid, what each camera does now. Only what differs is told to the map. */

import { cameraStates } from './picture.js';

/** A grid that has no class at all. */
const UNCLASSED = -2;

/** @param {{state: object, mark: (layer: string, id: string, state: object) => void}} given */
export function statesOnMap({ state, mark }) {
  let cameras = new Map();
  let grids = new Map();
  let worst = null;
  return {
    grids() {
      const next = state.classes ?? new Map();
      for (const code of new Set([...next.keys(), ...grids.keys()])) {
        const one = next.get(code) ?? UNCLASSED;
        if (grids.get(code) !== one) mark('grids', code, { class: one });
      }
      grids = new Map(next);
    },
    cameras() {
      const next = cameraStates(state);
      for (const [id, status] of next) {
        if (cameras.get(id) === status) continue;
        mark('cameras', id, { status });
        mark('camera_views', id, { status });
      }
      cameras = next;
    },
    /** The community where it is worst is outlined, and its name stands out. */
    worst() {
      for (const [code, on] of [[worst, false], [state.worst, true]]) if (code && worst !== state.worst) for (const layer of ['communities', 'communities_label']) mark(layer, code, { worst: on });
      worst = state.worst;
    },
    /** There is a map that knows nothing yet. */
    forget() {
      cameras = new Map();
      grids = new Map();
      worst = null;
    },
  };
}
