/** The remote control's elements: walls above, buttons of the chosen wall below. */

import { byId, el } from '../dom.js';
import { nameOf, titleOf } from '../words.js';
import { CHOICES, ageOf, phaseOf, scenesOf } from './screens.js';

/**
 * @param {{say: Function, language: string, scenes: object[], areas: object[], wallUrl: string,
 *   chosen: (name: string) => void, send: (command: string, args: object, words: string) => void}} given
 */
export function remoteView({ say, language, scenes, areas, wallUrl, chosen, send }) {
  const walls = byId('walls');
  const desk = byId('desk');
  const told = byId('told');
  const titles = new Map(scenes.map((scene) => [scene.id, titleOf(scene, language)]));
  const buttons = new Map();
  let drawn = '';

  function screenLine(screen, since) {
    const phase = phaseOf(screen, since);
    const age = ageOf(screen.age_s + since, say);
    const words = phase === 'silent' ? say('no word for {age}', { age }) : `${say(phase)} ${say('{age} ago', { age })}`;
    return el('span', { class: 'screen', 'data-phase': phase },
      el('b', {}, titles.get(screen.scene) ?? screen.scene ?? ''), el('span', {}, words), el('span', { class: 'least' }, `${screen.width}×${screen.height}`));
  }

  /** One button a wall for good, so that the focus stays where it is while ages tick. */
  function wallButton(wall, current, since) {
    const lines = wall.screens.length ? wall.screens.slice(0, 4).map((screen) => screenLine(screen, since)) : [el('span', { class: 'screen', 'data-phase': 'silent' }, el('span', {}, say('No screen is on')))];
    if (!buttons.has(wall.name)) buttons.set(wall.name, el('button', { class: 'wall', type: 'button', 'data-name': wall.name, onclick: () => chosen(wall.name) }));
    const button = buttons.get(wall.name);
    button.setAttribute('aria-pressed', String(wall === current));
    button.replaceChildren(el('span', { class: 'wall-name' }, el('b', {}, titleOf(wall, language)), el('span', { class: 'least' }, wall.name)), ...lines);
    return button;
  }

  function button(words, command, args, steer, extra = '') {
    return el('button', { class: `button ${extra}`.trim(), type: 'button', disabled: !steer, 'data-command': command, onclick: () => send(command, args, words) }, words);
  }

  function group(title, ...children) {
    return el('section', { class: 'group', 'aria-label': title }, el('h2', {}, title), el('div', { class: 'group-row' }, ...children));
  }

  function areaChoice(steer) {
    const select = el('select', { id: 'area', disabled: !steer, 'aria-label': say('Choose an area') }, el('option', { value: '' }, say('Choose an area')));
    for (const area of areas) {
      const indent = area.level === 'community' ? '\u3000' : '';
      select.append(el('option', { value: area.code }, `${indent}${nameOf(area, language)}`));
    }
    select.addEventListener('change', () => {
      const area = areas.find((one) => one.code === select.value);
      if (area) send('area', { code: area.code }, nameOf(area, language));
      select.value = '';
    });
    return select;
  }

  function deskOf(wall) {
    const { steer } = wall;
    const refusal = steer ? [] : [el('p', { class: 'refusal' }, say('You may look at this wall, but not steer it.'))];
    return [
      ...refusal,
      el('section', { class: 'transport', 'aria-label': say('Show') },
        button(say('Previous'), 'previous', {}, steer), button(say('Pause'), 'pause', {}, steer),
        button(say('Resume'), 'resume', {}, steer), button(say('Next'), 'next', {}, steer, 'button-main')),
      el('section', { class: 'group scenes', 'aria-label': say('Scenes') }, el('h2', {}, say('Scenes')),
        el('div', { class: 'scene-list' }, ...scenesOf(wall, scenes).map((scene) => button(titleOf(scene, language), 'scene', { id: scene.id }, steer)))),
      group(say('Go to'), areaChoice(steer)),
      ...CHOICES.map(({ command, title, choices }) => group(say(title), ...choices.map(([words, args]) => button(say(words), command, args, steer)))),
      el('p', { class: 'wall-link' }, el('a', { href: wallUrl.replace('{name}', encodeURIComponent(wall.name)) }, say('Open the wall'))),
    ];
  }

  return {
    /** Draws the walls anew, the desk only when another wall is chosen or its rights changed. */
    show(list, current, since) {
      const wanted = list.map((wall) => wallButton(wall, current, since));
      if (wanted.length !== walls.children.length || wanted.some((one, place) => walls.children[place] !== one)) walls.replaceChildren(...wanted);
      if (!current) {
        walls.replaceChildren(el('p', { class: 'refusal' }, say('There is no wall in your area. An administrator adds one in /admin/.')));
        desk.replaceChildren();
        return;
      }
      const key = JSON.stringify([current.name, current.steer, current.scenes]);
      if (key === drawn) return;
      drawn = key;
      desk.replaceChildren(...deskOf(current));
    },
    /** Marks the scene that the wall's newest screen shows. */
    mark(scene) {
      for (const one of desk.querySelectorAll('.scene-list .button')) one.setAttribute('aria-pressed', String(one.textContent === titles.get(scene)));
    },
    /** One line about the last command. */
    tell(text, failed = false) {
      told.textContent = text;
      told.dataset.failed = String(failed);
    },
  };
}
