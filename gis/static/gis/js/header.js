/** The header: clock, theme, account; and the form that changes the language without losing the place. */

import { shanghai } from './clock.js';
import { byId, el } from './dom.js';
import { otherTheme } from './theme.js';
import { isChinese } from './words.js';

/** A clock that ticks on the second. */
export function clock(language) {
  const [day, time] = [byId('clock-day'), byId('clock')];
  function tick() {
    const now = shanghai(new Date(), language);
    if (time.textContent !== now.time) time.textContent = now.time;
    if (day.textContent !== now.day) day.textContent = now.day;
    setTimeout(tick, 1000 - (Date.now() % 1000));
  }
  tick();
}

/** The theme switch. @param {{say: Function, changed: (theme: string) => void, iconUrl: string}} given */
export function themeSwitch({ say, changed, iconUrl }) {
  const root = document.documentElement;
  const button = byId('theme');
  function name() {
    const next = otherTheme(root.dataset.theme);
    button.querySelector('.words').textContent = say(next === 'light' ? 'Light' : 'Dark');
    button.querySelector('use').setAttribute('href', `${iconUrl}#${next === 'light' ? 'sun' : 'moon'}`);
  }
  function flip() {
    root.dataset.theme = otherTheme(root.dataset.theme);
    try { localStorage.setItem('wangge.theme', root.dataset.theme); } catch (refused) { /* private windows forget; the page still turns */ }
    name();
    changed(root.dataset.theme);
  }
  button.addEventListener('click', flip);
  name();
  return { flip };
}

/** Who is signed in, and as what. */
export function account(me, language) {
  const chinese = isChinese(language);
  const name = (chinese ? me.name || me.name_en : me.name_en || me.name) || me.username || '';
  const posts = (me.assignments ?? []).map((post) => [(chinese ? post.role_zh : post.role_en) || post.role, (chinese ? post.area_name : post.area_name_en) || post.area].filter(Boolean).join('\u3000'));
  byId('account-name').textContent = name;
  byId('account-title').textContent = name;
  byId('account-posts').replaceChildren(...[name === me.username ? '' : me.username, ...new Set(posts)].filter(Boolean).map((line) => el('li', {}, line)));
}

/** The account's menu closes by a click elsewhere and by Escape. */
export function accountMenu() {
  const menu = byId('account');
  document.addEventListener('click', (event) => { if (!menu.contains(event.target)) menu.removeAttribute('open'); });
  menu.addEventListener('keydown', (event) => { if (event.key === 'Escape') { menu.removeAttribute('open'); menu.querySelector('summary').focus(); } });
}

/** Keeps the view through a change of language. */
export function languageForm() {
  document.querySelector('.language')?.addEventListener('submit', (event) => {
    event.target.elements.next.value = location.pathname + location.search + location.hash;
  });
}
