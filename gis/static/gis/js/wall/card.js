/** The card of what was picked on the wall: what it is, where it lies, what is near, and the way on. */

import { boundsOf } from '../bounds.js';
import { cardOf, layerOfCode, layerOfLevel } from '../card.js';
import { el, langOf } from '../dom.js';
import { isChinese } from '../words.js';
import { nearParts } from './cardnear.js';
import { setAttr, setText } from './parts.js';
import { stateWord, timeOf } from './rows.js';

const filled = (pattern, values) => pattern.replace(/\{(\w+)\}/g, (_, name) => encodeURIComponent(values[name]));

/** Where a feature stands: its point, else the middle of its box. @returns {[number, number]|null} */
export function standpoint(feature) {
  const box = boundsOf(feature.geometry);
  return box && [(box[0] + box[2]) / 2, (box[1] + box[3]) / 2];
}

/** Addresses of the other screens about a feature; only of screens that this site has. Pure. @param {Record<string, string>} urls */
export function waysOn(urls, { layer, id }) {
  return [['desk', 'Open at the desk'], ['plan', 'Open in the plan']]
    .filter(([screen]) => urls[screen] && (screen === 'plan' || layer === 'incidents'))
    .map(([screen, text]) => ({ screen, text, href: filled(urls[screen], { layer, id }) }));
}

/**
 * @param {object} ctx of the wall
 * @param {{ask: object, urls: Record<string, string>, go: (layer: string, id: string) => void, follow: (unit: string|null) => void, closed: () => void}} given
 */
