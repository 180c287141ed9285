/** The product's JSON interface: same origin, session cookie, one error class. */

/** An answer that is not 2xx, or none at all (`status` 0). */
export class ApiError extends Error {
  constructor(status, problem) {
    super(problem.detail ?? problem.title ?? `status ${status}`);
    this.status = status;
    this.problem = problem;
  }
}

/** What a page does when nobody is signed in any more; a wall has its own way and does not load itself again. */
export const signedOut = { act: () => location.reload() };

/** The JSON at an address. @param {string} url @param {AbortSignal} [signal] */
export async function getJson(url, signal) {
  let response;
  try {
    response = await fetch(url, { signal, headers: { Accept: 'application/json' }, credentials: 'same-origin' });
  } catch (failure) {
    if (failure.name === 'AbortError') throw failure;
    throw new ApiError(0, { title: failure.message });
  }
  if (response.status === 401) signedOut.act();
  if (!response.ok) throw new ApiError(response.status, await response.json().catch(() => ({})));
  return response.json();
}

/** The JSON that came back for a body sent to an address, with the session's token against forged requests. */
export async function postJson(url, body) {
  const token = document.cookie.match(/(?:^|; )csrftoken=([^;]+)/)?.[1] ?? '';
  let response;
  try {
    response = await fetch(url, {
      method: 'POST', credentials: 'same-origin', body: JSON.stringify(body),
      headers: { Accept: 'application/json', 'Content-Type': 'application/json', 'X-CSRFToken': token },
    });
  } catch (failure) {
    throw new ApiError(0, { title: failure.message });
  }
  if (!response.ok) throw new ApiError(response.status, await response.json().catch(() => ({})));
  return response.json();
}

/** A random UUID; `crypto.randomUUID` is missing where a page comes without TLS. */
export function newUuid() {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  bytes[6] = (bytes[6] & 0x0f) | 0x40;
  bytes[8] = (bytes[8] & 0x3f) | 0x80;
  const hex = Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('');
  return hex.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5');
}

/** The addresses of the page, from its configuration. */
export function addresses(config) {
  const fill = (pattern, values) => pattern.replace(/\{(\w+)\}/g, (_, name) => encodeURIComponent(values[name]));
  return {
    layers: () => config.layers_url,
    search: (text, limit = 30) => `${config.search_url}?${new URLSearchParams({ q: text, limit })}`,
    feature: (layer, id) => fill(config.feature_url, { layer, id }),
    tiles: (layers) => config.tiles_url.replace('{layers}', layers.join(',')),
    chain: (lon, lat) => `${config.chain_url ?? '/api/chain'}?${new URLSearchParams({ lon, lat })}`,
  };
}
