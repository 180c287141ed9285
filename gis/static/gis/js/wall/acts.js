/** What a person can do on the wall: open the list behind a number, pick a case or a team, go back. */

import { cardView } from './card.js';
import { listings } from './listings.js';
import { listView } from './list.js';
import { categoryWord } from './rows.js';

const CLOSE_ZOOM = 16.2;

/** @param {{ctx: object, map: () => object|null, ask: object, urls: object, area: string, touched: () => void}} given */
export function acts({ ctx, map, ask, urls, area, touched }) {
  const { store, areas, say } = ctx;
  const made = listings(ctx, { ask, urls, area });
  let narrowed = null;
  const list = listView(ctx, { closed: () => map()?.showSet(filterIds()), drawn: (ids) => map()?.showSet(new Set(ids)) });

  const card = cardView(ctx, { ask, urls, go, follow: (unit) => { touched(); map()?.follow(unit); }, closed: () => { map()?.select(null); map()?.follow(null); } });

  const filterIds = () => (narrowed ? new Set(store.cases(narrowed).map(({ id }) => String(id))) : null);

  async function open(listing, from) {
    touched();
    list.open(listing, from);
    if (!listing.fetch) return;
    try {
      list.fill(listing.id, await listing.fetch());
    } catch (failure) {
      list.fill(listing.id, null, say('The list did not arrive ({reason}).', { reason: failure.message }));
    }
  }

  function fly(layer, id) {
    touched();
    const one = store.table(layer).get(id);
    map()?.select({ layer, id });
    if (one?.geometry) map()?.flyTo({ center: one.geometry.coordinates, zoom: CLOSE_ZOOM });
    card.open({ layer, id });
  }

  /** Another feature by a link or the search: its card, its mark, and the map where it lies. @param {number[]|null} [box] */
  function go(layer, id, box = null) {
    if (store.table(layer).has(id)) return fly(layer, id);
    touched();
    map()?.select({ layer, id });
    const around = box ?? areas.box(id);
    if (around) map()?.fit(around);
    return card.open({ layer, id });
  }

  return {
    list,
    card,
    go,
    openCounter: (id, from) => open(made.counter(id), from),
    openArea(code, from) {
      open(made.area(code), from);
      const box = areas.box(code);
      if (box) map()?.fit(box);
    },
    openCategory: (code, from) => open(made.category(code, categoryWord(code, say)), from),
    openDuty: (code, from) => open(made.duty(code), from),
    pickCase: (id) => fly('incidents', id),
    pickUnit: (id) => fly('units', id),
    /** The filter of the feed changed: the map shows the same cases. @param {object|null} filter */
    filtered(filter) {
      narrowed = filter && { ...filter };
      touched();
      if (!list.id) map()?.showSet(filterIds());
    },
    /** Something on the map was touched. */
    picked(pick) {
      touched();
      map()?.select(pick);
      if (pick) card.open(pick);
      else card.close();
    },
  };
}
