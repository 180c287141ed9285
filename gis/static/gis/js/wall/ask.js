/** Asking the server: same origin, never a reload by itself, a refusal told apart from a failure. */

/** The server answered, but not with what was asked for. */
export class Refused extends Error {
  constructor(status) {
    super(`status ${status}`);
    this.status = status;
  }
}

const PATIENCE_MS = 10_000;

/** @param {{display: boolean, display_header: string}} config @param {string} csrf token of the page, for accounts with a session */
export function asker(config, csrf) {
  async function ask(url, options = {}) {
    const answer = await fetch(url, { credentials: 'same-origin', cache: 'no-store', redirect: 'error', signal: AbortSignal.timeout(PATIENCE_MS), ...options, headers: { Accept: 'application/json', ...options.headers } });
    if (!answer.ok) throw new Refused(answer.status);
    return answer.status === 204 ? null : answer.json();
  }
  return {
    get: (url, values = {}) => {
      const query = new URLSearchParams(Object.entries(values).filter(([, value]) => value !== '' && value !== null && value !== undefined)).toString();
      return ask(query ? `${url}?${query}` : url);
    },
    post: (url, body) => ask(url, {
      method: 'POST', body: JSON.stringify(body),
      headers: { 'Content-Type': 'application/json', ...(config.display && config.display_header ? { [config.display_header]: '1' } : { 'X-CSRFToken': csrf }) },
    }),
  };
}

/** An id of this screen, kept by the browser. */
export function screenId() {
  const made = () => {
    const bytes = crypto.getRandomValues(new Uint8Array(16));
    bytes[6] = (bytes[6] & 0x0f) | 0x40;
    bytes[8] = (bytes[8] & 0x3f) | 0x80;
    const hex = [...bytes].map((byte) => byte.toString(16).padStart(2, '0')).join('');
    return [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20)].join('-');
  };
  try {
    const kept = localStorage.getItem('wangge.screen');
    if (kept) return kept;
    const id = made();
    localStorage.setItem('wangge.screen', id);
    return id;
  } catch (refused) {
    console.warn('this browser keeps nothing: the screen gets a new id at each start', refused.name);
    return made();
  }
}
