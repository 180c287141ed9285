/** The place on the page of an import, kept in its address so that a link leads there. Pure. */

import { KINDS } from './changes.js';
import { WEIGHTS } from './report.js';

const TABS = ['findings', 'changes', 'fields'];
const SIDES = ['', 'before', 'after'];

const START = { tab: 'findings', weight: 'all', finding: -1, kind: '', field: '', text: '', page: 1, change: null, side: '' };

/** The place that a hash names; whatever it does not know is as at the start. */
export function parse(hash) {
  const given = new URLSearchParams(hash.replace(/^#/, ''));
  const one = (name, known, otherwise) => (known.includes(given.get(name)) ? given.get(name) : otherwise);
  const whole = (name, otherwise) => (/^\d{1,9}$/.test(given.get(name) ?? '') ? Number(given.get(name)) : otherwise);
  return {
    ...START,
    tab: one('tab', TABS, START.tab), weight: one('weight', ['all', ...WEIGHTS], START.weight), kind: one('kind', KINDS.map(({ id }) => id), ''), side: one('side', SIDES, ''),
    field: (given.get('field') ?? '').slice(0, 60), text: (given.get('text') ?? '').slice(0, 60), page: Math.max(1, whole('page', 1)), change: whole('change', null), finding: whole('finding', -1),
  };
}

/** The hash of a place: only what differs from the start. */
export function format(place) {
  const said = Object.entries(place).filter(([name, value]) => name in START && value !== START[name] && value !== null).map(([name, value]) => [name, String(value)]);
  return `#${new URLSearchParams(said)}`;
}
