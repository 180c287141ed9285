/**
 * Map fonts from the page's own @font-face rules. MapLibre draws letters on a canvas, where a browser does not wait for
 * the piece of a font that holds a character; told of the pieces in the style, it loads exactly the ones it needs.
 */

const NAMES = { 400: 'Noto Sans SC Regular', 700: 'Noto Sans SC Bold' };

/** `U+4E00-4FFF, U+FF01` -> its entries. Pure. */
export function ranges(text) {
  return text.split(',').map((one) => one.trim()).filter(Boolean);
}

/** The first address in a `src` descriptor, made absolute. Pure. */
export function firstUrl(source, base) {
  const match = /url\(\s*["']?([^"')]+)["']?\s*\)/.exec(source);
  return match ? new URL(match[1], base).href : '';
}

/**
 * The `font-faces` of a style, from rules given as plain data. Pure.
 * @param {{family: string, weight: string, source: string, range: string, base: string}[]} rules
 */
export function facesOf(rules) {
  const faces = {};
  // Of two rules for a letter a style sheet takes the later one, the map the earlier.
  for (const rule of [...rules].reverse()) {
    if (!/noto sans( cjk)? sc/i.test(rule.family)) continue;
    const name = NAMES[rule.weight] ?? (rule.weight === 'bold' ? NAMES[700] : rule.weight === 'normal' ? NAMES[400] : '');
    const url = firstUrl(rule.source, rule.base);
    if (!name || !url) continue;
    (faces[name] ??= []).push({ url, ...(rule.range && { 'unicode-range': ranges(rule.range) }) });
  }
  return faces;
}

/** The @font-face rules of the page's style sheets as plain data. */
export function fontRules(document) {
  const rules = [];
  for (const sheet of document.styleSheets) {
    for (const rule of rulesOf(sheet)) {
      if (rule.constructor.name !== 'CSSFontFaceRule') continue;
      const get = (name) => rule.style.getPropertyValue(name);
      rules.push({
        family: get('font-family'), weight: get('font-weight') || '400', source: get('src'),
        range: get('unicode-range'), base: sheet.href ?? document.baseURI,
      });
    }
  }
  return rules;
}

/** The rules of a sheet; none of one that did not arrive. */
function rulesOf(sheet) {
  try {
    return sheet.cssRules;
  } catch (refused) {
    console.warn(`style sheet not readable: ${sheet.href}`);
    return [];
  }
}
