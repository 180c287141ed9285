/** A parser of `text/event-stream` that takes the bytes as they come, cut anywhere. Pure. */

/** No line or message of ours is near it; a stream that never ends its line must not fill the memory. */
const LONGEST = 16_000_000;

/**
 * @param {(message: {event: string, data: string, id: string|null}) => void} deliver `id` is this message's own, null
 *   for one without; an empty `id:` field gives ''
 * @param {{retry?: (milliseconds: number) => void}} [also]
 * @returns {{push: (bytes: Uint8Array) => void}} what is not ended by an empty line when the bytes stop is dropped, as
 *   the standard says; a RangeError refuses a message beyond 16 million characters
 */
export function sseParser(deliver, { retry = () => {} } = {}) {
  const decoder = new TextDecoder('utf-8');
  let parts = [];
  let length = 0;
  let afterReturn = false;
  let held = 0;
  let message = fresh();

  function fresh() {
    held = 0;
    return { event: '', data: null, id: null };
  }

  function field(name, value) {
    if (name === 'data') (message.data ??= []).push(value);
    else if (name === 'event') message.event = value;
    else if (name === 'id' && !value.includes('\0')) message.id = value;
    else if (name === 'retry' && /^\d+$/.test(value)) retry(Number(value));
  }

  function line(text) {
    if (text === '') {
      const { event, data, id } = message;
      message = fresh();
      if (data !== null) deliver({ event: event || 'message', data: data.join('\n'), id });
      return;
    }
    held += text.length;
    if (held > LONGEST) throw new RangeError('a message of the stream is too long');
    const colon = text.indexOf(':');
    if (colon === 0) return;
    if (colon < 0) field(text, '');
    else field(text.slice(0, colon), text.slice(colon + (text[colon + 1] === ' ' ? 2 : 1)));
  }

  function keep(text) {
    if (!text) return;
    parts.push(text);
    length += text.length;
    if (length > LONGEST) throw new RangeError('a line of the stream is too long');
  }

  function ended() {
    const whole = parts.join('');
    parts = [];
    length = 0;
    line(whole);
  }

  return {
    push(bytes) {
      const text = decoder.decode(bytes, { stream: true });
      if (!text) return;
      let from = afterReturn && text[0] === '\n' ? 1 : 0;
      afterReturn = text.endsWith('\r');
      const ends = /\r\n|\r|\n/g;
      ends.lastIndex = from;
      for (let end = ends.exec(text); end; end = ends.exec(text)) {
        keep(text.slice(from, end.index));
        ended();
        from = ends.lastIndex;
      }
      keep(text.slice(from));
    },
  };
}
