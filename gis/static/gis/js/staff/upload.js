/** Sending a file piece by piece, so that a cut connection costs one piece. Pure: what sends and waits is given. */

export const CHUNK_BYTES = 8 * 1024 * 1024;
export const MAX_BYTES = 200 * 1024 * 1024;

/** The pieces that are left from an offset. @returns {{offset: number, end: number}[]} */
export function piecesFrom(size, offset, chunk = CHUNK_BYTES) {
  const pieces = [];
  for (let at = offset; at < size; at += chunk) pieces.push({ offset: at, end: Math.min(size, at + chunk) });
  return pieces;
}

/** Why a file is not sent, as a text of the dictionary, or nothing. */
export function refusalOf(file, limit = MAX_BYTES) {
  if (!file.size) return 'The file is empty.';
  return file.size > limit ? 'The file is larger than 200 MB: deliver it in parts.' : '';
}

/** Milliseconds before the next try after so many failures in a row: 0.5 s to 20 s. */
export function pauseMs(failures) {
  return Math.min(20_000, 500 * 2 ** Math.max(0, failures - 1));
}

/**
 * Sends all that is left of a file.
 *
 * @param {{file: Blob, offset: number, send: (offset: number, piece: Blob) => Promise<number>, wait: (ms: number) => Promise<void>,
 *   told: (fact: {sent: number, size: number, failures: number}) => void, stopped: () => boolean, chunk?: number, patience?: number}} given
 *   `send` resolves to how much the server holds then; it rejects with `{status: 409, problem: {offset}}` when the server
 *   holds another amount, with status 0 or 5xx when it is worth another try, with anything else for good
 * @returns {Promise<number>} what the server holds at the end
 */
export async function sendAll({ file, offset, send, wait, told, stopped, chunk = CHUNK_BYTES, patience = 8 }) {
  let sent = offset;
  let failures = 0;
  told({ sent, size: file.size, failures });
  while (sent < file.size && !stopped()) {
    try {
      sent = await send(sent, file.slice(sent, Math.min(file.size, sent + chunk)));
      failures = 0;
    } catch (failure) {
      const held = failure.status === 409 ? failure.problem?.offset : undefined;
      failures += 1;
      if (failures > patience) throw failure;
      if (Number.isInteger(held) && held <= file.size) sent = held;
      else if (failure.status === 0 || failure.status >= 500 || failure.status === 429) await wait(pauseMs(failures));
      else throw failure;
    }
    told({ sent, size: file.size, failures });
  }
  return sent;
}
