/** Elements without markup text: every word goes in as text, every attribute by name. */

const SVG = 'http://www.w3.org/2000/svg';

/**
 * @param {string} tag
 * @param {Record<string, unknown>} [attributes] `on…` are listeners; true sets an empty attribute; false, null skip it
 * @param {...(Node|string|null|false|undefined)} children
 * @returns {HTMLElement}
 */
export function el(tag, attributes = {}, ...children) {
  const node = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (value === null || value === undefined || value === false) continue;
    if (name.startsWith('on')) node.addEventListener(name.slice(2), value);
    else node.setAttribute(name, value === true ? '' : String(value));
  }
  node.append(...children.filter((child) => child !== null && child !== undefined && child !== false));
  return node;
}

/** A symbol of one of the two icon files, as an image without meaning of its own. */
export function icon(id, files, small = true) {
  const svg = document.createElementNS(SVG, 'svg');
  svg.setAttribute('class', small ? 'icon icon-small' : 'icon');
  svg.setAttribute('aria-hidden', 'true');
  const use = document.createElementNS(SVG, 'use');
  use.setAttribute('href', `${files.own.has(id) ? files.ownUrl : files.url}#${id}`);
  svg.append(use);
  return svg;
}

/** The element of that id; a page without it is not this page. */
export function byId(id) {
  const node = document.getElementById(id);
  if (!node) throw new Error(`the page has no #${id}`);
  return node;
}

/** The language attribute of a run of text. */
export function langOf(language) {
  return language.startsWith('zh') ? 'zh-Hans' : 'en';
}
