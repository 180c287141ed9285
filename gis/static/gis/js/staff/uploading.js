/** The upload of the import that the page shows: goes on after a reload, waits out a cut connection, can be stopped. */

import { byId, el } from '../dom.js';
import { bytes } from './instants.js';
import { dropFile, keptFile } from './kept.js';
import { failureText, postJson, putBytes } from './page.js';
import { sendAll } from './upload.js';

/** @param {{staff: object, arrived: () => void}} given `arrived`: the file is whole, look again */
export function uploading({ staff, arrived }) {
  const { say, urls, config } = staff;
  let running = false;
  let stopped = false;

  /** Sends what is left of the import, from what the browser kept; without it the person is asked for the file again. */
  async function go(one) {
    if (running || stopped) return;
    running = true;
    const file = await keptFile(one.id);
    if (file && file.size === one.file.bytes) await send(one, file);
    else ask(one, say('This browser no longer holds the file: choose the same one to go on.'));
    running = false;
  }

  async function send(one, file) {
    try {
      await sendAll({
        file, offset: one.file.received, chunk: config.limits.chunk, stopped: () => stopped,
        send: async (offset, piece) => (await putBytes(urls.content(one.id, offset), piece)).received,
        wait: (ms) => new Promise((resolve) => { setTimeout(resolve, ms); }),
        told: ({ sent, size, failures }) => draw(sent, size, failures),
      });
      if (stopped) return;
      await postJson(urls.act(one.id, 'finish'), {});
      await dropFile(one.id);
      arrived();
    } catch (failure) {
      if (failure.status === 404 || failure.status === 409) { arrived(); return; }
      ask(one, failureText(failure, say));
    }
  }

  function draw(sent, size, failures) {
    const cover = byId('cover');
    cover.hidden = false;
    const text = say('{sent} of {size} sent', { sent: bytes(sent), size: bytes(size) });
    let bar = cover.querySelector('#upload-bar');
    if (!bar) {
      bar = el('progress', { class: 'progress', id: 'upload-bar', max: 1, 'aria-label': say('Uploading') });
      cover.replaceChildren(el('b', {}, say('Uploading')), bar, el('p', { id: 'upload-text' }), el('p', { class: 'least' }, say('You may leave this page or load it again: it goes on here.')));
    }
    bar.value = size ? sent / size : 0;
    byId('upload-text').textContent = failures ? `${text}\u3000${say('no connection, trying again')}` : text;
  }

  function ask(one, why) {
    const cover = byId('cover');
    const input = el('input', { type: 'file', id: 'same-file', class: 'visually-hidden' });
    input.addEventListener('change', async () => {
      const file = input.files[0];
      if (!file) return;
      if (file.name !== one.file.name || file.size !== one.file.bytes) {
        ask(one, say('That is another file: {name}, {size} is wanted.', { name: one.file.name, size: bytes(one.file.bytes) }));
        return;
      }
      running = true;
      cover.replaceChildren();
      await send(one, file);
      running = false;
    });
    cover.hidden = false;
    cover.replaceChildren(el('b', {}, say('The upload stopped')), el('p', {}, why),
      el('p', {}, say('{sent} of {size} sent', { sent: bytes(one.file.received), size: bytes(one.file.bytes) })),
      input, el('label', { class: 'button button-main', for: 'same-file' }, say('Choose the file')));
  }

  return { go, stop() { stopped = true; } };
}
