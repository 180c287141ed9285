/** A store with a log as the product's server keeps it, and the messages it would send: what the client is measured by. */

import { createHash } from 'node:crypto';

const hex = (text) => createHash('sha256').update(text).digest('hex');
const START = Date.parse('2026-09-16T12:00:00Z');

/** A feature of an incident unless told otherwise. */
export function feature(id, version = 1, properties = {}, geometry = { type: 'Point', coordinates: [114.02, 33.58] }) {
  return { type: 'Feature', id, geometry, properties: { id, version, ...properties } };
}

/** A log of events, the state they make, and both as text. */
export class Store {
  constructor({ seq = 100, now = () => 0 } = {}) {
    this.seq = seq;
    this.now = now;
    this.log = [];
    this.layers = { incidents: new Map(), units: new Map(), cameras: new Map() };
    this.forgotten = 0;
  }

  at() { return new Date(START + this.now()).toISOString(); }

  put(layer, one, kind = `${layer}.changed`) {
    this.layers[layer].set(one.id, one);
    return this.write([{ event: kind, data: { kind, layer, id: one.id, version: one.properties.version, feature: one } }]);
  }

  remove(layer, id) {
    const version = this.layers[layer].get(id).properties.version + 1;
    this.layers[layer].delete(id);
    return this.write([{ event: 'remove', data: { kind: `${layer}.closed`, layer, id, version } }]);
  }

  /** Rights that changed: several messages of one event. */
  group(layer, features) {
    features.forEach((one) => this.layers[layer].set(one.id, one));
    return this.write(features.map((one) => ({ event: 'people.assigned', data: { kind: 'people.assigned', layer, id: one.id, version: one.properties.version, feature: one } })));
  }

  write(messages) {
    this.seq += 1;
    const at = this.at();
    this.log.push({ seq: this.seq, text: messages.map(({ event, data }, i) => this.message(event, { seq: this.seq, at, ...data }, i === messages.length - 1 ? this.seq : null)).join('') });
    return this.seq;
  }

  message(event, data, id = null) {
    return `${id === null ? '' : `id: ${id}\n`}event: ${event}\ndata: ${JSON.stringify(data)}\n\n`;
  }

  hashes() {
    const layers = Object.entries(this.layers).filter(([layer]) => layer !== 'units');
    return Object.fromEntries(layers.map(([layer, all]) => [layer, hex([...all.values()].map((one) => `${one.id}\t${one.properties.version}\n`).sort().join(''))]));
  }

  hash() {
    return hex(Object.entries(this.hashes()).map(([layer, hash]) => `${layer}\t${hash}\n`).sort().join(''));
  }

  beat(changes = {}) {
    return this.message('heartbeat', { seq: this.seq, at: this.at(), hash: this.hash(), ...changes });
  }

  state() {
    const layers = Object.fromEntries(Object.entries(this.layers).map(([layer, all]) => [layer, { type: 'FeatureCollection', features: [...all.values()] }]));
    return structuredClone({ seq: this.seq, at: this.at(), hash: this.hash(), hashes: this.hashes(), layers });
  }

  frame(units, full = false) {
    return this.message('frame', { at: this.at(), full, units });
  }

  /** What a client with this cursor is sent first: a reset, or what it missed. */
  since(cursor) {
    const known = /^\d+$/.test(cursor) && Number(cursor) <= this.seq && Number(cursor) >= this.forgotten;
    if (!known) return this.message('reset', { reason: 'cursor', seq: this.seq });
    return this.log.filter(({ seq }) => seq > Number(cursor)).map(({ text }) => text).join('');
  }

  /** The same as a plain object, to compare with a replayed state. */
  plain() {
    return Object.fromEntries(Object.entries(this.layers).map(([layer, all]) => [layer, Object.fromEntries(all)]));
  }
}

/** A replayed state in the shape of `Store.plain()`. */
export function plainOf(state) {
  return Object.fromEntries([...state.layers].map(([layer, all]) => [layer, Object.fromEntries(all)]));
}
