/** What the remote control says of a wall's screens, and which buttons it has. Pure. */

/** A screen speaks every 30 s; after so long without a word it is not called live any more. */
export const SILENT_S = 90;

/** The button groups of a wall: command, words, and arguments of each choice. */
export const CHOICES = [
  { command: 'theme', title: 'Theme', choices: [['Dark', { theme: 'dark' }], ['Light', { theme: 'light' }]] },
  { command: 'language', title: 'Language', choices: [['中文', { language: 'zh' }], ['English', { language: 'en' }], ['Both', { language: 'both' }]] },
  { command: 'three_d', title: '3D', choices: [['On', { on: true }], ['Off', { on: false }]] },
  { command: 'split', title: 'Two maps', choices: [['On', { on: true }], ['Off', { on: false }]] },
  {
    command: 'choropleth',
    title: 'Areas coloured by',
    choices: [['Nothing', { choropleth: 'none' }], ['Open now', { choropleth: 'open_now' }], ['Cases per km²', { choropleth: 'per_km2' }], ['Age of the oldest', { choropleth: 'oldest' }]],
  },
  { command: 'heat', title: 'Heat', choices: [['None', { heat: 'none' }], ['24 h', { heat: '24h' }], ['7 d', { heat: '7d' }], ['30 d', { heat: '30d' }]] },
];

/**
 * How long ago, in words, rounded down. @param {number} seconds
 * @param {(text: string, values?: object) => string} say
 */
export function ageOf(seconds, say) {
  const whole = Math.max(0, Math.floor(seconds));
  if (whole < 120) return say('{seconds} s', { seconds: whole });
  if (whole < 7200) return say('{minutes} min', { minutes: Math.floor(whole / 60) });
  return say('{hours} h', { hours: Math.floor(whole / 3600) });
}

/** `live`, `stale` or `dark` as the screen said, `silent` once it has said nothing for too long. */
export function phaseOf(screen, since) {
  return screen.age_s + since > SILENT_S ? 'silent' : screen.phase;
}

/** The wall to steer: the chosen one, else one with a live screen, else the first that may be steered. */
export function choose(walls, chosen, since = 0) {
  const live = (wall) => wall.screens.some((screen) => phaseOf(screen, since) === 'live');
  return walls.find((wall) => wall.name === chosen)
    ?? walls.find((wall) => wall.steer && live(wall))
    ?? walls.find((wall) => wall.steer)
    ?? walls[0]
    ?? null;
}

/** The scenes a wall shows, in its own order when it has one. */
export function scenesOf(wall, scenes) {
  if (!wall.scenes.length) return scenes;
  const byId = new Map(scenes.map((scene) => [scene.id, scene]));
  return wall.scenes.map((id) => byId.get(id)).filter(Boolean);
}
