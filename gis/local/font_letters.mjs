/**
 * Font files with chosen letters out of the numbered pieces of a larger font: `node font_letters.mjs < wishes.json`.
 *
 * A wish is `{"pieces": [paths of woff2], "letters": "...", "to": path}`; the answer on standard output is for each the
 * list of code points that were found. Outlines are moved as WOFF2 keeps them (its transformed `glyf`), none is drawn anew;
 * hints, kerning and vertical metrics stay behind, for a map and a screen of figures use none of them.
 */

import { readFileSync, writeFileSync } from 'node:fs';
import { pathToFileURL } from 'node:url';
import { brotliCompressSync, brotliDecompressSync, constants } from 'node:zlib';

const TAGS = ('cmap head hhea hmtx maxp name OS/2 post cvt_ fpgm glyf loca prep CFF_ VORG EBDT EBLC gasp hdmx kern LTSH PCLT VDMX vhea vmtx BASE GDEF GPOS GSUB EBSC JSTF MATH CBDT CBLC '
  + 'COLR CPAL SVG_ sbix acnt avar bdat bloc bsln cvar fdsc feat fmtx fvar gvar hsty just lcar mort morx opbd prop trak Zapf Silf Glat Gloc Feat Sill').split(' ').map((tag) => tag.replace('_', ' '));
const COPIED = ['OS/2', 'head', 'hhea', 'maxp', 'name', 'post'];
/** Offsets of outlines in four bytes: there may be more than 128 KB of them. */
const LONG = 1;

/** Reads numbers one after the other. */
function reader(bytes, at = 0) {
  const self = {
    get at() { return at; },
    u8: () => bytes[at++],
    u16: () => (at += 2, bytes.readUInt16BE(at - 2)),
    i16: () => (at += 2, bytes.readInt16BE(at - 2)),
    u32: () => (at += 4, bytes.readUInt32BE(at - 4)),
    take: (length) => bytes.subarray(at, at += length),
    /** UIntBase128 of the format. */
    base128() {
      let value = 0;
      for (let byte = 0x80; byte & 0x80;) { byte = self.u8(); value = value * 128 + (byte & 0x7f); }
      return value;
    },
    /** 255UInt16 of the format. */
    short() {
      const code = self.u8();
      if (code === 253) return self.u16();
      if (code === 254) return 506 + self.u8();
      return code === 255 ? 253 + self.u8() : code;
    },
  };
  return self;
}

/** The tables of a WOFF2 file: tag -> bytes as they are kept there. @param {Buffer} file */
export function tablesOf(file) {
  if (file.toString('latin1', 0, 4) !== 'wOF2') throw new Error('not a WOFF2 file');
  const count = file.readUInt16BE(12);
  const packed = file.readUInt32BE(20);
  const head = reader(file, 48);
  const list = Array.from({ length: count }, () => {
    const flags = head.u8();
    const tag = (flags & 63) === 63 ? head.take(4).toString('latin1') : TAGS[flags & 63];
    const version = flags >> 6;
    const plain = head.base128();
    const changed = ['glyf', 'loca'].includes(tag) ? version === 0 : version !== 0;
    return { tag, changed, length: changed ? head.base128() : plain };
  });
  const whole = reader(brotliDecompressSync(file.subarray(head.at, head.at + packed)));
  return new Map(list.map(({ tag, changed, length }) => [tag, { changed, bytes: whole.take(length) }]));
}

/** Code point -> glyph. */
function mapping(bytes) {
  const found = new Map();
  const head = reader(bytes, 2);
  const offsets = Array.from({ length: head.u16() }, () => (head.u32(), head.u32()));
  for (const start of offsets) {
    const format = bytes.readUInt16BE(start);
    if (format === 12) {
      const groups = reader(bytes, start + 12);
      for (let left = groups.u32(); left > 0; left -= 1) {
        const [from, to, glyph] = [groups.u32(), groups.u32(), groups.u32()];
        for (let code = from; code <= to; code += 1) found.set(code, glyph + code - from);
      }
    }
    if (format === 4) segments(bytes, start, found);
  }
  return found;
}