export function cardView(ctx, { ask, urls, go, follow, closed }) {
  const { say, store, language } = ctx;
  const other = langOf(isChinese(language) ? 'en' : 'zh-hans');
  const kind = el('span', { class: 'panel-note' });
  const title = el('h2', { id: 'wall-card-title', tabindex: '-1' });
  const beside = el('p', { class: 'card-beside', lang: other });
  const chain = el('nav', { class: 'card-chain', 'aria-label': say('Lies in') });
  const body = el('div', { class: 'card-body' });
  const foot = el('footer', { class: 'card-foot' });
  const close = el('button', { class: 'list-close', type: 'button', onclick: () => shut() }, say('Close'), el('kbd', { 'aria-hidden': 'true' }, 'Esc'));
  const node = el('aside', { class: 'wall-card', 'aria-labelledby': 'wall-card-title', hidden: true },
    el('header', { class: 'card-top' }, el('div', { class: 'panel-head' }, kind, close), title, beside, chain), body, foot);
  let descriptions = null;
  let shown = null;
  let followed = '';
  let opener = null;

  const describe = async (layer) => { if (!descriptions?.some(({ id }) => id === layer)) descriptions = (await ask.get(urls.layers)).layers; return descriptions; };

  async function fetched({ layer, id }) {
    if (layer === 'incidents') return ask.get(filled(urls.incident, { id }));
    const live = store.table(layer).get(id);
    if (layer !== 'units') {
      const feature = await ask.get(filled(urls.feature, { layer, id }));
      return live ? { ...feature, properties: { ...feature.properties, status: live.properties.status } } : feature;
    }
    if (!live) throw new Error(say('The feature did not arrive; it may be gone or outside what you may see.'));
    if (!live.geometry) return live;
    const [lon, lat] = live.geometry.coordinates;
    return { ...live, chain: (await ask.get(urls.chain, { lon, lat })).chain };
  }

  function rows(list) {
    const known = list.filter(({ empty }) => !empty);
    return known.length > 0 && el('dl', { class: 'card-rows' }, ...known.flatMap((row) => [
      el('dt', {}, row.title, row.titleOther !== row.title && el('small', { lang: other }, row.titleOther)),
      el('dd', {}, row.area ? el('button', { class: 'card-link', type: 'button', onclick: () => go(layerOfCode(row.area), row.area) }, row.value) : row.value, row.other && el('small', { lang: row.area ? null : other }, row.other)),
    ]));
  }

  function steps(card) {
    return card.chain.filter((step) => layerOfLevel(step.level) && step.title !== card.title).map((step) => el('li', {},
      el('button', { class: 'card-link', type: 'button', onclick: () => go(layerOfLevel(step.level), step.id ?? step.code) }, step.title)));
  }

  function history(feature) {
    const turns = feature.properties.history ?? feature.history ?? [];
    return turns.length > 0 && section(say('History'), el('ol', { class: 'card-history' }, ...turns.slice(-6).reverse().map((turn) => el('li', {},
      el('time', { datetime: turn.at }, timeOf(Date.parse(turn.at), store.now(), language)), el('span', {}, stateWord(turn.state ?? turn.to ?? '', say))))));
  }

  const section = (heading, ...content) => el('section', { class: 'card-part' }, el('h3', {}, heading), ...content);

  function buttons(pick) {
    const links = waysOn(urls, pick).map(({ href, text }) => el('a', { class: 'button', href }, say(text)));
    const following = pick.layer === 'units' && el('button', { class: 'button', type: 'button', 'data-act': 'follow', 'aria-pressed': String(followed === pick.id), onclick: () => { followed = followed === pick.id ? '' : pick.id; follow(followed || null); drawFollow(); } }, say(followed === pick.id ? 'Stop following' : 'Follow it'));
    return [following, ...links].filter(Boolean);
  }

  function drawFollow() {
    const button = foot.querySelector('[data-act=follow]');
    if (!button) return;
    setText(button, say(followed === shown.id ? 'Stop following' : 'Follow it'));
    setAttr(button, 'aria-pressed', String(followed === shown.id));
  }

  function fill(pick, feature, layers) {
    const description = layers.find(({ id }) => id === pick.layer) ?? { id: pick.layer, fields: [] };
    const properties = { ...feature.properties };
    delete properties.history;
    delete properties.actions;
    const card = cardOf({ ...feature, properties }, description, language);
    setText(kind, [...new Set([card.layerTitle, card.kind])].filter(Boolean).join('\u3000'));
    setText(title, card.title);
    setText(beside, card.subtitle);
    chain.replaceChildren(el('ol', {}, ...steps(card)));
    const near = el('div', { class: 'card-near', 'data-near': 'awaited' });
    const attributes = card.attributes.length > 0 && section(say('Attributes'), rows(card.attributes));
    body.replaceChildren(...(pick.layer === 'incidents' ? [near, history(feature), attributes] : [attributes, near]).filter(Boolean));
    foot.replaceChildren(...buttons(pick));
    setAttr(foot, 'hidden', !foot.children.length);
    setAttr(node, 'data-state', 'shown');
    return near;
  }

  async function drawNear(pick, feature, into) {
    const place = pick.lngLat ?? standpoint(feature);
    if (!place || !urls.near) return;
    try {
      const answer = await ask.get(urls.near, { lon: place[0], lat: place[1], limit: 5 });
      if (shown?.pick === pick) { into.replaceChildren(...nearParts(ctx, answer, { section, go, without: pick })); setAttr(into, 'data-near', 'shown'); }
    } catch (failure) {
      into.replaceChildren(el('p', { class: 'card-note', role: 'alert' }, say('What is near did not arrive: {reason}', { reason: failure.message })));
      setAttr(into, 'data-near', 'failed');
    }
  }

  /** Shows what was picked; the newest pick wins. @param {{layer: string, id: string, lngLat?: [number, number]}} pick */
  async function open(pick) {
    const again = shown?.layer === pick.layer && shown.id === pick.id;
    shown = { ...pick, pick, version: store.table(pick.layer).get(pick.id)?.properties.version };
    setAttr(node, 'hidden', false);
    setAttr(node, 'data-layer', pick.layer);
    setAttr(node, 'data-id', pick.id);
    if (!again) {
      if (!node.contains(document.activeElement)) opener = document.activeElement;
      title.focus();
      setAttr(node, 'data-state', 'awaited');
      setText(title, say('Fetching'));
      setText(kind, '');
      setText(beside, '');
      for (const part of [chain, body, foot]) part.replaceChildren();
    }
    try {
      const [layers, feature] = await Promise.all([describe(pick.layer), fetched(pick)]);
      if (shown?.pick !== pick) return;
      await drawNear(pick, feature, fill(pick, feature, layers));
    } catch (failure) {
      if (shown?.pick !== pick) return;
      console.warn(failure);
      setAttr(node, 'data-state', 'failed');
      setText(title, say('The feature did not arrive; it may be gone or outside what you may see.'));
    }
  }

  function shut() {
    if (!shown) return;
    shown = null;
    setAttr(node, 'hidden', true);
    closed();
    if (opener?.isConnected) opener.focus();
  }

  return {
    node, open, close: shut,
    get shown() { return shown && { layer: shown.layer, id: shown.id }; },
    /** Somebody moved the map: it follows nobody any more. */
    loose() {
      if (!followed) return;
      followed = '';
      if (shown) drawFollow();
    },
    /** What lives may have changed: the card says the same as the map. */
    draw() {
      if (!shown || shown.layer !== 'incidents' || node.contains(document.activeElement)) return;
      const now = store.table('incidents').get(shown.id);
      if (now && now.properties.version !== shown.version) open(shown.pick);
    },
  };
}
