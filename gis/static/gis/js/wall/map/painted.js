/** The images of one map: painted when data name them, and taken away when far more of them are there than are shown. */

/** There is one image for each mix of severities in a count: in weeks thousands. So many may lie there. */
const MOST_IMAGES = 300;

/** @param {{map: object, image: (id: string) => ({data: ImageData, ratio: number}|null)}} given `map` of the library */
export function painter({ map, image }) {
  const named = new Map();
  const made = new Set();

  function paint(id) {
    const pixels = map.hasImage(id) ? null : image(id);
    if (pixels) map.addImage(id, pixels.data, { pixelRatio: pixels.ratio });
  }

  function forget() {
    const shown = new Set([...named.values()].flatMap((ids) => [...ids]));
    for (const id of made) {
      if (shown.has(id)) continue;
      if (map.hasImage(id)) map.removeImage(id);
      made.delete(id);
    }
  }

  return {
    paint,
    /** Paints what data of a source name, before they are cut into tiles: an image that comes later has those tiles made again. */
    of(source, data) {
      const ids = new Set((data.features ?? []).map(({ properties }) => properties.icon).filter(Boolean));
      named.set(source, ids);
      for (const id of ids) { paint(id); made.add(id); }
      if (made.size > MOST_IMAGES) forget();
      return data;
    },
  };
}
