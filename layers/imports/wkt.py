"""The tree of a .prj text: keywords, texts and numbers, nothing looked up, nothing opened. Pure.

PROJ itself takes addresses and file names where a coordinate system is asked for; so no text of a stranger reaches it
before this parser has found it to be nothing but well-known text (OGC 01-009, ISO 19162, and ESRI's dialect).
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field

MAX_CHARACTERS = 16_000
MAX_DEPTH = 16
_TOKEN = re.compile(
    r'\s*(?:(?P<text>"(?:[^"]|"")*")|(?P<number>[-+]?(?:\d+\.?\d*|\.\d+)(?:[eE][-+]?\d+)?)'
    r"|(?P<word>[A-Za-z_][A-Za-z0-9_]*)|(?P<mark>[\[\](),]))"
)


class Unreadable(ValueError):
    """The text is not well-known text."""


@dataclass
class Node:
    """One bracket: KEYWORD["name", numbers and words…, children…]."""

    keyword: str
    values: list[str | float] = field(default_factory=list)
    children: list[Node] = field(default_factory=list)

    @property
    def name(self) -> str:
        """The first text in the bracket."""
        return next((value for value in self.values if isinstance(value, str)), "")

    @property
    def numbers(self) -> list[float]:
        """The numbers in the bracket."""
        return [value for value in self.values if isinstance(value, float)]

    def find(self, *keywords: str) -> Node | None:
        """The first bracket of one of these keywords, itself included, depth first."""
        return next((node for node in self.walk() if node.keyword in keywords), None)

    def walk(self) -> Iterator[Node]:
        """This bracket and all inside."""
        yield self
        for child in self.children:
            yield from child.walk()


def parse(text: str) -> Node:
    """The tree of a well-known text; Unreadable when it is anything else."""
    if len(text) > MAX_CHARACTERS:
        raise Unreadable("too long")
    tokens = list(_tokens(text.strip()))
    node, end = _node(tokens, 0, 0)
    if end != len(tokens):
        raise Unreadable("text after the end")
    return node


def _tokens(text: str) -> Iterator[tuple[str, str]]:
    place = 0
    while place < len(text):
        match = _TOKEN.match(text, place)
        if not match or match.lastgroup is None:
            raise Unreadable(f"unexpected {text[place : place + 10]!r}")
        yield match.lastgroup, match[match.lastgroup]
        place = match.end()


def _node(tokens: list[tuple[str, str]], at: int, depth: int) -> tuple[Node, int]:
    if depth > MAX_DEPTH:
        raise Unreadable("nested too deep")
    if at + 1 >= len(tokens) or tokens[at][0] != "word" or tokens[at + 1][1] not in "[(":
        raise Unreadable("not well-known text")
    node = Node(tokens[at][1].upper())
    at += 2
    while at < len(tokens):
        kind, text = tokens[at]
        if text in "])" and kind == "mark":
            return node, at + 1
        if kind == "word" and at + 1 < len(tokens) and tokens[at + 1][1] in ("[", "("):
            child, at = _node(tokens, at, depth + 1)
            node.children.append(child)
            continue
        if kind == "text":
            node.values.append(text[1:-1].replace('""', '"'))
        elif kind == "number":
            node.values.append(float(text))
        elif kind == "word":
            node.values.append(text)
        at += 1
    raise Unreadable("a bracket stays open")
