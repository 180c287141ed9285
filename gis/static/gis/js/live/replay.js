/**
 * The state of a screen: what `/live/state` gave, with the messages of the stream replayed onto it. The cursor moves
 * with ids only, and messages that belong to one event take effect together, so that the state is always exactly that
 * of its `seq`. Pure.
 */

/** Events that every screen is told of and that are about no feature: kind -> what they come out as. */
const BROADCASTS = {
  'layer.published': ({ layer, version, kind, seq }) => ({ op: 'published', layer, version, kind, seq }),
  'layer.made': described,
  'layer.described': described,
  'layer.retired': described,
  'wall.command': ({ wall, command, args, at, kind, seq }) => ({ op: 'command', layer: null, wall, command, args, at, kind, seq }),
};

/** A layer of staff came, changed or went: whoever draws layers reads the list again. */
function described({ layer, version, kind, seq }) {
  return { op: 'described', layer, version, kind, seq };
}

function indexed(layers) {
  return new Map(Object.entries(layers).map(([layer, { features }]) => [layer, new Map(features.map((one) => [String(one.id), one]))]));
}

/**
 * @param {{seq: number, at: string, layers: Record<string, {features: object[]}>}} snapshot
 */
export function replayOf(snapshot) {
  const layers = indexed(snapshot.layers);
  const times = new Map([...layers.keys()].map((layer) => [layer, snapshot.at]));
  let { seq, at } = snapshot;
  let group = [];

  function table(layer) {
    if (!layers.has(layer)) layers.set(layer, new Map());
    return layers.get(layer);
  }

  function one(data) {
    const { layer, kind } = data;
    if (Object.hasOwn(BROADCASTS, data.event)) return BROADCASTS[data.event](data);
    const features = table(layer);
    times.set(layer, data.at);
    const id = String(data.id);
    const previous = features.get(id) ?? null;
    if (data.event === 'remove') {
      features.delete(id);
      return previous && { op: 'remove', layer, id, feature: null, previous, kind, seq: data.seq };
    }
    features.set(id, data.feature);
    return { op: previous ? 'change' : 'add', layer, id, feature: data.feature, previous, kind, seq: data.seq };
  }

  return {
    layers,
    get seq() { return seq; },
    get at() { return at; },
    /** True between the messages of one event: the state is not that of the newest message yet. */
    get amid() { return group.length > 0; },
    /** Layer -> time (server's) of the last event or frame that spoke of it. */
    times,
    /**
     * What one message of the stream changes; nothing for what is already in the state.
     * @param {string} event its name @param {object} data @param {string|null} id its own id
     * @returns {{op: 'add'|'change'|'remove'|'published'|'described'|'command', layer: string|null, id?: string, feature?: object|null,
     *   previous?: object|null, kind: string, seq: number}[]}
     */
    apply(event, data, id) {
      if (!Number.isSafeInteger(data.seq)) throw new TypeError(`an event without seq: ${event}`);
      if (data.seq <= seq) return [];
      if ('feature' in data && !data.feature?.properties) throw new TypeError(`a feature without properties: ${event}`);
      // A kind of a newer server that is about no feature changes nothing here; whether that is true the next beat proves.
      if ('feature' in data || event === 'remove' || Object.hasOwn(BROADCASTS, event)) group.push({ ...data, event });
      if (!id) return [];
      const whole = group;
      group = [];
      seq = data.seq;
      at = data.at;
      return whole.map(one).filter(Boolean);
    },
    /**
     * Moves units. @param {{at: string, full: boolean, units: Array}} frame
     * @returns {{id: string, feature: object, previous: object}[]} those that are in the state
     */
    frame({ at: when, units }) {
      const features = table('units');
      times.set('units', when);
      const moved = [];
      for (const [id, lon, lat, fixed, speed, bearing] of units) {
        const previous = features.get(String(id));
        if (!previous) continue;
        const geometry = Number.isFinite(lon) && Number.isFinite(lat) ? { type: 'Point', coordinates: [lon, lat] } : null;
        const feature = { ...previous, geometry, properties: { ...previous.properties, at: fixed, speed_mps: speed, bearing_deg: bearing } };
        features.set(String(id), feature);
        moved.push({ id: String(id), feature, previous });
      }
      return moved;
    },
    /** A verified beat: nothing this screen may see happened up to `to`. */
    reached(to) {
      if (to > seq && !group.length) seq = to;
    },
    /** Forgets the part of an event that a cut left behind; it comes again whole. */
    cut() { group = []; },
  };
}
