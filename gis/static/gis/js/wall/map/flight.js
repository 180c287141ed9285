/** The quiet flight over the district in 3D: four legs round its middle, north never further than 30 degrees from the top. */

const TURN = 26;

/** Where the legs end: a share of the box from its middle, and the direction looked in. Pure. */
export function legs([w, s, e, n], { zoom, pitch }) {
  const [x, y, dx, dy] = [(w + e) / 2, (s + n) / 2, (e - w) * 0.17, (n - s) * 0.15];
  return [[-1, 0, -TURN], [0, 1, 0], [1, 0, TURN], [0, -1, 0]].map(([right, up, bearing]) => ({ center: [x + right * dx, y + up * dy], zoom, pitch, bearing }));
}

/** @param {{pane: () => object}} given */
export function flight({ pane }) {
  let timer = 0;
  function end() {
    if (!timer) return;
    clearTimeout(timer);
    timer = 0;
    pane().stop();
  }
  return {
    /** Flies until `end`. @param {number[]} box @param {{zoom: number, pitch: number}} camera @param {number} seconds for one round */
    begin(box, camera, seconds) {
      end();
      const round = legs(box, camera);
      const each = Math.max(8, seconds / round.length) * 1000;
      let at = 0;
      const leg = () => {
        pane().drift(round[at % round.length], each);
        at += 1;
        timer = setTimeout(leg, each);
      };
      leg();
    },
    end,
    flying: () => timer !== 0,
  };
}
