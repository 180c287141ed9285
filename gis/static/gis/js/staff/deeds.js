/** The buttons of an import: commit, discard, roll back, once more, the report as a file. Each says what it will do first. */

import { newUuid } from '../api.js';
import { byId, el, icon } from '../dom.js';
import { grouped } from '../numbers.js';
import { confirmed, failureText, getJson, postJson } from './page.js';
import { questionsOf } from './questions.js';
import { KINDS } from './changes.js';
import { WORKING } from './steps.js';
import { titleOf } from '../words.js';
import { dayOf } from './instants.js';

/** Why an import cannot be committed now, as a text of the dictionary with its values; nothing when it can. Pure. */
export function whyNot(one, language) {
  if (one.status === 'asking') {
    const count = questionsOf(one.report, language).length;
    return { text: count === 1 ? 'answer one question first' : 'answer {count} questions first', values: { count } };
  }
  if (one.status === 'ready' && !one.can.may_commit) return { text: 'somebody who may edit here has to commit', values: {} };
  if (one.status === 'refused') return { text: 'the file is refused', values: {} };
  if (one.status === 'uploading' || WORKING.has(one.status)) return { text: 'not checked yet', values: {} };
  return null;
}

/** @param {{staff: object, changed: (answer: object) => void, failed: (text: string) => void}} given */
export function deedsView({ staff, changed, failed }) {
  const { say, language, files, title, urls } = staff;
  let busy = false;

  async function act(one, name, body) {
    if (busy) return;
    busy = true;
    try {
      changed(await postJson(urls.act(one.id, name), body));
    } catch (failure) {
      if (name === 'rollback' && failure.status === 409 && failure.problem.standing) await withLater(one, failure.problem.standing);
      else failed(failureText(failure, say), failure.status === 409);
    } finally {
      busy = false;
    }
  }

  const version = (one) => (one.layer_version ?? one.base_version ?? 0) + 1;

  async function commit(one) {
    const counts = KINDS.slice(0, 5).filter(({ id }) => one.diff?.[id]).map(({ id, words }) => `${say(words)} ${grouped(one.diff[id], 0)}`);
    const lines = [
      say('{layer} becomes v{version}{day}. Tiles, walls and exports show it at once, never a mixture.', { layer: title(one), version: version(one), day: one.effective ? say(', in force from {day}', { day: one.effective }) : '' }),
      counts.length ? counts.join('\u3000') : say('Nothing changes: the layer gets a version that equals the present one.'),
      ...(one.consequences?.length ? [say('{count} consequences stand beside the map.', { count: one.consequences.length })] : []),
      say('It can be rolled back exactly, with ids and row versions.'),
    ];
    if (await confirmed({ title: say('Commit v{version}?', { version: version(one) }), lines, yes: say('Commit'), no: say('Not yet') })) await act(one, 'commit', { version: one.version });
  }

  async function discard(one) {
    const lines = [say('Nothing of it was written to the layer. The file and what was found stay in the list.')];
    if (await confirmed({ title: say('Discard this import?'), lines, yes: say('Discard'), no: say('Keep it'), grave: true })) await act(one, 'cancel', { version: one.version });
  }

  async function rollback(one) {
    let standing = [];
    try {
      ({ standing } = await getJson(urls.standing(one.id)));
    } catch (failure) {
      failed(failureText(failure, say));
      return;
    }
    if (standing.length) { await withLater(one, standing); return; }
    const lines = [
      say('The rows in force become those before v{version}: ids, row versions and validity come back, exports are equal to the byte.', { version: one.version_after }),
      say('The layer gets a new version; the import stays in the history as rolled back.'),
    ];
    if (await confirmed({ title: say('Roll back v{version}?', { version: one.version_after }), lines, yes: say('Roll back'), no: say('Leave it'), grave: true })) await act(one, 'rollback', { with_later: false });
  }

  async function withLater(one, standing) {
    const list = el('ul', { class: 'plain-list' }, ...standing.map((row) => el('li', {}, `v${row.version}\u3000${dayOf(row.published_at)}\u3000${row.file || row.source}\u3000${row.by && typeof row.by === 'object' ? titleOf({ title_zh: row.by.name, title_en: row.by.name_en }, language) : ''}\u3000${say('{count} features in common', { count: grouped(row.features, 0) })}`)));
    const lines = [say('Later versions changed the same features. They stand on this import:'), list, say('They are taken back too, the newest first, in one step. What they changed elsewhere stays.')];
    if (await confirmed({ title: say('Roll back v{version} and what stands on it?', { version: one.version_after }), lines, yes: say('Roll back {count} versions', { count: standing.length + 1 }), no: say('Leave it'), grave: true })) await act(one, 'rollback', { with_later: true });
  }

  async function again(one) {
    busy = true;
    try {
      const { id } = await postJson(urls.act(one.id, 'again'), { client_id: newUuid() });
      location.assign(urls.page(id));
    } catch (failure) {
      failed(failureText(failure, say));
      busy = false;
    }
  }

  return {
    draw(one) {
      const why = whyNot(one, language);
      const locked = why && el('p', { class: 'locked-deed', id: 'locked' }, icon('lock', files), say('Commit v{version}: {why}', { version: version(one), why: say(why.text, why.values) }));
      const button = (id, words, press, main = false) => el('button', { class: `button${main ? ' button-main' : ''}`, type: 'button', id, onclick: press }, words);
      const second = [
        one.can.cancel && button('discard', say('Discard'), () => discard(one)),
        one.can.rollback && button('rollback', say('Roll back to before v{version}', { version: one.version_after }), () => rollback(one)),
        one.can.again && button('again', say('Import it once more'), () => again(one)),
      ].filter(Boolean);
      const focused = document.activeElement?.id;
      byId('deeds').replaceChildren(...[
        one.can.commit ? button('commit', say('Commit v{version}', { version: version(one) }), () => commit(one), true) : locked,
        second.length && el('div', { class: 'deed-row' }, ...second),
        el('p', { class: 'least' }, one.report?.verdict ? el('span', {}, say('Report'), '\u3000', el('a', { href: urls.report(one.id, 'csv'), download: '' }, 'CSV'), '\u3000', el('a', { href: urls.report(one.id, 'json'), download: '' }, 'JSON')) : '', one.status === 'committed' ? el('span', {}, say('A rollback is a version of its own.')) : ''),
      ].filter(Boolean));
      if (focused) document.getElementById(focused)?.focus();
    },
  };
}
