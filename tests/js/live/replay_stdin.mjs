/** Replays a stream onto a state, both from standard input, and says what came out: the other half of tests/pure/test_live_replay.py. */

import { readFileSync } from 'node:fs';
import { stateHash } from '../../../gis/static/gis/js/live/hash.js';
import { replayOf } from '../../../gis/static/gis/js/live/replay.js';
import { sseParser } from '../../../gis/static/gis/js/live/sse.js';
import { plainOf } from './store.mjs';

const { state, stream } = JSON.parse(readFileSync(0, 'utf8'));
const replay = replayOf(state);
const parser = sseParser(({ event, data, id }) => {
  if (event === 'frame') replay.frame(JSON.parse(data));
  else if (event !== 'heartbeat') replay.apply(event, JSON.parse(data), id);
});
parser.push(Buffer.from(stream, 'base64'));
process.stdout.write(JSON.stringify({ seq: replay.seq, layers: plainOf(replay), ...(await stateHash(replay.layers)) }));
