"""The browser's replay and the server's give the same state and the same hash for any stream."""

from __future__ import annotations

import base64
import json
import random
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest

from layers.catalog.live import DESCRIBED, register_layer_broadcasts
from layers.live.broadcasts import broadcast_kinds, broadcast_of
from layers.live.hashes import state_hash
from layers.live.messages import FRAME, PUBLISHED, REMOVE, Message, frame, group, heartbeat
from layers.live.replay import ClientState
from layers.walls.live import COMMAND, register_wall_broadcasts
from tests.live_kinds import registering_functions

ROOT = Path(__file__).resolve().parent.parent.parent
LAYERS = ("incidents", "units", "cameras")
NAMES = ("路灯不亮", '"><img src=x onerror=alert(1)>', "a\nb\r\n\ndata: {}", "🚒 é", "\u2028\ufeff", "")

BROADCASTS = (
    (PUBLISHED, "roads", {"version": 3}), (COMMAND, "main", {"command": "scene", "args": {"id": "flight"}}),
    *((kind, "hydrants", {"version": 2}) for kind in DESCRIBED),
)  # fmt: skip
register_wall_broadcasts()
register_layer_broadcasts()

KNOWN_TO_THE_BROWSER = """
import { replayOf } from '%s';
const known = (kind) => replayOf({ seq: 0, at: '', layers: {} }).apply(kind, { seq: 1, at: '', kind }, '1').length === 1;
console.log(JSON.stringify(process.argv.slice(1).filter(known)));
"""


def feature(dice: random.Random, key: str, version: int) -> dict[str, Any]:
    place = None if dice.random() < 0.3 else {"type": "Point", "coordinates": [dice.uniform(113, 115), 33.5]}
    properties = {"id": key, "version": version, "name": dice.choice(NAMES), "status": "on_duty"}
    return {"type": "Feature", "id": key, "geometry": place, "properties": properties}


def told(dice: random.Random, seq: int) -> Message:
    """A message about one object, known or not."""
    layer, key = dice.choice(LAYERS), f"x{dice.randrange(12)}"
    data: dict[str, Any] = {"seq": seq, "at": "2026-09-16T12:00:00Z", "layer": layer, "id": key, "version": seq}
    if dice.random() < 0.3:
        return Message(REMOVE, data | {"kind": "incident.closed"}, seq)
    return Message("incident.reported", data | {"kind": "incident.reported", "feature": feature(dice, key, seq)}, seq)


def messages(dice: random.Random, seq: int) -> list[Message]:
    """What may happen at one seq: an event, several of one, an old one again, a frame, a broadcast, a beat."""
    what = dice.random()
    if what < 0.5:
        return [told(dice, seq)]
    if what < 0.65:
        return group([told(dice, seq) for _ in range(dice.randrange(1, 5))], seq)
    if what < 0.75:
        return [told(dice, dice.randrange(1, seq))]
    if what < 0.9:
        rows = [
            [f"x{n}", *dice.choice([(None, None), (114.01, 33.57)]), "2026-09-16T12:00:01Z", 1.5, 90] for n in range(4)
        ]
        return [frame("2026-09-16T12:00:01Z", rows, full=dice.random() < 0.5)]
    kind, object_id, payload = dice.choice(BROADCASTS)
    broadcast = broadcast_of(seq, "2026-09-16T12:00:00Z", kind, object_id, payload)
    assert broadcast is not None
    unknown = Message("shift.ended", {"seq": seq, "at": "2026-09-16T12:00:00Z", "kind": "shift.ended"}, seq)
    return [dice.choice([broadcast, unknown]), heartbeat(seq, "2026-09-16T12:00:00Z", "0" * 64)]


@pytest.mark.parametrize("seed", range(8))
def test_both_replays_agree(seed):
    node = shutil.which("node")
    assert node is not None, "node is missing: `make test` installs it"
    dice = random.Random(seed)
    start = {
        "seq": 100, "at": "2026-09-16T12:00:00Z",
        "layers": {
            layer: {"type": "FeatureCollection", "features": [feature(dice, f"x{n}", 1) for n in range(5)]}
            for layer in LAYERS
        },
    }  # fmt: skip
    sent = [message for seq in range(101, 400) for message in messages(dice, seq)]
    ours = ClientState.from_state(json.loads(json.dumps(start)))
    for message in sent:
        ours.apply(message)
    stream = base64.b64encode(b"".join(message.encode() for message in sent)).decode()
    done = subprocess.run(
        [node, str(ROOT / "tests" / "js" / "live" / "replay_stdin.mjs")],
        input=json.dumps({"state": start, "stream": stream}), capture_output=True, text=True, check=True, timeout=60,
    )  # fmt: skip
    theirs = json.loads(done.stdout)
    assert theirs["seq"] == ours.seq
    assert theirs["layers"] == ours.layers
    assert theirs["hashes"] == ours.hashes()
    assert theirs["hash"] == ours.hash() == state_hash(theirs["hashes"])
    assert {message.event for message in sent} > {FRAME, REMOVE, PUBLISHED, COMMAND, DESCRIBED[0]}


def test_every_broadcast_is_known_to_the_browser_and_to_the_stream():
    """A kind that the browser's replay does not know moves its cursor and nothing else: nobody would be told."""
    kinds = broadcast_kinds()
    assert set(kinds) == {kind for kind, _, _ in BROADCASTS}, "the replays above are compared for every kind"
    module = ROOT / "gis" / "static" / "gis" / "js" / "live" / "replay.js"
    node = shutil.which("node")
    assert node is not None, "node is missing: `make test` installs it"
    done = subprocess.run(
        [node, "--input-type=module", "-e", KNOWN_TO_THE_BROWSER % module.as_uri(), *kinds, "shift.ended"],
        capture_output=True, text=True, check=True, timeout=60,
    )  # fmt: skip
    assert json.loads(done.stdout) == list(kinds)
    server = (ROOT / "gis" / "live_server.py").read_text(encoding="utf-8")
    assert [name for name in registering_functions() if f"{name}()" not in server] == []
