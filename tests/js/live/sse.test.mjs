import assert from 'node:assert/strict';
import { test } from 'node:test';
import { sseParser } from '../../../gis/static/gis/js/live/sse.js';
import { chance } from './chance.mjs';

const encode = (text) => new TextEncoder().encode(text);
function parse(...chunks) {
  const got = [];
  const waits = [];
  const parser = sseParser((message) => got.push(message), { retry: (wait) => waits.push(wait) });
  for (const chunk of chunks) parser.push(typeof chunk === 'string' ? encode(chunk) : chunk);
  return { got, waits };
}
const message = (data, event = 'message', id = null) => ({ event, data, id });

const CASES = [
  ['one line', 'data: a\n\n', [message('a')]],
  ['one space only is dropped', 'data:  a \n\n', [message(' a ')]],
  ['no space is fine', 'data:a\n\n', [message('a')]],
  ['lines are joined', 'data: a\ndata:\ndata: b\n\n', [message('a\n\nb')]],
  ['comments say nothing', ': hello\ndata: a\n:\n\n', [message('a')]],
  ['an event without data is none', 'event: x\nid: 3\n\ndata: a\n\n', [message('a')]],
  ['empty data is data', 'data\n\n', [message('')]],
  ['names and ids', 'id: 7\nevent: frame\ndata: {}\n\n', [message('{}', 'frame', '7')]],
  ['an id lasts for its message only', 'id: 7\ndata: a\n\ndata: b\n\n', [message('a', 'message', '7'), message('b')]],
  ['an id with NUL is none', 'id: 7\0\ndata: a\n\n', [message('a')]],
  ['an empty id is an id', 'id\ndata: a\n\n', [message('a', 'message', '')]],
  ['unknown fields are skipped', 'foo: bar\ndata: a\nData: b\n\n', [message('a')]],
  ['a colon in the value stays', 'data: a: b:c\n\n', [message('a: b:c')]],
  ['what is not ended is not delivered', 'data: a\n\ndata: b\n', [message('a')]],
  ['returns end lines', 'data: a\r\rdata: b\r\r', [message('a'), message('b')]],
  ['both together end one', 'data: a\r\ndata: b\r\n\r\ndata: c\r\n\r\n', [message('a\nb'), message('c')]],
  ['all three mixed', 'data: a\r\n\ndata: b\n\r\ndata: c\r\r\n', [message('a'), message('b'), message('c')]],
  ['a byte order mark is no text', '\ufeffdata: a\n\n', [message('a')]],
  ['every script', 'data: 居民楼燃气软管老化 🚒 é\n\n', [message('居民楼燃气软管老化 🚒 é')]],
  ['other line separators are text', 'data: a\u2028b\u0085c\n\n', [message('a\u2028b\u0085c')]],
];

for (const [name, text, expected] of CASES) {
  test(`the parser: ${name}`, () => assert.deepEqual(parse(text).got, expected));
  test(`the parser, cut at every byte: ${name}`, () => {
    const all = encode(text);
    for (let cut = 0; cut <= all.length; cut += 1) assert.deepEqual(parse(all.slice(0, cut), all.slice(cut)).got, expected, `cut at ${cut}`);
    assert.deepEqual(parse(...[...all].map((byte) => Uint8Array.of(byte))).got, expected, 'byte by byte');
  });
}

test('retry is told when it is a number and only then', () => {
  assert.deepEqual(parse('retry: 250\nretry: -1\nretry: 1e3\nretry:\n').waits, [250]);
});

test('bytes that are no text become a mark and harm no other message', () => {
  assert.deepEqual(parse(encode('data: a'), Uint8Array.of(0xff, 0xc3), encode('\n\ndata: b\n\n')).got, [message('a\ufffd\ufffd'), message('b')]);
});

test('a line without an end does not fill the memory', () => {
  const parser = sseParser(() => {});
  const much = encode('x'.repeat(1_000_000));
  assert.throws(() => { for (let i = 0; i < 40; i += 1) parser.push(much); }, RangeError);
});

test('a message without an end does not fill the memory', () => {
  const parser = sseParser(() => {});
  const much = encode(`data: ${'x'.repeat(1_000_000)}\n`);
  assert.throws(() => { for (let i = 0; i < 40; i += 1) parser.push(much); }, RangeError);
});

test('whatever is sent arrives the same wherever it is cut', () => {
  const { below, one } = chance(3);
  const alphabet = [...'ab: \\"<>&', '案', '🚨', '\u2028', '\ufeff', '\t'];
  const word = (most) => Array.from({ length: below(most) }, () => one(alphabet)).join('');
  for (let round = 0; round < 400; round += 1) {
    const messages = Array.from({ length: 1 + below(6) }, () => {
      const lines = Array.from({ length: 1 + below(3) }, () => word(12));
      return { lines, event: below(2) ? `e${below(9)}` : '', id: below(2) ? String(below(1e6)) : null, end: one(['\n', '\r\n', '\r']) };
    });
    const text = messages.map(({ lines, event, id, end }) => [
      ...(below(3) ? [] : [': beat']), ...(id === null ? [] : [`id: ${id}`]), ...(event ? [`event: ${event}`] : []), ...lines.map((line) => `data: ${line}`), '', '',
    ].join(end)).join('');
    const all = encode(text);
    const chunks = [];
    for (let at = 0; at < all.length;) { const to = at + 1 + below(9); chunks.push(all.slice(at, to)); at = to; }
    assert.deepEqual(parse(...chunks).got, messages.map(({ lines, event, id }) => message(lines.join('\n'), event || 'message', id)), `round ${round}`);
  }
});
