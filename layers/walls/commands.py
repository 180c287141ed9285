"""The words by which a wall is steered, each with its arguments; anything else is refused by name. Pure.

No command carries free text: a wall in a public room shows nothing that somebody typed.
"""

from __future__ import annotations

import uuid
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from typing import Any

from layers.errors import InvalidInput
from layers.geo.codes import level_of
from layers.walls.rules import CHOROPLETHS, HEATS, LANGUAGES, check_choice, check_number, check_slug, wrong

Json = Mapping[str, Any]
#: (argument's name, value, ids of the layers there are) -> the value as it is sent on. Raises InvalidInput.
Check = Callable[[str, Any, Collection[str]], Any]


@dataclass(frozen=True)
class Arg:
    """One argument of a command."""

    name: str
    check: Check
    required: bool = True


def _number(low: float, high: float) -> Check:
    return lambda name, value, layers: check_number(name, value, low, high)


def _choice(*choices: str) -> Check:
    return lambda name, value, layers: check_choice(name, value, choices)


def _slug(name: str, value: Any, layers: Collection[str]) -> str:
    return check_slug(name, value)


def _flag(name: str, value: Any, layers: Collection[str]) -> bool:
    if not isinstance(value, bool):
        raise wrong(name, "应为 true 或 false", "must be true or false", value)
    return value


def _uuid(name: str, value: Any, layers: Collection[str]) -> str:
    try:
        if isinstance(value, str) and len(value) == 36:
            return str(uuid.UUID(value))
    except ValueError:
        pass
    raise wrong(name, "应为案卷的 UUID", "must be the UUID of a case", value)


def _area(name: str, value: Any, layers: Collection[str]) -> str:
    if not isinstance(value, str) or level_of(value) is None:
        raise wrong(name, "应为 6、9、12 或 15 位辖区代码", "must be an area code of 6, 9, 12 or 15 digits", value)
    return value


def _layer(name: str, value: Any, layers: Collection[str]) -> str:
    if not isinstance(value, str) or value not in layers:
        raise wrong(name, "不是图层", "is no layer", value)
    return value


#: Command -> its arguments.
COMMANDS: dict[str, tuple[Arg, ...]] = {
    "next": (),
    "previous": (),
    "pause": (),
    "resume": (),
    "scene": (Arg("id", _slug),),
    "fly": (Arg("lon", _number(-180, 180)), Arg("lat", _number(-90, 90)), Arg("zoom", _number(8, 22), required=False)),
    "incident": (Arg("id", _uuid),),
    "area": (Arg("code", _area),),
    "theme": (Arg("theme", _choice("dark", "light")),),
    "language": (Arg("language", _choice(*LANGUAGES)),),
    "three_d": (Arg("on", _flag),),
    "layers": (Arg("id", _layer), Arg("on", _flag)),
    "choropleth": (Arg("choropleth", _choice(*CHOROPLETHS)),),
    "heat": (Arg("heat", _choice(*HEATS)),),
    "split": (Arg("on", _flag),),
}


def read_command(command: object, args: object, layers: Collection[str]) -> dict[str, Any]:
    """The arguments of a command, checked one by one. `layers` are the ids of the layers there are.

    Raises InvalidInput naming the command or argument at fault, what was found and what is possible.
    """
    if not isinstance(command, str) or command not in COMMANDS:
        raise wrong("command", f"应为 {'、'.join(COMMANDS)} 之一", f"must be one of {', '.join(COMMANDS)}", command)
    if not isinstance(args, Mapping):
        raise wrong("args", "应为对象", "must be an object", type(args).__name__)
    known = {arg.name for arg in COMMANDS[command]}
    for name in args:
        if name not in known:
            raise InvalidInput(
                f"命令 {command} 没有参数 {str(name)[:40]}；可用：{'、'.join(sorted(known)) or '无'}",
                f"the command {command} takes no {str(name)[:40]}; it takes {', '.join(sorted(known)) or 'nothing'}",
                field=f"args.{str(name)[:40]}",
            )  # fmt: skip
    return dict(_read(command, args, layers))


def _read(command: str, args: Json, layers: Collection[str]) -> list[tuple[str, Any]]:
    read = []
    for arg in COMMANDS[command]:
        if args.get(arg.name) is None:
            if arg.required:
                raise wrong(f"args.{arg.name}", "缺失", "is missing", None)
            continue
        try:
            read.append((arg.name, arg.check(arg.name, args[arg.name], layers)))
        except InvalidInput as error:
            raise InvalidInput(error.zh, error.en, field=f"args.{arg.name}", found=error.found) from error
    return read
