/** The frame of the wall: which panels there are and where they stand; the layout itself is in wall.css. */

import { el } from '../dom.js';
import { categoriesView, dutyView } from './breakdown.js';
import { feedView } from './feed.js';
import { headerView } from './header.js';
import { ledgerView } from './ledger.js';
import { legendView } from './legend.js';
import { locatorView } from './locator.js';
import { takeoverView } from './takeover.js';
import { communitiesView, trendView } from './trend.js';
import { worstView } from './worstview.js';

/** @param {object} ctx of the wall @returns {{node: HTMLElement, views: Record<string, object>, map: HTMLElement, mapNote: HTMLElement, stage: HTMLElement, caption: HTMLElement, locator: HTMLElement, margin: HTMLElement, loud: HTMLElement, low: HTMLElement}} */
export function shell(ctx) {
  const { say } = ctx;
  const views = {
    header: headerView(ctx), worst: worstView(ctx), takeover: takeoverView(ctx), feed: feedView(ctx), trend: trendView(ctx),
    communities: communitiesView(ctx), categories: categoriesView(ctx), duty: dutyView(ctx), ledger: ledgerView(ctx), legend: legendView(ctx), locator: locatorView(ctx),
  };
  const map = el('div', { class: 'wall-map', role: 'region', 'aria-label': say('Map of the district') });
  const mapNote = el('p', { class: 'map-note', role: 'status', hidden: true });
  const { legend, notice, scale, caption } = views.legend;
  const stage = el('main', { class: 'wall-stage' }, el('h1', { class: 'visually-hidden' }, `${say('Wall')}\u3000${ctx.title(ctx.config.wall ?? {})}`), map, el('div', { class: 'stage-veil', 'aria-hidden': 'true' }), mapNote, el('div', { class: 'stage-foot' }, legend, el('div', { class: 'foot-end' }, scale, notice)), caption, views.locator.node);
  const [loud, low] = [el('p', { class: 'visually-hidden', 'aria-live': 'assertive', id: 'loud' }), el('p', { class: 'visually-hidden', 'aria-live': 'polite', id: 'low' })];
  const right = el('div', { class: 'right' }, views.takeover.node, views.worst.node, views.feed.node);
  const figures = el('div', { class: 'figures' }, views.trend.node, views.communities.node, el('div', { class: 'halves' }, views.categories.node, views.duty.node, views.duty.posts));
  const margin = el('div', { class: 'margin' }, right, figures);
  const node = el('div', { class: 'sheet', lang: ctx.lang }, views.header.node, stage, margin, views.ledger.node, loud, low);
  return { node, views, map, mapNote, stage, caption, locator: views.locator.node, margin, loud, low };
}

/** The whole screen, when nobody may look. One calm sentence, and the way back for people with an account. */
export function darkScreen({ say, display }) {
  return el('div', { class: 'dark', role: 'alert' }, el('p', {}, say(display ? 'This screen has no permission any more. Please tell whoever looks after it.' : 'You are signed out.')),
    !display && el('a', { class: 'button', href: `/accounts/login/?next=${encodeURIComponent(location.pathname + location.search)}` }, say('Sign in again')));
}