function segments(bytes, start, found) {
  const size = bytes.readUInt16BE(start + 6);
  const at = (row, n) => start + 14 + row * size + (row ? 2 : 0) + 2 * n;
  for (let n = 0; n < size / 2; n += 1) {
    const [to, from, delta, range] = [0, 1, 2, 3].map((row) => bytes.readUInt16BE(at(row, n)));
    for (let code = from; code <= to && code < 0xffff; code += 1) {
      const kept = range ? bytes.readUInt16BE(at(3, n) + range + 2 * (code - from)) : code;
      if (kept) found.set(code, (kept + delta) & 0xffff);
    }
  }
}

/** How many bytes the triplet of a point takes beside its flag. */
const pointBytes = (flag) => { const kind = flag & 0x7f; return kind < 84 ? 1 : kind < 120 ? 2 : kind < 124 ? 3 : 4; };

/** The outlines of a transformed `glyf`: for each glyph its share of every stream. */
function outlines(bytes) {
  const head = reader(bytes, 2);
  if (head.u16()) throw new Error('a transformed glyf with options is not known here');
  const count = head.u16();
  head.u16();
  const sizes = Array.from({ length: 7 }, head.u32);
  const [contours, points, flags, glyph, , boxes, hints] = sizes.map((size) => reader(head.take(size)));
  const marks = boxes.take(4 * Math.ceil(count / 32));
  const found = [];
  for (let id = 0; id < count; id += 1) {
    const one = { contours: contours.i16(), points: [], flags: [], glyph: [], box: null };
    if (one.contours < 0) throw new Error('a glyph of parts is not known here');
    if (one.contours > 0) {
      one.points = Array.from({ length: one.contours }, points.short);
      one.flags = flags.take(one.points.reduce((sum, number) => sum + number, 0));
      one.glyph = glyph.take(one.flags.reduce((sum, flag) => sum + pointBytes(flag), 0));
      hints.take(glyph.short());
    }
    if (marks[id >> 3] & (0x80 >> (id & 7))) one.box = boxes.take(8);
    found.push(one);
  }
  return found;
}

/** One piece of a font: what letters it has, and each of its glyphs. */
function pieceOf(file) {
  const tables = tablesOf(file);
  const [hmtx, glyf] = ['hmtx', 'glyf'].map((tag) => tables.get(tag));
  if (!glyf?.changed || hmtx?.changed) throw new Error('a font in another form than expected');
  const wide = tables.get('hhea').bytes.readUInt16BE(34);
  const glyphs = outlines(glyf.bytes);
  const measure = (id) => {
    const advance = hmtx.bytes.readUInt16BE(4 * Math.min(id, wide - 1));
    return [advance, hmtx.bytes.readInt16BE(id < wide ? 4 * id + 2 : 4 * wide + 2 * (id - wide))];
  };
  return { tables, letters: mapping(tables.get('cmap').bytes), glyphs, measure };
}

/**
 * A WOFF2 file of these letters. @param {Buffer[]} files pieces of one font @param {Iterable<string>} letters
 * @returns {{file: Buffer, codes: number[]}} `codes`: those of the letters that a piece had
 */
export function lettersOf(files, letters) {
  const pieces = files.map(pieceOf);
  const codes = [...new Set([...letters].map((letter) => letter.codePointAt(0)))].filter((code) => code < 0xffff).sort((a, b) => a - b);
  const [first] = pieces;
  const chosen = [{ piece: first, id: 0 }];
  const known = codes.filter((code) => {
    const piece = pieces.find((one) => one.letters.has(code));
    if (piece) chosen.push({ piece, id: piece.letters.get(code) });
    return piece;
  });
  const tables = new Map(COPIED.map((tag) => [tag, Buffer.from(first.tables.get(tag).bytes)]));
  tables.get('hhea').writeUInt16BE(chosen.length, 34);
  tables.get('maxp').writeUInt16BE(chosen.length, 4);
  tables.get('head').writeUInt16BE(LONG, 50);
  tables.set('cmap', cmapOf(known));
  tables.set('hmtx', wordsOf(chosen.flatMap(({ piece, id }) => piece.measure(id))));
  tables.set('glyf', glyfOf(chosen.map(({ piece, id }) => piece.glyphs[id])));
  tables.set('loca', Buffer.alloc(0));
  return { file: packed(tables, 4 * (chosen.length + 1)), codes: known };
}

const wordsOf = (numbers) => { const bytes = Buffer.alloc(2 * numbers.length); numbers.forEach((number, at) => bytes.writeUInt16BE(number & 0xffff, 2 * at)); return bytes; };
const longsOf = (numbers) => { const bytes = Buffer.alloc(4 * numbers.length); numbers.forEach((number, at) => bytes.writeUInt32BE(number, 4 * at)); return bytes; };

