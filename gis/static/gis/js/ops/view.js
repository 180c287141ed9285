/** Writes a state of the system into the page: elements stay, only texts that differ are touched. */

import { shanghai } from '../clock.js';
import { byId, el } from '../dom.js';
import { isChinese } from '../words.js';
import { ageText, bytesText, grouped, processWord, screenWord, share, verdictOf, verdictWord } from './figures.js';

/** Sets a text if it is another one. */
function write(node, text) {
  if (node.textContent !== text) node.textContent = text;
}

/** As many children as items: made once, filled each time. */
function list(parent, items, make, fill) {
  while (parent.children.length > items.length) parent.lastElementChild.remove();
  while (parent.children.length < items.length) parent.append(make());
  items.forEach((item, index) => fill(parent.children[index], item));
}

const row = () => el('tr', {}, el('th', { scope: 'row' }), el('td', {}));

/** @param {{say: Function, language: string, limits: {warn: number, alarm: number}}} given */
export function opsView({ say, language, limits }) {
  const chinese = isChinese(language);
  const own = (thing) => (chinese ? thing.zh : thing.en);
  const time = (moment) => shanghai(new Date(moment), language).time;
  const age = (seconds) => ageText(seconds, say);

  function verdict(level, line) {
    const box = byId('verdict');
    box.dataset.level = level;
    write(byId('verdict-word'), verdictWord(level, say));
    write(byId('verdict-line'), line);
  }

  function makeProcess() {
    return el('li', { class: 'proc' },
      el('div', { class: 'proc-head' }, el('h3', {}), el('span', { class: 'state' })),
      el('p', { class: 'proc-age' }),
      el('meter', { class: 'bar', min: 0, max: 1, 'aria-hidden': 'true' }),
      el('p', { class: 'proc-more' }));
  }

  function fillProcess(node, process, passed) {
    const alive = [...process.instances].sort((a, b) => a.age_s - b.age_s);
    const [first] = alive;
    node.dataset.level = process.level;
    write(node.querySelector('h3'), own(process));
    write(node.querySelector('.state'), processWord(process.level, say));
    const seconds = first ? first.age_s + passed : 0;
    write(node.querySelector('.proc-age'), first ? say('last sign {age} ago', { age: age(seconds) }) : say('never seen'));
    node.querySelector('.bar').value = first ? share(seconds, limits.alarm) : 1;
    const living = alive.filter((one) => one.age_s <= limits.alarm);
    const shown = living.length ? living : alive.slice(0, 1);
    const restarts = alive.reduce((sum, one) => sum + one.restarts, 0);
    write(node.querySelector('.proc-more'), shown.length ? [
      say('process {pid}', { pid: shown.map((one) => one.pid).join(' ') }),
      say('up {age}', { age: age(Math.max(...shown.map((one) => one.up_s)) + passed) }),
      say('{count} restarts', { count: restarts }),
    ].join('\u3000') : '');
  }

  function table(id, rows) {
    list(byId(id), rows, row, (node, [name, value, level = 'ok']) => {
      node.dataset.level = level;
      write(node.children[0], name);
      write(node.children[1], value);
    });
  }

  function logRows({ log, streams }) {
    const head = { true: say('agrees'), false: say('differs'), null: say('none kept yet') }[String(log.kept_head_agrees)];
    const waiting = log.unlinked ? say('{count} events, {age}', { count: grouped(log.unlinked), age: age(log.unlinked_age_s) }) : say('none');
    return [
      [say('Newest seq'), grouped(log.seq)],
      [say('Hash'), log.hash ? `${log.hash.slice(0, 4)} ${log.hash.slice(4, 8)}` : '—'],
      [say('Without a place'), waiting, log.level],
      [say('Head kept outside'), head, log.kept_head_agrees === false ? 'alarm' : 'ok'],
      [say('Clients of streams'), grouped(streams)],
    ];
  }

  function consumerRows({ consumers }) {
    return consumers.map((one) => [one.name, one.behind
      ? say('{count} events, {age}', { count: grouped(one.behind), age: age(one.age_s) })
      : `${say('nothing behind')}\u3000${say('Up to {seq}', { seq: grouped(one.seq) })}`, one.level]);
  }

  function jobRows({ jobs }) {
    return [
      [say('Waiting'), jobs.waiting ? `${jobs.waiting}\u3000${age(jobs.oldest_wait_s)}` : say('none'), jobs.level],
      [say('Under way'), jobs.running ? String(jobs.running) : say('none')],
      [say('Failed in 24 h'), jobs.failed ? `${jobs.failed}\u3000${jobs.failed_task}` : say('none'), jobs.failed ? 'warn' : 'ok'],
    ];
  }

  /** Walls and their screens: how long ago each spoke, and what is wrong. */
  function screenRows({ screens }, passed) {
    if (!screens.length) return [[say('none today'), '']];
    return screens.map((one) => [`${one.wall}\u3000${one.width}×${one.height}`, `${screenWord(one, say)}\u3000${say('{age} ago', { age: age(one.age_s + passed) })}`, one.level]);
  }

  function machineRows({ machine, horizons }) {
    return [
      [say('Database'), bytesText(machine.database_bytes)],
      [say('Disk free'), say('{used} of {most}', { used: bytesText(machine.disk_free_bytes), most: bytesText(machine.disk_total_bytes) }), machine.disk_level],
      [say('Connections'), say('{used} of {most}', { used: machine.connections, most: machine.connections_max }), machine.connections_level],
      ...horizons.map((one) => [say('Days ahead, {table}', { table: one.table }), String(one.days), one.level]),
    ];
  }

  function transactions(sessions, passed) {
    byId('no-transaction').hidden = sessions.length > 0;
    byId('transactions').closest('table').hidden = sessions.length === 0;
    list(byId('transactions'), sessions, () => el('tr', {}, ...Array.from({ length: 5 }, () => el('td', {}))), (node, one) => {
      const notes = [one.in_log && say('events'), one.blocks && say('{count} wait', { count: one.blocks })].filter(Boolean);
      node.dataset.level = one.level;
      [age(one.age_s + passed), one.application || one.role, String(one.pid), `${one.writes ? say('writing') : say('reading')} ${one.verb}`.trim(),
        [one.state, ...notes].join('\u3000')].forEach((text, index) => write(node.children[index], text));
    });
  }

  function warnings(found) {
    byId('calm').hidden = found.length > 0;
    list(byId('warnings'), found, () => el('li', {}, el('span', { class: 'state' }), el('p', {}), el('time', {})), (node, one) => {
      node.dataset.level = one.level;
      write(node.children[0], verdictWord(one.level, say));
      write(node.children[1], own(one));
      write(node.children[2], one.since ? say('since {time}', { time: time(one.since) }) : '');
    });
  }

  /** Everything, `passed` seconds after it was read; `broken` since when nothing new came. */
  function show(state, passed, broken) {
    document.body.classList.toggle('is-old', Boolean(broken));
    if (broken) verdict('unknown', say('not read since {time}: what stands here is older', { time: time(broken) }));
    if (!state) return;
    if (!broken) {
      const count = state.warnings.length;
      verdict(verdictOf(state.warnings), `${count ? say('{count} to see to', { count }) : say('nothing to see to')}\u3000${say('read {time}', { time: time(state.at) })}`);
    }
    list(byId('processes'), state.processes, makeProcess, (node, process) => fillProcess(node, process, passed));
    warnings(state.warnings);
    table('log', logRows(state));
    table('consumers', consumerRows(state));
    table('screens', screenRows(state, passed));
    table('jobs', jobRows(state));
    table('machine', machineRows(state));
    transactions(state.sessions, passed);
  }

  return { show };
}