/** Letters in order are glyphs 1, 2, 3 …: a segment for each run of neighbours. */
function cmapOf(codes) {
  const runs = [];
  codes.forEach((code, at) => { if (at && code === codes[at - 1] + 1) runs.at(-1).to = code; else runs.push({ from: code, to: code, delta: at + 1 - code }); });
  runs.push({ from: 0xffff, to: 0xffff, delta: 1 });
  const power = 2 ** Math.floor(Math.log2(runs.length));
  const rows = [...runs.map(({ to }) => to), 0, ...runs.map(({ from }) => from), ...runs.map(({ delta }) => delta), ...runs.map(() => 0)];
  const body = wordsOf([0, 2 * runs.length, 2 * power, Math.log2(power), 2 * (runs.length - power), ...rows]);
  return Buffer.concat([wordsOf([0, 1, 3, 1]), longsOf([12]), wordsOf([4, body.length + 4]), body]);
}

function short255(number) {
  if (number < 253) return [number];
  if (number < 506) return [255, number - 253];
  return number < 762 ? [254, number - 506] : [253, number >> 8, number & 255];
}

function glyfOf(glyphs) {
  const marks = Buffer.alloc(4 * Math.ceil(glyphs.length / 32));
  glyphs.forEach(({ box }, id) => { if (box) marks[id >> 3] |= 0x80 >> (id & 7); });
  const streams = [
    wordsOf(glyphs.map(({ contours }) => contours)), Buffer.from(glyphs.flatMap(({ points }) => points.flatMap(short255))),
    Buffer.concat(glyphs.map(({ flags }) => Buffer.from(flags))),
    Buffer.concat(glyphs.map(({ contours, glyph }) => Buffer.from([...glyph, ...(contours > 0 ? [0] : [])]))),
    Buffer.alloc(0), Buffer.concat([marks, ...glyphs.flatMap(({ box }) => box ?? [])]), Buffer.alloc(0),
  ];
  return Buffer.concat([wordsOf([0, 0, glyphs.length, LONG]), longsOf(streams.map(({ length }) => length)), ...streams]);
}

function base128(number) {
  const bytes = [number & 127];
  for (let rest = number >>> 7; rest; rest >>>= 7) bytes.unshift((rest & 127) | 128);
  return bytes;
}

/** The file: directory, then all tables packed as one. */
function packed(tables, locaLength) {
  const list = [...tables].sort(([a], [b]) => (a === 'glyf' ? 'glyf0' : a === 'loca' ? 'glyf1' : a) < (b === 'glyf' ? 'glyf0' : b === 'loca' ? 'glyf1' : b) ? -1 : 1);
  const directory = Buffer.from(list.flatMap(([tag, { length }]) => [
    TAGS.indexOf(tag), ...base128(tag === 'loca' ? locaLength : length), ...(['glyf', 'loca'].includes(tag) ? base128(length) : []),
  ]));
  const body = Buffer.concat(list.map(([, bytes]) => bytes));
  const data = brotliCompressSync(body, { params: { [constants.BROTLI_PARAM_QUALITY]: 11, [constants.BROTLI_PARAM_MODE]: constants.BROTLI_MODE_FONT, [constants.BROTLI_PARAM_SIZE_HINT]: body.length } });
  const plain = 12 + 16 * list.length + list.reduce((sum, [tag, { length }]) => sum + 4 * Math.ceil((tag === 'loca' ? locaLength : length) / 4), 0);
  const used = 48 + directory.length + data.length;
  const size = 4 * Math.ceil(used / 4);
  const head = Buffer.concat([Buffer.from('wOF2'), longsOf([0x00010000, size]), wordsOf([list.length, 0]), longsOf([plain, data.length]), wordsOf([1, 0]), longsOf([0, 0, 0, 0, 0])]);
  return Buffer.concat([head, directory, data, Buffer.alloc(size - used)]);
}

if (process.argv[1] && import.meta.url === pathToFileURL(process.argv[1]).href) {
  const answers = JSON.parse(readFileSync(0, 'utf8')).map(({ pieces, letters, to }) => {
    const { file, codes } = lettersOf(pieces.map((path) => readFileSync(path)), letters);
    writeFileSync(to, file);
    return codes;
  });
  console.log(JSON.stringify(answers));
}
